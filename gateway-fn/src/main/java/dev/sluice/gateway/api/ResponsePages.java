package dev.sluice.gateway.api;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.gateway.read.ResponseReader;
import dev.sluice.request.Deadline;
import dev.sluice.request.Request;
import dev.sluice.request.RequestStore;
import dev.sluice.wire.Json;
import dev.sluice.wire.JsonValue;
import dev.sluice.wire.JsonValue.JsonArray;
import dev.sluice.wire.JsonValue.JsonObject;
import dev.sluice.wire.ResponseParameters;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;

/// Pages of responses and of input items. Safe for use by several threads.
@Singleton
final class ResponsePages {

  /// Of a page as it travels, inside a string of the function's answer. The rest of Lambda's 6 MB
  /// is left for the envelope.
  private static final long MAX_BYTES = 4_000_000;

  /// Of one parameter in a response that is shown truncated; there are about twenty.
  private static final int MAX_PARAMETER_BYTES = 10_000;

  private final RequestStore requests;
  private final ResponseReader reader;

  ResponsePages(RequestStore requests, ResponseReader reader) {
    this.requests = requests;
    this.reader = reader;
  }

  record Page(List<JsonObject> data, boolean hasMore) {

    Page {
      data = List.copyOf(data);
    }
  }

  /// The caller's visible responses; the page also ends before it grows past 4 MB.
  ///
  /// A response that is larger than that by itself is listed truncated, so that it never makes its
  /// page impossible: `x_sluice.truncated` is true, `output` is empty, and a parameter above 10 kB,
  /// such as `tools`, has its default. Reading it by its id shows all of it.
  Page responses(Caller caller, ListQuery query) {
    RequestStore.Page page = query.page();
    List<Request> rows = requests.list(caller.accountId(), oneMore(page));
    List<JsonObject> data = new ArrayList<>();
    long bytes = 0;
    for (Request row : rows.subList(0, Math.min(rows.size(), page.limit()))) {
      JsonObject whole = reader.response(row);
      JsonObject response = travelling(whole) > MAX_BYTES ? truncated(whole) : whole;
      bytes += travelling(response);
      if (bytes > MAX_BYTES && !data.isEmpty()) {
        return new Page(data, true);
      }
      data.add(response);
    }
    return new Page(data, rows.size() > data.size());
  }

  private static JsonObject truncated(JsonObject whole) {
    JsonObject extension = whole.object("x_sluice").orElse(JsonObject.EMPTY);
    JsonObject.Builder json =
        whole.toBuilder()
            .put("output", JsonArray.EMPTY)
            .put("x_sluice", extension.toBuilder().put("truncated", true).build());
    ResponseParameters.DEFAULTS
        .values()
        .members()
        .forEach((name, initial) -> {
          JsonValue given = whole.get(name);
          if (given != null && Json.write(given).length > MAX_PARAMETER_BYTES) {
            json.put(name, initial);
          }
        });
    return json.build();
  }

  /// Bytes of a value as a part of a JSON string: quotes and backslashes travel escaped.
  private static long travelling(JsonObject response) {
    byte[] json = Json.write(response);
    long bytes = json.length;
    for (byte b : json) {
      if (b == '"' || b == '\\') {
        bytes++;
      }
    }
    return bytes;
  }

  private static RequestStore.Page oneMore(RequestStore.Page page) {
    return new RequestStore.Page(
        page.limit() + 1,
        page.after(),
        page.before(),
        page.ascending(),
        page.status(),
        page.model(),
        page.tier());
  }

  /// What a request sent.
  ///
  /// @throws dev.sluice.gateway.errors.GatewayException 404 and 503 as the lookup, 400 when `after`
  ///   names no item of it
  Page inputItems(Caller caller, String id, InputItemsQuery query, Deadline deadline) {
    List<JsonObject> sent = reader.inputItems(caller, id, deadline);
    List<JsonObject> ordered = query.ascending() ? sent : sent.reversed();
    String after = query.after();
    int start = after == null ? 0 : indexOf(ordered, after) + 1;
    int end = Math.min(ordered.size(), start + query.limit());
    return new Page(ordered.subList(start, end), end < ordered.size());
  }

  private static int indexOf(List<JsonObject> items, String id) {
    for (int i = 0; i < items.size(); i++) {
      if (items.get(i).text("id").filter(id::equals).isPresent()) {
        return i;
      }
    }
    throw QueryReader.invalid("after", "after is the id of an item of this list.");
  }
}
