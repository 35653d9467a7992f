package dev.sluice.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A response and those that it continues, as far back as they go.
///
/// @param turns oldest first; empty when the head itself is not there or not visible
/// @param end why the chain goes no further back than its first turn
public record Chain(List<Turn> turns, End end) {

  public Chain {
    turns = List.copyOf(turns);
  }

  /// One response of the chain.
  ///
  /// @param requestBody null when it is not recorded (yet), as is the answer
  public record Turn(
      Request request, @Nullable StoredBody requestBody, @Nullable StoredBody responseBody) {}

  /// Where a chain ends.
  public sealed interface End {

    /// The first turn continues nothing.
    record Complete() implements End {}

    /// A response that should come before the first turn does not exist for this account, was
    /// deleted or not stored, or is a later turn itself.
    record Missing(ResponseId ancestor) implements End {}

    /// There are more turns than were asked for.
    record TooLong() implements End {}

    /// Its bodies are larger than was asked for.
    record TooLarge() implements End {}
  }
}
