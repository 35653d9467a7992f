package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.emulators.PostgresServer;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.sandbox.DatabaseLogin;
import dev.sluice.sandbox.SecretUnavailableException;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Logins at a server that asks this role for a password, and takes no password twice.
final class FreshPasswordsTest {

  private static final String ROLE = "fresh_login";

  private final TestingLogin login = new TestingLogin();
  private PostgresServer.Database server;
  private ApplicationContext context;
  private Database database;

  @BeforeEach
  void start() throws IOException {
    server = StoreFixture.newDatabase();
    askForPasswords();
    context =
        ApplicationContext.builder()
            .properties(
                Map.of(
                    "datasources.default.url",
                    server.url() + "?ApplicationName=sluice",
                    "datasources.default.username",
                    ROLE,
                    "sluice.database.authentication",
                    "iam",
                    "sluice.database.connection-timeout",
                    "1s"))
            .singletons(login)
            .build()
            .start();
    database = context.getBean(Database.class);
  }

  @AfterEach
  void stop() {
    context.close();
    execute("drop role " + ROLE);
  }

  @Test
  void eachNewConnectionLogsInWithAPasswordOfItsOwn() {
    assertThat(login.asked).as("before the first use").isEmpty();

    assertThat(user()).isEqualTo(ROLE);
    assertThat(user()).isEqualTo(ROLE);
    assertThat(login.asked).containsExactly(server());

    context.getBean(DatabaseConnections.class).release();
    assertThat(user()).isEqualTo(ROLE);
    assertThat(login.asked).containsExactly(server(), server());
  }

  @Test
  void aPasswordThatCannotBeMadeIsADatabaseThatIsAway() {
    login.fault = new SecretUnavailableException("No credentials", null);
    assertThatThrownBy(this::user).isInstanceOf(StoreUnavailableException.class);

    login.fault = null;
    assertThat(user()).isEqualTo(ROLE);
  }

  @Test
  void aPasswordThatIsRefusedIsADatabaseThatIsAway() {
    login.isWrong = true;

    assertThatThrownBy(this::user)
        .isInstanceOf(StoreUnavailableException.class)
        .satisfies(thrown -> assertThat(texts(thrown)).doesNotContain(login.last));
  }

  /// So Amazon RDS says that it has too many tokens to check, too ("PAM authentication failed").
  @Test
  void aRoleThatIsRefusedIsADatabaseThatIsAway() {
    var _ = execute("alter role " + ROLE + " nologin password 'right'");
    assertThat(stateOfALogin("right")).isEqualTo("28000");

    assertThatThrownBy(this::user).isInstanceOf(StoreUnavailableException.class);

    var _ = execute("alter role " + ROLE + " login");
    assertThat(user()).isEqualTo(ROLE);
  }

  /// What a log would show of it.
  private static String texts(Throwable thrown) {
    StringWriter texts = new StringWriter();
    thrown.printStackTrace(new PrintWriter(texts));
    return texts.toString();
  }

  private String server() {
    return server.url().replaceFirst("jdbc:postgresql://([^/]+)/.*", "$1 ") + ROLE;
  }

  private String user() {
    return database.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("select session_user")) {
        assertThat(rows.next()).isTrue();
        return rows.getString(1);
      }
    });
  }

  private void askForPasswords() throws IOException {
    execute("create role " + ROLE + " login");
    Path rules = Path.of(execute("show hba_file"));
    String rule = "host all " + ROLE + " all password\n";
    String others = Files.readString(rules);
    if (!others.startsWith(rule)) {
      Files.writeString(rules, rule + others);
    }
    var _ = execute("select pg_reload_conf()");
    // Which only tells the server to: each login shows whether it has.
    for (int asked = 0; !stateOfALogin("none").equals("28P01"); asked++) {
      assertThat(asked).isLessThan(500);
      var _ = execute("select pg_sleep(0.02)");
    }
  }

  /// @return why it was refused; empty when it was not
  private String stateOfALogin(String password) {
    try (Connection _ = DriverManager.getConnection(server.url(), ROLE, password)) {
      return "";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  /// @return the first column of the first row; empty when there is none
  private String execute(String sql) {
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet rows = statement.getResultSet()) {
        return rows.next() ? rows.getString(1) : "";
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// Gives the role a new password each time it is asked for one.
  private final class TestingLogin implements DatabaseLogin {

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile @Nullable SecretUnavailableException fault;
    volatile boolean isWrong;
    volatile String last = "";

    @Override
    public String password(String host, int port, String user) {
      RuntimeException thrown = fault;
      if (thrown != null) {
        throw thrown;
      }
      asked.add(host + ":" + port + " " + user);
      last = "password-" + asked.size();
      var _ = execute("alter role " + ROLE + " password '" + last + (isWrong ? "x'" : "'"));
      return last;
    }
  }
}
