package dev.sluice.store;

import dev.sluice.priming.LoopbackServer;
import dev.sluice.sandbox.Priming;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The encrypted way to the database, as far as it goes without the database: the driver reads the
/// root certificates and begins a handshake with a server that breaks it off. Nothing where the
/// connection is not to be encrypted.
@Singleton
@Requires(property = "datasources.default.url")
final class DatabaseTlsPriming implements Priming {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseTlsPriming.class);

  /// The length and the code of the driver's question for encryption (PostgreSQL documentation,
  /// "SSLRequest").
  private static final int QUESTION_BYTES = 8;

  private final String url;

  DatabaseTlsPriming(@Property(name = "datasources.default.url") String url) {
    this.url = url;
  }

  @Override
  public void prime() throws IOException {
    Optional<Properties> encryption = encryption();
    if (encryption.isEmpty()) {
      return;
    }
    try (LoopbackServer server =
        LoopbackServer.start((in, out) -> {
          in.skipNBytes(QUESTION_BYTES);
          out.write('S');
          out.flush();
          var _ = in.read(); // The first message of the handshake has come.
        })) {
      connect("jdbc:postgresql://" + server.address() + "/rehearsal", encryption.get());
    }
  }

  /// The settings that decide about encryption; empty when there is none.
  private Optional<Properties> encryption() {
    Properties settings = new Properties();
    int query = url.indexOf('?');
    for (String setting : query < 0 ? List.<String>of() : settings(url.substring(query + 1))) {
      String[] pair = setting.split("=", 2);
      if (pair.length == 2 && pair[0].startsWith("ssl")) {
        settings.setProperty(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
      }
    }
    if (settings.getProperty("sslmode", "disable").equals("disable")) {
      return Optional.empty();
    }
    settings.setProperty("user", "rehearsal");
    settings.setProperty("password", "");
    settings.setProperty("connectTimeout", "1");
    settings.setProperty("socketTimeout", "1");
    return Optional.of(settings);
  }

  private static List<String> settings(String query) {
    return List.of(query.split("&", -1));
  }

  private static void connect(String address, Properties settings) throws IOException {
    try (Connection unexpected = DriverManager.getDriver(address).connect(address, settings)) {
      throw new IOException("Nobody was to answer, but there is " + unexpected);
    } catch (SQLException e) {
      // The handshake was to fail. A certificate that cannot be read says so here, too, and again
      // at the first real connection.
      LOG.atDebug().setCause(e).log("The handshake of the priming was broken off");
    }
  }
}
