package dev.sluice.store;

import dev.sluice.priming.LoopbackServer;
import dev.sluice.sandbox.Priming;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.DataInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The encrypted way to the database, as far as it goes without the database: the driver reads the
/// root certificates and begins a handshake with a server that breaks it off.
///
/// Nothing is done where the driver does not ask for encryption first: with `sslmode=disable` and
/// `allow`. A URL without `sslmode` is `prefer`, as for the driver, and is primed.
@Singleton
@Requires(property = "datasources.default.url")
final class DatabaseTlsPriming implements Priming {

  private static final Logger LOG = LoggerFactory.getLogger(DatabaseTlsPriming.class);

  /// The driver's question for encryption: its length and its code (PostgreSQL documentation,
  /// "SSLRequest").
  private static final long QUESTION = (8L << 32) | 80_877_103;

  private static final Set<String> WITHOUT_ENCRYPTION = Set.of("disable", "allow");

  /// For machines that are busy: a handshake that is broken off is over at once.
  private static final int LIMIT_SECONDS = 10;

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
    AtomicBoolean hasBegun = new AtomicBoolean();
    try (LoopbackServer server =
        LoopbackServer.start((in, out) -> {
          // Who prefers encryption goes on without, and asks for nothing then.
          if (new DataInputStream(in).readLong() == QUESTION) {
            out.write('S');
            out.flush();
            if (in.read() >= 0) { // The first message of the handshake has come.
              hasBegun.set(true);
            }
          }
        })) {
      connect("jdbc:postgresql://" + server.address() + "/rehearsal", encryption.get(), hasBegun);
    }
  }

  /// The settings that decide about encryption, as the driver reads them; empty when it is not
  /// asked for.
  private Optional<Properties> encryption() throws IOException {
    Properties settings = new Properties();
    try {
      for (DriverPropertyInfo setting :
          DriverManager.getDriver(url).getPropertyInfo(url, new Properties())) {
        if (setting.name.startsWith("ssl") && setting.value != null) {
          settings.setProperty(setting.name, setting.value);
        }
      }
    } catch (SQLException e) {
      throw new IOException("The driver cannot read the URL of the database", e);
    }
    if (WITHOUT_ENCRYPTION.contains(settings.getProperty("sslmode", "prefer"))) {
      return Optional.empty();
    }
    settings.setProperty("user", "rehearsal");
    settings.setProperty("password", "");
    settings.setProperty("connectTimeout", String.valueOf(LIMIT_SECONDS));
    settings.setProperty("socketTimeout", String.valueOf(LIMIT_SECONDS));
    settings.setProperty("sslResponseTimeout", String.valueOf(LIMIT_SECONDS * 1_000));
    return Optional.of(settings);
  }

  private static void connect(String address, Properties settings, AtomicBoolean hasBegun)
      throws IOException {
    try (Connection unexpected = DriverManager.getDriver(address).connect(address, settings)) {
      throw new IOException("Nobody was to answer, but there is " + unexpected);
    } catch (SQLException e) {
      if (!hasBegun.get()) {
        throw new IOException("No handshake was begun", e);
      }
      LOG.atDebug().setCause(e).log("The handshake of the priming was broken off");
    }
  }
}
