package dev.sluice.priming;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.priming.LoopbackServer.Conversation;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A server that speaks so much of PostgreSQL's protocol (documentation of PostgreSQL 17, chapter
/// 53) that the driver logs in and sends its statements: it has no rows, takes none, and knows a
/// time.
///
/// A statement that reads finds nothing; one that asks for `now` gets one row with it; one that
/// writes is refused as by a standby, which callers know as unavailable.
final class LoopbackDatabase implements Conversation {

  private static final int PROTOCOL_3 = 196_608;
  private static final int TIMESTAMP_WITH_ZONE = 1184;
  private static final int TEXT = 25;
  private static final String READ_ONLY = "25006";

  private static final List<String> SETTINGS =
      List.of(
          "server_version=17.0",
          "server_encoding=UTF8",
          "client_encoding=UTF8",
          "DateStyle=ISO, MDY",
          "TimeZone=UTC",
          "integer_datetimes=on",
          "standard_conforming_strings=on");

  @Override
  public void hold(InputStream in, OutputStream out) throws IOException {
    try {
      new Session(new DataInputStream(in), new DataOutputStream(out)).serve();
    } catch (EOFException _) {
      // The client is gone without a farewell, which it may be.
    }
  }

  /// What a statement gives.
  private enum Result {
    NO_ROWS,
    THE_TIME,
    DONE,
    REFUSED;

    boolean hasRows() {
      return this == NO_ROWS || this == THE_TIME;
    }

    static Result of(String sql) {
      String text = sql.strip().toLowerCase(Locale.ROOT);
      if (text.contains(" as now")) {
        return THE_TIME;
      }
      return switch (text.split("[^a-z]", 2)[0]) {
        case "select", "with", "show" -> NO_ROWS;
        case "insert", "update", "delete", "merge" -> REFUSED;
        default -> DONE;
      };
    }
  }

  /// One connection.
  private static final class Session {

    private final DataInputStream in;
    private final DataOutputStream out;
    private final Map<String, String> statements = new HashMap<>();
    private String bound = "";
    private boolean isInTransaction;
    private boolean isBroken;

    private Session(DataInputStream in, DataOutputStream out) {
      this.in = in;
      this.out = out;
    }

    private void serve() throws IOException {
      int length = in.readInt();
      if (in.readInt() != PROTOCOL_3) {
        return; // It was not told to ask for encryption.
      }
      in.skipNBytes(length - 8L);
      send('R', body -> body.writeInt(0));
      for (String setting : SETTINGS) {
        String[] pair = setting.split("=", 2);
        send(
            'S',
            body -> {
              text(body, pair[0]);
              text(body, pair[1]);
            });
      }
      ready();
      while (true) {
        char kind = (char) in.readByte();
        byte[] message = in.readNBytes(in.readInt() - 4);
        if (kind == 'X') {
          return;
        }
        answer(kind, new Fields(message));
      }
    }

    private void answer(char kind, Fields message) throws IOException {
      switch (kind) {
        case 'S' -> {
          isBroken = false;
          ready();
        }
        case 'Q' -> {
          bound = message.text();
          if (Result.of(bound).hasRows()) {
            describe();
          }
          execute();
          isBroken = false;
          ready();
        }
        case 'H' -> out.flush();
        default -> {
          if (!isBroken) {
            extended(kind, message);
          }
        }
      }
    }

    private void extended(char kind, Fields message) throws IOException {
      switch (kind) {
        case 'P' -> {
          statements.put(message.text(), message.text());
          send('1', _ -> {});
        }
        case 'B' -> {
          var _ = message.text();
          bound = statements.getOrDefault(message.text(), "");
          send('2', _ -> {});
        }
        case 'D' -> {
          if (message.kind() == 'S') {
            bound = statements.getOrDefault(message.text(), "");
            parameters();
          }
          describe();
        }
        case 'E' -> execute();
        case 'C' -> send('3', _ -> {});
        default -> throw new IOException("A message that no driver of ours sends: " + kind);
      }
    }

    private void parameters() throws IOException {
      int count = (int) bound.chars().filter(sign -> sign == '$').count();
      send(
          't',
          body -> {
            body.writeShort(count);
            for (int i = 0; i < count; i++) {
              body.writeInt(TEXT);
            }
          });
    }

    private void describe() throws IOException {
      switch (Result.of(bound)) {
        case NO_ROWS -> send('T', body -> body.writeShort(0));
        case THE_TIME ->
            send(
                'T',
                body -> {
                  body.writeShort(1);
                  text(body, "now");
                  body.writeInt(0);
                  body.writeShort(0);
                  body.writeInt(TIMESTAMP_WITH_ZONE);
                  body.writeShort(8);
                  body.writeInt(-1);
                  body.writeShort(0);
                });
        case DONE, REFUSED -> send('n', _ -> {});
      }
    }

    private void execute() throws IOException {
      switch (Result.of(bound)) {
        case NO_ROWS -> complete("SELECT 0");
        case THE_TIME -> {
          byte[] now = "2026-01-01 00:00:00+00".getBytes(UTF_8);
          send(
              'D',
              body -> {
                body.writeShort(1);
                body.writeInt(now.length);
                body.write(now);
              });
          complete("SELECT 1");
        }
        case REFUSED -> {
          isBroken = true;
          send(
              'E',
              body -> {
                text(body, "SERROR");
                text(body, "VERROR");
                text(body, "C" + READ_ONLY);
                text(body, "MThis is a priming");
                body.writeByte(0);
              });
        }
        case DONE -> {
          String word = bound.strip().split("[^A-Za-z]", 2)[0].toUpperCase(Locale.ROOT);
          switch (word) {
            case "BEGIN" -> isInTransaction = true;
            case "COMMIT" -> isInTransaction = false;
            case "ROLLBACK" -> isInTransaction &= bound.contains(" TO ");
            default -> {}
          }
          complete(word);
        }
      }
    }

    private void complete(String tag) throws IOException {
      send('C', body -> text(body, tag));
    }

    private void ready() throws IOException {
      send('Z', body -> body.writeByte(isInTransaction ? 'T' : 'I'));
      out.flush();
    }

    /// Writes what a message says.
    @FunctionalInterface
    private interface Body {
      void write(DataOutputStream body) throws IOException;
    }

    private void send(char kind, Body content) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      content.write(new DataOutputStream(bytes));
      out.writeByte(kind);
      out.writeInt(bytes.size() + 4);
      bytes.writeTo(out);
    }

    private static void text(DataOutputStream body, String text) throws IOException {
      body.write(text.getBytes(UTF_8));
      body.writeByte(0);
    }
  }

  /// The parts of a message, in their order.
  private static final class Fields {

    private final byte[] message;
    private int position;

    private Fields(byte[] message) {
      this.message = message;
    }

    char kind() {
      return (char) message[position++];
    }

    String text() {
      int start = position;
      while (message[position] != 0) {
        position++;
      }
      return new String(message, start, position++ - start, UTF_8);
    }
  }
}
