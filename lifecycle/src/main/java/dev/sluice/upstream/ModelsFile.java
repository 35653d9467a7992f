package dev.sluice.upstream;

import dev.sluice.request.Endpoint;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/// Reads the models file: which upstreams there are and which models they serve.
///
/// The file is validated as a whole: every mistake is reported with its path, not only the first.
public final class ModelsFile {

  private static final Pattern DURATION =
      Pattern.compile("(?:(\\d{1,4})m)?(?:(\\d{1,5})s)?(?:(\\d{1,7})ms)?");
  private static final int DEFAULT_MAX_IN_FLIGHT = 100;

  /// Names are columns of every row: one that is too long would cost each record of its model.
  private static final int MAX_TEXT_LENGTH = 256;

  private final Predicate<String> isEnvironmentSet;
  private final List<String> mistakes = new ArrayList<>();

  private ModelsFile(Predicate<String> isEnvironmentSet) {
    this.isEnvironmentSet = isEnvironmentSet;
  }

  /// Reads a file.
  ///
  /// @param isEnvironmentSet tells whether an environment variable that holds an upstream's key
  ///   exists
  /// @throws InvalidModelsFileException with all mistakes
  public static ModelCatalog parse(String yaml, Predicate<String> isEnvironmentSet) {
    return new ModelsFile(isEnvironmentSet).read(yaml);
  }

  private ModelCatalog read(String yaml) {
    Node root = new Node("", load(yaml), this);
    root.onlyKnows("upstreams", "models");
    Map<String, Upstream> upstreams = new LinkedHashMap<>();
    for (Node node : root.list("upstreams")) {
      Upstream upstream = upstream(node);
      if (!upstream.name().isEmpty() && upstreams.put(upstream.name(), upstream) != null) {
        mistake(node.path() + ".name", "two upstreams are called '" + upstream.name() + "'");
      }
    }
    List<Model> models = new ArrayList<>();
    Set<String> aliases = new LinkedHashSet<>();
    for (Node node : root.list("models")) {
      model(node, upstreams)
          .ifPresent(model -> {
            if (aliases.add(model.alias())) {
              models.add(model);
            } else {
              mistake(node.path() + ".alias", "two models are called '" + model.alias() + "'");
            }
          });
    }
    if (!mistakes.isEmpty()) {
      throw new InvalidModelsFileException(mistakes);
    }
    return new ModelCatalog(models);
  }

  private @Nullable Object load(String yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(10);
    try {
      return new Yaml(new SafeConstructor(options)).load(yaml);
    } catch (MarkedYAMLException e) {
      String where =
          e.getProblemMark() == null ? "" : " in line " + (e.getProblemMark().getLine() + 1);
      throw new InvalidModelsFileException(
          List.of("not valid YAML" + where + ": " + e.getProblem()));
    } catch (YAMLException e) {
      throw new InvalidModelsFileException(List.of("not valid YAML: " + e.getMessage()));
    }
  }

  private Upstream upstream(Node node) {
    node.onlyKnows(
        "name", "base_url", "protocol", "auth", "timeouts", "propagate_trace", "chat", "streams");
    return new Upstream(
        node.text("name"),
        baseUrl(node),
        protocol(node),
        credential(node),
        timeouts(node.child("timeouts")),
        node.flag("propagate_trace"),
        chat(node.child("chat")),
        !node.has("streams") || node.flag("streams"));
  }

