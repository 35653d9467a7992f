package dev.sluice.completion.fn;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.ObjectStore;
import dev.sluice.completion.RecordBody;
import dev.sluice.completion.StartedRecord;
import dev.sluice.request.RequestStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Brings bodies that lie in the object store into their records, before a transaction is open.
///
/// The owner may have deleted the response meanwhile, and its objects with it: such a record goes
/// on without its body, so that it can still end its tombstone.
final class FetchedBodies {

  private final ObjectStore objects;
  private final RequestStore requests;

  FetchedBodies(ObjectStore objects, RequestStore requests) {
    this.objects = objects;
    this.requests = requests;
  }

  /// What became of a record's bodies.
  sealed interface Fetch {

    /// @param record its bodies are inline or absent
    record Complete(CompletionRecord record) implements Fetch {}

    /// @param reason `missing_object`, `wrong_object` or `objects_unavailable`
    /// @param lasting false when only the store did not answer
    record Failed(String reason, boolean lasting) implements Fetch {}
  }

  Fetch fetch(CompletionRecord record) {
    CompletionRecord.Head head = record.head();
    return switch (record) {
      case StartedRecord started ->
          switch (fetch(head, started.request())) {
            case Part.Fetched(var body) -> new Fetch.Complete(new StartedRecord(head, body));
            case Part.Missing(Fetch.Failed why) -> why;
          };
      case FinishedRecord finished ->
          switch (fetch(head, finished.response())) {
            case Part.Fetched(var body) -> withEvents(finished, body);
            case Part.Missing(Fetch.Failed why) -> why;
          };
    };
  }

  private Fetch withEvents(FinishedRecord finished, @Nullable RecordBody response) {
    return switch (fetch(finished.head(), finished.events())) {
      case Part.Fetched(var events) -> new Fetch.Complete(finished.with(response, events));
      case Part.Missing(Fetch.Failed why) -> why;
    };
  }

  /// What became of one body.
  private sealed interface Part {

    /// @param body inline, or absent because there is none or its response is deleted
    record Fetched(@Nullable RecordBody body) implements Part {}

    record Missing(Fetch.Failed why) implements Part {}
  }

  private Part fetch(CompletionRecord.Head head, @Nullable RecordBody body) {
    if (!(body instanceof RecordBody.Elsewhere elsewhere)) {
      return new Part.Fetched(body);
    }
    Optional<byte[]> bytes;
    try {
      bytes = objects.get(elsewhere.object());
    } catch (UncheckedIOException _) {
      // Reported as this item's failure: the message comes back when the store may answer again.
      return new Part.Missing(new Fetch.Failed("objects_unavailable", false));
    }
    if (bytes.isEmpty()) {
      return isDeleted(head)
          ? new Part.Fetched(null)
          : new Part.Missing(new Fetch.Failed("missing_object", true));
    }
    RecordBody.Inline inline =
        new RecordBody.Inline(
            bytes.get(),
            elsewhere.encoding(),
            elsewhere.contentType(),
            elsewhere.length(),
            elsewhere.sha256());
    return isWhole(inline)
        ? new Part.Fetched(inline)
        : new Part.Missing(new Fetch.Failed("wrong_object", true));
  }

  private boolean isDeleted(CompletionRecord.Head head) {
    return requests
        .find(head.accountId(), head.requestId())
        .filter(request -> request.data().deleted())
        .isPresent();
  }

  /// True when the decoded bytes have the length and the hash that the record names.
  private static boolean isWhole(RecordBody.Inline body) {
    if (body.length() < 0 || body.length() > Integer.MAX_VALUE - 8) {
      return false;
    }
    try (InputStream in = decoded(body)) {
      // One byte more than expected shows that there are too many, without reading them all.
      byte[] bytes = in.readNBytes((int) body.length() + 1);
      return bytes.length == body.length() && RecordBody.sha256(bytes).equals(body.sha256());
    } catch (IOException _) {
      return false; // Not what its encoding says: as wrong as a wrong hash.
    }
  }

  private static InputStream decoded(RecordBody.Inline body) throws IOException {
    InputStream bytes = new ByteArrayInputStream(body.bytes());
    return switch (body.encoding()) {
      case "identity" -> bytes;
      case "gzip" -> new GZIPInputStream(bytes);
      default -> throw new IOException("Unknown encoding");
    };
  }
}
