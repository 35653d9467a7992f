package dev.sluice.gateway.inference;

import dev.sluice.completion.CompletionQueue;
import dev.sluice.completion.CompletionRecord;
import dev.sluice.completion.FinishedRecord;
import dev.sluice.completion.QueueUnavailableException;
import dev.sluice.completion.RecordCodec;
import dev.sluice.completion.StartedRecord;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A queue in memory. The test decides at each record whether it is acknowledged, and may look
/// around before it is.
final class TestingRecordQueue implements CompletionQueue {

  private final List<CompletionRecord> records = new ArrayList<>();
  private Consumer<CompletionRecord> beforeAcknowledging = _ -> {};

  /// What happens before a record is acknowledged: throwing [#refusal] refuses it.
  void beforeAcknowledging(Consumer<CompletionRecord> look) {
    beforeAcknowledging = look;
  }

  static QueueUnavailableException refusal() {
    return new QueueUnavailableException("refused by the test", new ConnectException());
  }

  @Override
  public synchronized void send(String message, Duration within) {
    if (!(RecordCodec.decode(message) instanceof RecordCodec.Decoded.Known(var record))) {
      throw new IllegalStateException("Not a record: " + message);
    }
    beforeAcknowledging.accept(record);
    records.add(record);
  }

  /// Those that were acknowledged.
  synchronized List<CompletionRecord> records() {
    return List.copyOf(records);
  }

  List<StartedRecord> started() {
    return records().stream()
        .filter(StartedRecord.class::isInstance)
        .map(StartedRecord.class::cast)
        .toList();
  }

  List<FinishedRecord> finished() {
    return records().stream()
        .filter(FinishedRecord.class::isInstance)
        .map(FinishedRecord.class::cast)
        .toList();
  }

  @Override
  public int maxMessageBytes() {
    return 1 << 20;
  }

  @Override
  public boolean isReachable() {
    return true;
  }
}
