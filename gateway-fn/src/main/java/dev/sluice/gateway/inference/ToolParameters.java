package dev.sluice.gateway.inference;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The rules of `tools` and `tool_choice` in a Responses body. Hosted tools are left to the
/// translation, which knows which upstreams run them.
final class ToolParameters {

  private static final int MAX_ALLOWED = 128;
  private static final Set<String> CHOICES = Set.of("none", "auto", "required");
  private static final Set<String> MODES = Set.of("auto", "required");

  /// The tools that a choice must name: their type is not enough.
  private static final Set<String> NAMED = Set.of("function", "custom");

  private ToolParameters() {}

  static void check(Field body) {
    Set<String> offered = new HashSet<>();
    Field tools = body.member("tools");
    if (!tools.isAbsent()) {
      tools.items().forEach(tool -> offered.add(checkTool(tool)));
    }
    checkChoice(body.member("tool_choice"), offered);
    body.member("parallel_tool_calls").checkTruth();
  }

  /// The tool as a choice refers to it.
  private static String checkTool(Field tool) {
    String type = tool.object().member("type").required().text();
    switch (type) {
      case "function" -> ChatRules.checkFunction(tool);
      case "custom" -> {
        ChatRules.checkName(tool.member("name"));
        tool.member("description").checkText();
        tool.member("format").checkObject();
      }
      default -> {
        return type;
      }
    }
    return reference(type, tool.member("name").text());
  }

  private static String reference(String type, String name) {
    return type + "/" + name;
  }

  private static void checkChoice(Field choice, Set<String> offered) {
    if (choice.isAbsent()) {
      return;
    }
    if (choice.isText()) {
      choice.checkOneOf(CHOICES);
      return;
    }
    if (!choice.object().member("type").required().text().equals("allowed_tools")) {
      checkReference(choice, offered);
      return;
    }
    choice.member("mode").checkOneOf(MODES);
    List<Field> allowed = choice.member("tools").required().items(1, MAX_ALLOWED);
    allowed.forEach(tool -> checkReference(tool, offered));
  }

  /// A choice of a function or a custom tool that was not offered is a mistake that a model server
  /// may pass over in silence.
  private static void checkReference(Field tool, Set<String> offered) {
    String type = tool.object().member("type").required().text();
    if (!NAMED.contains(type)) {
      return;
    }
    Field name = tool.member("name").required();
    if (!offered.contains(reference(type, name.text()))) {
      throw name.invalid("must be the name of a " + type + " tool in 'tools'");
    }
  }
}
