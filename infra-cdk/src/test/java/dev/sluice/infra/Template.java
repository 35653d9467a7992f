package dev.sluice.infra;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A CloudFormation template, as JSON.
record Template(JsonNode root) {

  private static final Pattern EXPORT =
      Pattern.compile(
          ".*:ExportsOutput(?:FnGetAtt|Ref)(.*?[0-9A-F]{8})([A-Za-z]*?)(?:[0-9A-F]{8})?");

  /// One resource of it.
  ///
  /// @param id its logical id
  record Resource(String id, JsonNode node) {

    String type() {
      return node.path("Type").asText();
    }

    JsonNode properties() {
      return node.path("Properties");
    }

    /// A property by its path: `Target/RetryPolicy/MaximumRetryAttempts`.
    JsonNode at(String path) {
      return properties().at("/" + path);
    }

    /// The logical ids that it waits for.
    List<String> dependsOn() {
      return texts(node.path("DependsOn")).toList();
    }
  }

  Stream<Resource> resources() {
    return root.path("Resources").properties().stream()
        .map(each -> new Resource(each.getKey(), each.getValue()));
  }

  List<Resource> ofType(String type) {
    return resources().filter(each -> each.type().equals(type)).toList();
  }

  /// The properties of all resources of a type.
  List<JsonNode> properties(String type) {
    return ofType(type).stream().map(Resource::properties).toList();
  }

  /// The only resource of a type.
  Resource only(String type) {
    List<Resource> all = ofType(type);
    if (all.size() != 1) {
      throw new AssertionError("There are " + all.size() + " resources of the type " + type);
    }
    return all.getFirst();
  }

  /// The only resource of a type whose logical id begins so, before its hash.
  Resource named(String type, String name) {
    return ofType(type).stream()
        .filter(each -> bare(each.id()).equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no " + type + " " + name));
  }

  /// One text or many, as CloudFormation allows in many places.
  static Stream<String> texts(JsonNode node) {
    return elements(node).map(Template::text);
  }

  static Stream<JsonNode> elements(JsonNode node) {
    if (node.isMissingNode()) {
      return Stream.empty();
    }
    return node.isArray() ? StreamSupport.stream(node.spliterator(), false) : Stream.of(node);
  }

  /// A value for people: what is known at deployment only is `<name>`, and hashes are left out.
  static String text(JsonNode value) {
    if (value.has("Ref")) {
      return "<" + bare(value.get("Ref").asText()) + ">";
    }
    if (value.has("Fn::GetAtt")) {
      return reference(value.at("/Fn::GetAtt/0").asText(), value.at("/Fn::GetAtt/1").asText());
    }
    if (value.has("Fn::ImportValue")) {
      // <stack>:ExportsOutput<kind><logical id with its hash><attribute><hash>
      Matcher export = EXPORT.matcher(value.get("Fn::ImportValue").asText());
      return export.matches() ? reference(export.group(1), export.group(2)) : value.toString();
    }
    if (value.has("Fn::Join")) {
      StringBuilder joined = new StringBuilder();
      value.at("/Fn::Join/1").forEach(part -> joined.append(text(part)));
      return joined.toString();
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static String reference(String id, String attribute) {
    boolean isUsual = attribute.isEmpty() || attribute.equals("Arn");
    return "<" + bare(id) + (isUsual ? "" : "." + attribute) + ">";
  }

  private static String bare(String id) {
    return id.replaceFirst("^AWS::", "").replaceFirst("[0-9A-F]{8}$", "");
  }
}