  private URI baseUrl(Node node) {
    String text = node.text("base_url");
    String path = node.path() + ".base_url";
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (!text.isEmpty() && (!http || uri.getHost() == null)) {
        mistake(path, "must be an http or https URL with a host");
      }
      if (uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
        mistake(path, "must have no credentials, query or fragment");
      }
      return uri;
    } catch (URISyntaxException _) {
      mistake(path, "is not a URL");
      return URI.create("http://invalid");
    }
  }

  private Upstream.Protocol protocol(Node node) {
    return switch (node.text("protocol")) {
      case "responses" -> Upstream.Protocol.RESPONSES;
      case "chat", "" -> Upstream.Protocol.CHAT;
      default -> {
        mistake(node.path() + ".protocol", "must be chat or responses");
        yield Upstream.Protocol.CHAT;
      }
    };
  }

  private Upstream.Credential credential(Node node) {
    Object value = node.value("auth");
    if ("none".equals(value)) {
      return new Upstream.Credential.None();
    }
    Node auth = node.child("auth");
    auth.onlyKnows("env", "secret");
    if (auth.has("env") != auth.has("secret")) {
      if (auth.has("secret")) {
        return new Upstream.Credential.Secret(auth.text("secret"));
      }
      String variable = auth.text("env");
      if (!variable.isEmpty() && !isEnvironmentSet.test(variable)) {
        mistake(auth.path() + ".env", "the environment variable " + variable + " is not set");
      }
      return new Upstream.Credential.Environment(variable);
    }
    mistake(auth.path(), "must be none, { env: NAME } or { secret: ID }");
    return new Upstream.Credential.None();
  }

  private Upstream.Timeouts timeouts(Node node) {
    node.onlyKnows("connect", "first_byte", "idle", "total", "stream_total");
    Upstream.Timeouts standard = Upstream.Timeouts.DEFAULT;
    return new Upstream.Timeouts(
        duration(node, "connect", standard.connect(), Upstream.Timeouts.MAX_TOTAL),
        duration(node, "first_byte", standard.firstByte(), Upstream.Timeouts.MAX_TOTAL),
        duration(node, "idle", standard.idle(), Upstream.Timeouts.MAX_STREAM_TOTAL),
        duration(node, "total", standard.total(), Upstream.Timeouts.MAX_TOTAL),
        duration(node, "stream_total", standard.streamTotal(), Upstream.Timeouts.MAX_STREAM_TOTAL));
  }

  private ChatTraits chat(Node node) {
    node.onlyKnows("limit_parameter", "developer_role", "reasoning_input", "continuous_usage");
    ChatTraits standard = ChatTraits.DEFAULT;
    return new ChatTraits(
        oneOf(node, "limit_parameter", standard.limitParameter(), "max_tokens"),
        oneOf(node, "developer_role", standard.developerRole(), "developer"),
        node.flag("reasoning_input"),
        node.flag("continuous_usage"));
  }

  private String oneOf(Node node, String name, String standard, String other) {
    Object value = node.value(name);
    if (value == null || value.equals(standard) || value.equals(other)) {
      return value == null ? standard : value.toString();
    }
    mistake(node.path() + "." + name, "must be " + standard + " or " + other);
    return standard;
  }

  private Duration duration(Node node, String name, Duration standard, Duration max) {
    if (!node.has(name)) {
      return standard;
    }
    String text = node.text(name);
    String path = node.path() + "." + name;
    Matcher parts = DURATION.matcher(text);
    if (text.isEmpty() || !parts.matches()) {
      mistake(path, "must be a duration such as 500ms, 30s or 4m30s");
      return standard;
    }
    Duration duration =
        Duration.ofMinutes(number(parts.group(1)))
            .plusSeconds(number(parts.group(2)))
            .plusMillis(number(parts.group(3)));
    if (duration.isZero() || duration.compareTo(max) > 0) {
      mistake(path, "must be above zero and at most " + max.toSeconds() + "s");
      return standard;
    }
    return duration;
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private Optional<Model> model(Node node, Map<String, Upstream> upstreams) {
    node.onlyKnows("alias", "upstreams", "endpoints", "max_in_flight", "price");
    String alias = node.text("alias");
    List<Model.Target> targets = new ArrayList<>();
    for (Node target : node.list("upstreams")) {
      target.onlyKnows("name", "model");
      String name = target.text("name");
      Upstream upstream = upstreams.get(name);
      if (upstream == null) {
        mistake(target.path() + ".name", "there is no upstream '" + name + "'");
      } else {
        targets.add(new Model.Target(upstream, target.text("model")));
      }
    }
    Set<Endpoint> endpoints = new LinkedHashSet<>();
    for (Node item : node.list("endpoints")) {
      Endpoint.ofLabel(item.asText())
          .filter(endpoint -> endpoint != Endpoint.COMPACTIONS)
          .ifPresentOrElse(
              endpoints::add, () -> mistake(item.path(), "must be chat, responses or embeddings"));
    }
    int maxInFlight = maxInFlight(node);
    Model.Price price = price(node);
    return alias.isEmpty() || targets.isEmpty()
        ? Optional.empty()
        : Optional.of(new Model(alias, targets, endpoints, maxInFlight, price));
  }

  private int maxInFlight(Node node) {
    Object value = node.value("max_in_flight");
    if (value == null) {
      return DEFAULT_MAX_IN_FLIGHT;
    }
    if (value instanceof Integer number && number > 0) {
      return number;
    }
    mistake(node.path() + ".max_in_flight", "must be a whole number above zero");
    return DEFAULT_MAX_IN_FLIGHT;
  }

  private Model.@Nullable Price price(Node node) {
    if (!node.has("price")) {
      return null;
    }
    Node price = node.child("price");
    price.onlyKnows("input_per_million", "output_per_million", "currency");
    String currency = price.text("currency");
    if (!currency.matches("[A-Z]{3}")) {
      mistake(price.path() + ".currency", "must be a currency code such as USD");
    }
    return new Model.Price(
        amount(price, "input_per_million"), amount(price, "output_per_million"), currency);
  }

  private BigDecimal amount(Node price, String name) {
    if (price.value(name) instanceof Number number) {
      BigDecimal amount = new BigDecimal(number.toString());
      if (amount.signum() >= 0) {
        return amount;
      }
    }
    mistake(price.path() + "." + name, "must be a number, zero or more");
    return BigDecimal.ZERO;
  }

  private void mistake(String path, String what) {
    mistakes.add(path + ": " + what);
  }

  /// A place in the file. Reading a wrong kind notes a mistake and goes on with something empty.
  private record Node(String path, @Nullable Object content, ModelsFile file) {

    @Nullable Object value(String name) {
      return content instanceof Map<?, ?> map ? map.get(name) : null;
    }

    boolean has(String name) {
      return value(name) != null;
    }

    Node child(String name) {
      return new Node(at(name), value(name), file);
    }

    void onlyKnows(String... names) {
      if (content == null) {
        return;
      }
      if (!(content instanceof Map<?, ?> map)) {
        file.mistake(path.isEmpty() ? "the file" : path, "must be a map");
        return;
      }
      for (Object key : map.keySet()) {
        if (!List.of(names).contains(String.valueOf(key))) {
          file.mistake(at(String.valueOf(key)), "is not known here");
        }
      }
    }

    /// The text of a member that must be there, except `protocol`, whose absence means chat.
    String text(String name) {
      Object value = value(name);
      if (value instanceof String text && !text.isBlank() && text.length() <= MAX_TEXT_LENGTH) {
        return text;
      }
      if (!(value == null && name.equals("protocol"))) {
        file.mistake(at(name), "must be a text of 1 to " + MAX_TEXT_LENGTH + " characters");
      }
      return "";
    }

    String asText() {
      return String.valueOf(content);
    }

    boolean flag(String name) {
      Object value = value(name);
      if (value != null && !(value instanceof Boolean)) {
        file.mistake(at(name), "must be true or false");
      }
      return Boolean.TRUE.equals(value);
    }

    List<Node> list(String name) {
      if (!(value(name) instanceof List<?> items) || items.isEmpty()) {
        file.mistake(at(name), "must be a list with at least one item");
        return List.of();
      }
      List<Node> nodes = new ArrayList<>();
      for (int i = 0; i < items.size(); i++) {
        nodes.add(new Node(at(name) + "[" + i + "]", items.get(i), file));
      }
      return nodes;
    }

    private String at(String name) {
      return path.isEmpty() ? name : path + "." + name;
    }
  }
}
