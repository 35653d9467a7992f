package dev.sluice.translate;

import java.util.Optional;

/// The kinds of text that an item is made of, and the events that tell of each (OpenAI 2026-08).
enum PartKind {
  OUTPUT_TEXT("output_text", "text", "output_text", "content_part", "content_index"),
  REFUSAL("refusal", "refusal", "refusal", "content_part", "content_index"),
  REASONING_TEXT("reasoning_text", "text", "reasoning_text", "content_part", "content_index"),
  SUMMARY_TEXT(
      "summary_text", "text", "reasoning_summary_text", "reasoning_summary_part", "summary_index");

  private final String type;
  private final String member;
  private final String textEvent;
  private final String partEvent;
  private final String indexName;

  PartKind(String type, String member, String textEvent, String partEvent, String indexName) {
    this.type = type;
    this.member = member;
    this.textEvent = "response." + textEvent;
    this.partEvent = "response." + partEvent;
    this.indexName = indexName;
  }

  /// The kind of a part as servers call it; empty when such an item cannot have it.
  static Optional<PartKind> of(String type, boolean isMessage) {
    return switch (type) {
      case "output_text", "text" -> Optional.of(isMessage ? OUTPUT_TEXT : REASONING_TEXT);
      case "refusal" -> isMessage ? Optional.of(REFUSAL) : Optional.empty();
      case "reasoning_text" -> isMessage ? Optional.empty() : Optional.of(REASONING_TEXT);
      case "summary_text" -> isMessage ? Optional.empty() : Optional.of(SUMMARY_TEXT);
      default -> Optional.empty();
    };
  }

  /// The `type` of the part.
  String type() {
    return type;
  }

  /// The member of the part and of its done event that holds the text.
  String member() {
    return member;
  }

  /// The start of the event types for the text: `.delta` and `.done` follow.
  String textEvent() {
    return textEvent;
  }

  /// The start of the event types for the part: `.added` and `.done` follow.
  String partEvent() {
    return partEvent;
  }

  /// The member of events that says which part of the item it is.
  String indexName() {
    return indexName;
  }
}
