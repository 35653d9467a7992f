package dev.sluice.local;

import java.util.List;

/// The tokens of a reply: thoughts count as output.
record DemoUsage(long input, long output, long reasoning) {

  static DemoUsage of(DemoAsk ask, DemoReply reply) {
    long reasoning =
        switch (reply) {
          case DemoReply.Text(List<String> thoughts, _, _) -> thoughts.size();
          case DemoReply.ToolCall _ -> 0;
        };
    return new DemoUsage(ask.prompt().tokenCount(), reasoning + reply.tokens().size(), reasoning);
  }

  /// The counts when so many tokens of the output have been told.
  DemoUsage after(long told) {
    return new DemoUsage(input, told, Math.min(told, reasoning));
  }

  long total() {
    return input + output;
  }
}
