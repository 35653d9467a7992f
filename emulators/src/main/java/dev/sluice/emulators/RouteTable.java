package dev.sluice.emulators;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Which request goes to which integration: method and path template, as in a REST API.
///
/// A template's segments are literal, `{name}` (one segment) or `{name+}` (the rest, at least one
/// segment). Literal segments win over names, and names over the rest; the order of the table does
/// not matter.
public final class RouteTable {

  /// Any method.
  public static final String ANY = "ANY";

  private final List<Entry> entries;

  /// One row of the table.
  public record Entry(String method, String template, Integration integration) {

    public Entry {
      if (!template.startsWith("/")) {
        throw new IllegalArgumentException("A path template starts with a slash: " + template);
      }
    }

    private List<String> segments() {
      return RouteTable.segments(template);
    }

    /// Sorts literal segments before names before the rest, from the left.
    private String rank() {
      StringBuilder rank = new StringBuilder();
      for (String segment : segments()) {
        rank.append(isRest(segment) ? '2' : isName(segment) ? '1' : '0');
      }
      return rank.toString();
    }

    private Optional<Map<String, String>> match(List<String> path) {
      List<String> wanted = segments();
      Map<String, String> parameters = new LinkedHashMap<>();
      for (int i = 0; i < wanted.size(); i++) {
        String segment = wanted.get(i);
        if (isRest(segment) && i < path.size()) {
          String rest = String.join("/", path.subList(i, path.size()));
          parameters.put(segment.substring(1, segment.length() - 2), decode(rest));
          return Optional.of(parameters);
        }
        if (i >= path.size() || isRest(segment)) {
          return Optional.empty();
        }
        if (isName(segment) && !path.get(i).isEmpty()) {
          parameters.put(segment.substring(1, segment.length() - 1), decode(path.get(i)));
        } else if (!segment.equals(path.get(i))) {
          return Optional.empty();
        }
      }
      return path.size() == wanted.size() ? Optional.of(parameters) : Optional.empty();
    }

    private static boolean isName(String segment) {
      return segment.startsWith("{") && segment.endsWith("}");
    }

    private static boolean isRest(String segment) {
      return segment.startsWith("{") && segment.endsWith("+}");
    }
  }

  /// What the table says about a request.
  sealed interface Match {

    record Found(Entry entry, Map<String, String> pathParameters) implements Match {}

    /// The path is known with other methods.
    record OtherMethods(SortedSet<String> allowed) implements Match {}

    record Unknown() implements Match {}
  }

  public RouteTable(List<Entry> entries) {
    this.entries = entries.stream().sorted(Comparator.comparing(Entry::rank)).toList();
  }

  /// Looks a request up.
  ///
  /// @param path as it was sent, without its query
  Match match(String method, String path) {
    List<String> segments = segments(path);
    SortedSet<String> allowed = new TreeSet<>();
    for (Entry entry : entries) {
      Optional<Map<String, String>> parameters = entry.match(segments);
      if (parameters.isPresent()) {
        if (entry.method().equals(method) || entry.method().equals(ANY)) {
          return new Match.Found(entry, parameters.get());
        }
        allowed.add(entry.method());
      }
    }
    return allowed.isEmpty() ? new Match.Unknown() : new Match.OtherMethods(allowed);
  }

  private static List<String> segments(String path) {
    List<String> segments = new ArrayList<>(List.of(path.split("/", -1)));
    segments.removeFirst();
    return segments;
  }

  private static String decode(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // Not a percent encoding: the text stands for itself.
      return text;
    }
  }
}
