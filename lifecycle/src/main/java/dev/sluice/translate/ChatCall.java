package dev.sluice.translate;

import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue.JsonObject;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One tool call of a chat model, from its first piece on. The client is told of it when its name
/// is certain, which is when its arguments begin: servers send names in pieces, too. For use by one
/// thread.
final class ChatCall {

  private final ToolRules rules;
  private String id = "";
  private String name = "";
  private final StringBuilder arguments = new StringBuilder();
  private int toldLength;
  private boolean takesFreeText;
  private boolean isHidden;
  private @Nullable OpenCall open;

  ChatCall(ToolRules rules) {
    this.rules = rules;
  }

  String id() {
    return id;
  }

  /// Whether a piece with this id and name begins another call under the same number.
  boolean isOther(String otherId, String otherName) {
    return !otherId.isEmpty() && !id.isEmpty() && !otherId.equals(id) && !otherName.isEmpty();
  }

  /// Whether the client is told of a call without being told of what.
  boolean isNameless() {
    return name.isEmpty() && rules.allows(name);
  }

  /// Whether its arguments have begun.
  boolean hasArguments() {
    return !arguments.isEmpty();
  }

  /// Takes a delta, or the whole call.
  void add(JsonObject call) {
    if (id.isEmpty()) {
      id = call.text("id").orElse("");
    }
    call.object("custom")
        .ifPresent(custom -> {
          takesFreeText = true;
          addPieces(custom, "input");
        });
    call.object("function").ifPresent(function -> addPieces(function, "arguments"));
  }

  /// Takes the name and the arguments of the older form.
  void addFunction(JsonObject function) {
    addPieces(function, "arguments");
  }

  private void addPieces(JsonObject callee, String argumentsName) {
    String piece = callee.text("name").orElse("");
    if (!isTold()) {
      name = ChatStreamFunction.joined(name, piece);
    }
    callee.text(argumentsName).ifPresent(arguments::append);
    // Some servers send the arguments as JSON and not as text.
    callee
        .object(argumentsName)
        .ifPresent(
            object -> arguments.append(new String(Json.write(object), StandardCharsets.UTF_8)));
  }

  private boolean isTold() {
    return open != null || isHidden;
  }

  /// Tells what has arrived.
  void tell(ChatItems.Calls calls) {
    if (!isTold()) {
      isHidden = !rules.allows(name);
      open = isHidden ? null : calls.begin(id, name, takesFreeText || rules.isCustom(name));
    }
    if (open != null && !isWrapped()) {
      open.append(arguments.substring(toldLength));
      toldLength = arguments.length();
    }
  }

  /// Tells the rest: the call is whole, or nothing more of it comes.
  void end(ChatItems.Calls calls) {
    tell(calls);
    if (open != null && isWrapped()) {
      open.append(unwrapped());
    }
  }

  /// A tool that takes free text was offered as a function with one argument, `input`.
  private boolean isWrapped() {
    return rules.isCustom(name) && !takesFreeText;
  }

  private String unwrapped() {
    String raw = arguments.toString();
    return Json.objectOrEmpty(raw.getBytes(StandardCharsets.UTF_8)).text("input").orElse(raw);
  }
}
