package dev.sluice.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.account.KeyHasher;
import dev.sluice.account.KeySecret;
import dev.sluice.request.ResponseIds;
import dev.sluice.sandbox.SecretUnavailableException;
import dev.sluice.sandbox.Secrets;
import io.micronaut.context.ApplicationContext;
import io.micronaut.crac.OrderedResource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// What a snapshot of a function holds, and what its copies share.
@Isolated("It looks at the connections of the whole process")
final class SnapshotHooksTest {

  private static final UUID ACCOUNT = new UUID(1, 2);
  private static final Context<Resource> CRAC = Core.getGlobalContext();

  private final TestingSecrets secrets = new TestingSecrets();
  private final TestingRandom random = new TestingRandom();

  @Test
  void nothingIsDrawnReadOrConnectedBeforeItIsUsed() throws Exception {
    try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        ApplicationContext context = context(database)) {
      var _ = context.getBean(ResponseIds.class);
      var _ = context.getBean(KeyHasher.class);
      takeSnapshot(context);

      assertThat(random.drawn).isZero();
      assertThat(secrets.reads).isEmpty();
      database.setSoTimeout(200);
      assertThatThrownBy(database::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void theOnlyHooksAreOurs() throws IOException {
    try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        ApplicationContext context = context(database)) {
      assertThat(context.getBeansOfType(OrderedResource.class))
          .extracting(OrderedResource::getClass)
          .containsExactlyInAnyOrder(SnapshotHooks.class, RestoredRandom.class, PrimingHook.class);
    }
  }

  @Test
  void aSecretThatWasReadBeforeASnapshotIsReadAgainAfterIt() throws Exception {
    try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        ApplicationContext context = context(database)) {
      ResponseIds ids = context.getBean(ResponseIds.class);
      var id = ids.next(ACCOUNT);
      assertThat(ids.canBelongTo(ACCOUNT, id)).isTrue();
      assertThat(secrets.held).isNotEmpty();

      takeSnapshot(context);
      assertThat(secrets.held).isEmpty();
      restore(context);

      secrets.key = (byte) 2;
      assertThat(ids.canBelongTo(ACCOUNT, id)).as("the key of now counts").isFalse();
    }
  }

  /// The JDK's generator reads ahead from the operating system, and a snapshot would copy what it
  /// has read.
  @Test
  void whatTheGeneratorHasReadAheadIsUsedUpAfterTheRestore() throws Exception {
    try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        ApplicationContext context = context(database)) {
      takeSnapshot(context);
      assertThat(random.drawn).isZero();
      restore(context);

      assertThat(random.drawn).isEqualTo(65_536);
      assertThat(new SecureRandom().getAlgorithm())
          .as("which takes every byte from the operating system")
          .isEqualTo("NativePRNG");
    }
  }

  @Test
  void copiesOfOneSnapshotShareNoId() throws Exception {
    List<Object> made = new ArrayList<>();
    for (int copy = 0; copy < 2; copy++) {
      random.copy = copy;
      try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
          ApplicationContext context = context(database)) {
        takeSnapshot(context);
        restore(context);
        made.add(context.getBean(ResponseIds.class).next(ACCOUNT));
        made.add(KeySecret.generate(context.getBean(SecureRandom.class)).reveal());
      }
    }

    assertThat(made).doesNotHaveDuplicates();
  }

  @Test
  void aSecretOfNoUseIsOneThatCannotBeRead() throws IOException {
    try (ServerSocket database = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        ApplicationContext context = context(database)) {
      ResponseIds ids = context.getBean(ResponseIds.class);
      secrets.broken = "not base64!";

      assertThatThrownBy(() -> ids.next(ACCOUNT))
          .isInstanceOf(SecretUnavailableException.class)
          .hasMessageContaining("the-id-key")
          .hasMessageNotContaining("base64!");

      secrets.forget();
      secrets.broken = null;
      assertThat(ids.next(ACCOUNT)).isNotNull();
    }
  }

  private static void takeSnapshot(ApplicationContext context) throws Exception {
    for (OrderedResource resource : context.getBeansOfType(OrderedResource.class)) {
      resource.beforeCheckpoint(CRAC);
    }
  }

  private static void restore(ApplicationContext context) throws Exception {
    for (OrderedResource resource : context.getBeansOfType(OrderedResource.class)) {
      resource.afterRestore(CRAC);
    }
  }

  private ApplicationContext context(ServerSocket database) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(
        "datasources.default.url",
        "jdbc:postgresql://127.0.0.1:" + database.getLocalPort() + "/sluice");
    properties.put("datasources.default.username", "nobody");
    properties.put("datasources.default.password", "");
    properties.put("sluice.id-key", "secret:the-id-key");
    properties.put("sluice.peppers", "secret:the-peppers");
    return ApplicationContext.builder()
        .properties(properties)
        .singletons(secrets, random)
        .build()
        .start();
  }

  /// Counts what is drawn, and gives copies different bytes as the operating system does.
  private static final class TestingRandom extends SecureRandom {

    private static final long serialVersionUID = 1L;

    private int drawn;
    private int copy;

    @Override
    public void nextBytes(byte[] bytes) {
      drawn += bytes.length;
      Arrays.fill(bytes, (byte) copy);
    }

    @Override
    public int nextInt() {
      drawn += Integer.BYTES;
      return copy;
    }
  }

  private static final class TestingSecrets implements Secrets {

    private final Map<String, String> held = new HashMap<>();
    private final List<String> reads = new ArrayList<>();
    private byte key = 1;
    private @Nullable String broken;

    @Override
    public String value(String id) {
      return held.computeIfAbsent(
          id,
          name -> {
            reads.add(name);
            byte[] bytes = new byte[32];
            Arrays.fill(bytes, key);
            return broken == null ? Base64.getEncoder().encodeToString(bytes) : broken;
          });
    }

    @Override
    public void forget() {
      held.clear();
    }
  }
}
