package dev.sluice.completion;

import java.util.List;
import java.util.Optional;

/// Where bodies lie that do not fit a record, and records that the queue did not take. S3 on AWS, a
/// directory elsewhere.
///
/// Names are slash-separated, of ASCII letters, digits, `.`, `_` and `-`. Every method may be
/// repeated, and throws [java.io.UncheckedIOException] when the store does not answer.
public interface ObjectStore {

  /// Keeps the bytes durably; replaces an object of that name.
  void put(String name, byte[] bytes);

  Optional<byte[]> get(String name);

  /// At most `limit` names that start with the prefix and come after `after`, in their order.
  ///
  /// @param after the last name of the page before; empty for the first page. It need not exist
  List<String> list(String prefix, String after, int limit);

  /// The first names that start with the prefix.
  default List<String> list(String prefix, int limit) {
    return list(prefix, "", limit);
  }

  /// Removes the object; removing a missing one is fine.
  void delete(String name);
}
