package dev.sluice.local;

import dev.sluice.emulators.ScriptedUpstream;
import dev.sluice.emulators.UpstreamAnswer;
import dev.sluice.emulators.UpstreamRequest;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonDocument;
import dev.sluice.wire.JsonValue.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// A model server in the form of OpenAI's API, whose models need no weights.
///
/// - `demo-echo` says what the last user message said, a word for a token, up to `max_tokens`;
///   where a JSON schema is given, it says something that fits.
/// - `demo-slow` does the same with its first token after 2 s and then 20 tokens a second.
/// - `demo-tools` calls the first offered tool with arguments that fit its schema, and repeats the
///   result once it has one; it echoes where there is none.
/// - `demo-reason` thinks aloud before it echoes.
/// - `demo-flaky` fails as the last user message directs, see [DemoDirective]; else it echoes.
/// - `demo-embed` gives each text a unit vector that depends on the text only.
///
/// All but the last answer `/chat/completions` and `/responses` alike.
///
/// Safe for use by several threads; it keeps nothing between requests.
public final class DemoUpstream implements AutoCloseable {

  private final ScriptedUpstream server;
  private final @Nullable String key;
  private final InstantSource clock;

  private DemoUpstream(int port, @Nullable String key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
    this.server = ScriptedUpstream.startUnrecorded(port, this::answer);
  }

  /// Starts a server on the loopback interface.
  ///
  /// @param port the port to listen on, 0 for any free one
  /// @param key the bearer key that requests must carry, null when none is asked for
  public static DemoUpstream start(int port, @Nullable String key) {
    return start(port, key, InstantSource.system());
  }

  /// @param clock says when an answer was made
  static DemoUpstream start(int port, @Nullable String key, InstantSource clock) {
    return new DemoUpstream(port, key, clock);
  }

  /// The base URL for a models file; ends in `/v1`.
  public URI baseUrl() {
    return server.uri().resolve("/v1");
  }

  private UpstreamAnswer answer(UpstreamRequest request) {
    if (!authorized(request)) {
      return DemoJson.error(401, "invalid_api_key", null, "Incorrect API key provided.");
    }
    return switch (request.method() + " " + request.path()) {
      case "GET /v1/models" -> DemoJson.answer(DemoModel.list());
      case "POST /v1/chat/completions" -> told(request, this::chat);
      case "POST /v1/responses" -> told(request, this::responses);
      case "POST /v1/responses/input_tokens" -> told(request, DemoCounts::inputTokens);
      case "POST /v1/responses/compact" ->
          told(request, (_, body) -> DemoCounts.compaction(body, clock.instant()));
      case "POST /v1/embeddings" -> embeddings(request);
      default -> DemoJson.error(404, "unknown_url", null, "Unknown request URL.");
    };
  }

  private boolean authorized(UpstreamRequest request) {
    return key == null
        || MessageDigest.isEqual(
            utf8("Bearer " + key), utf8(request.header("authorization").orElse("")));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// What a model that chats says to a body.
  private interface Told {
    UpstreamAnswer by(DemoModel model, JsonObject body);
  }

  private static UpstreamAnswer told(UpstreamRequest request, Told told) {
    if (!(Json.parse(request.body()) instanceof Json.Parse.Parsed(JsonDocument document))
        || !(document.root() instanceof JsonObject body)) {
      return notJson();
    }
    String model = body.text("model").orElse("");
    return DemoModel.of(model)
        .filter(DemoModel::chats)
        .map(known -> told.by(known, body))
        .orElseGet(() -> noSuchModel(model));
  }

  private UpstreamAnswer chat(DemoModel model, JsonObject body) {
    DemoAsk ask = DemoAsk.ofChat(model, body);
    if (ask.prompt().messages().isEmpty()) {
      return missing("messages");
    }
    if (body.number("n").orElse(1L) > 1) {
      return DemoJson.error(400, "unsupported_value", "n", "Demo models give one answer each.");
    }
    DemoReply reply = DemoReply.to(ask);
    DemoForm form = new DemoChatForm(ask, reply, body, clock.instant());
    return new DemoTurn(ask, reply, form, body.isTrue("stream")).answer();
  }

  private UpstreamAnswer responses(DemoModel model, JsonObject body) {
    if (body.isAbsent("input")) {
      return missing("input");
    }
    DemoAsk ask = DemoAsk.ofResponses(model, body);
    DemoReply reply = DemoReply.to(ask);
    DemoForm form = new DemoResponsesForm(ask, reply, body, clock.instant());
    return new DemoTurn(ask, reply, form, body.isTrue("stream")).answer();
  }

  private static UpstreamAnswer missing(String name) {
    return DemoJson.error(
        400, "missing_required_parameter", name, "Missing required parameter: '" + name + "'.");
  }

  private static UpstreamAnswer embeddings(UpstreamRequest request) {
    if (!(Json.parse(request.body()) instanceof Json.Parse.Parsed(JsonDocument document))
        || !(document.root() instanceof JsonObject body)) {
      return notJson();
    }
    String model = body.text("model").orElse("");
    return model.equals(DemoModel.EMBED.text()) ? DemoEmbeddings.answer(body) : noSuchModel(model);
  }

  private static UpstreamAnswer notJson() {
    return DemoJson.error(400, "invalid_json", null, "We could not parse the JSON body.");
  }

  private static UpstreamAnswer noSuchModel(String model) {
    return DemoJson.error(
        404, "model_not_found", "model", "The model `" + model + "` does not exist.");
  }

  @Override
  public void close() {
    server.close();
  }
}
