package dev.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.account.AccountStore;
import dev.sluice.completion.CompletionStore;
import dev.sluice.request.RequestStore;
import dev.sluice.request.StoreUnavailableException;
import dev.sluice.store.DatabaseConfiguration.Authentication;
import dev.sluice.telemetry.MetricSeries;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

final class DatabaseConfigurationTest {

  @Test
  void defaultsSuitAFunction() {
    try (ApplicationContext context = context(1, Map.of())) {
      assertThat(context.getBean(DatabaseConfiguration.class))
          .isEqualTo(
              new DatabaseConfiguration(
                  Authentication.PASSWORD,
                  1,
                  Duration.ofSeconds(3),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(15),
                  Duration.ofMinutes(5),
                  5));
    }
  }

  @Test
  void explicitValuesReachThePool() throws Exception {
    Map<String, Object> properties =
        Map.of(
            "sluice.database.authentication", "iam",
            "sluice.database.pool-size", 7,
            "sluice.database.connection-timeout", "4s",
            "sluice.database.statement-timeout", "2s",
            "sluice.database.socket-timeout", "9s",
            "sluice.database.max-lifetime", "6m",
            "sluice.database.prepare-threshold", 0);
    try (ApplicationContext context = context(1, properties)) {
      assertThat(context.getBean(DatabaseConfiguration.class))
          .isEqualTo(
              new DatabaseConfiguration(
                  Authentication.IAM,
                  7,
                  Duration.ofSeconds(4),
                  Duration.ofSeconds(2),
                  Duration.ofSeconds(9),
                  Duration.ofMinutes(6),
                  0));
      HikariDataSource pool = context.getBean(DataSource.class).unwrap(HikariDataSource.class);
      assertThat(pool.getMaximumPoolSize()).isEqualTo(7);
      assertThat(pool.getMinimumIdle()).isZero();
      assertThat(pool.getInitializationFailTimeout()).isEqualTo(-1);
      assertThat(pool.getConnectionTimeout()).isEqualTo(4_000);
      assertThat(pool.getMaxLifetime()).isEqualTo(360_000);
    }
  }

  @Test
  void explicitValuesReachTheConnections() throws Exception {
    Map<String, Object> properties =
        new HashMap<>(
            Map.of(
                "sluice.database.connection-timeout", "4s",
                "sluice.database.socket-timeout", "19s",
                "sluice.database.prepare-threshold", 2));
    properties.putAll(StoreFixture.properties(StoreFixture.newDatabase()));
    try (ApplicationContext context = context(properties);
        Connection connection =
            context.getBean(DataSource.class).unwrap(HikariDataSource.class).getConnection()) {
      assertThat(connection.getNetworkTimeout()).isEqualTo(19_000);
      String prepared =
          "select count(*) from pg_prepared_statements where statement = 'select ''never'''";
      List<Long> counts = new ArrayList<>();
      try (PreparedStatement often = connection.prepareStatement("select 'never'")) {
        for (int i = 0; i < 3; i++) {
          var _ = often.execute();
          counts.add(number(connection, prepared));
        }
      }
      assertThat(counts)
          .as("prepared on the server at the second use")
          .hasSize(3)
          .startsWith(0L)
          .endsWith(1L);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getLong(1);
    }
  }

  @Test
  void valuesThatCannotWorkAreRefused() {
    Duration second = Duration.ofSeconds(1);
    Duration minute = Duration.ofMinutes(1);

    assertThatThrownBy(() -> configuration(0, second, minute, 5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> configuration(1, minute, second, 5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> configuration(1, second, minute, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static DatabaseConfiguration configuration(
      int poolSize, Duration statementTimeout, Duration socketTimeout, int prepareThreshold) {
    Duration minute = Duration.ofMinutes(1);
    return new DatabaseConfiguration(
        Authentication.PASSWORD,
        poolSize,
        minute,
        statementTimeout,
        socketTimeout,
        minute,
        prepareThreshold);
  }

  @Test
  void aContextWithAllStoresOpensNoConnection() throws IOException {
    try (ServerSocket database = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ApplicationContext context = context(database.getLocalPort(), Map.of())) {
      for (Class<?> port : List.of(CompletionStore.class, RequestStore.class, AccountStore.class)) {
        assertThat(context.getBean(port)).isNotNull();
      }

      database.setSoTimeout(200);
      assertThatThrownBy(database::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void aDatabaseThatIsNotThereIsUnavailable() {
    Map<String, Object> properties = Map.of("sluice.database.connection-timeout", "1s");
    try (ApplicationContext context = context(1, properties)) {
      assertThatThrownBy(
              () -> context.getBean(RequestStore.class).find(StoreFixture.ACCOUNT, Records.id(1)))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() -> context.getBean(AccountStore.class).findKey("unknown0"))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(() ->
              context
                  .getBean(CompletionStore.class)
                  .persist(
                      Records.deliveries(List.of(Records.started(Records.id(1)))), Records.LATER))
          .isInstanceOf(StoreUnavailableException.class);
    }
  }

  private static ApplicationContext context(int port, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(more);
    properties.put("datasources.default.url", "jdbc:postgresql://127.0.0.1:" + port + "/none");
    properties.put("datasources.default.username", "postgres");
    properties.put("datasources.default.password", "");
    return context(properties);
  }

  private static ApplicationContext context(Map<String, Object> properties) {
    return ApplicationContext.builder()
        .properties(properties)
        .singletons(new MetricSeries())
        .build()
        .start();
  }
}
