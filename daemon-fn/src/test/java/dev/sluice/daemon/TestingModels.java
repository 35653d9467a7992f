package dev.sluice.daemon;

import dev.sluice.request.Endpoint;
import dev.sluice.upstream.Model;
import dev.sluice.upstream.Upstream;
import java.net.URI;
import java.util.Arrays;
import java.util.Set;

/// Models of the chat protocol for tests.
final class TestingModels {

  private TestingModels() {}

  /// A model that upstreams of these names serve, each by the name `<upstream>-model`.
  static Model model(String alias, int maxInFlight, String... upstreams) {
    return new Model(
        alias,
        Arrays.stream(upstreams).map(TestingModels::target).toList(),
        Set.of(Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES),
        maxInFlight,
        null);
  }

  private static Model.Target target(String upstream) {
    return new Model.Target(
        new Upstream(
            upstream,
            URI.create("http://127.0.0.1:1/v1"),
            Upstream.Protocol.CHAT,
            new Upstream.Credential.None(),
            Upstream.Timeouts.DEFAULT,
            false),
        upstream + "-model");
  }
}
