package dev.sluice.store;

import static dev.sluice.store.Records.LATER;
import static dev.sluice.store.Records.deliveries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.completion.CompletionRecord;
import dev.sluice.request.RequestStore;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// Tests that each have a database of their own.
abstract class DatabaseCase {

  StoreFixture fixture;
  RequestStore requests;

  @BeforeEach
  void openDatabase() {
    fixture = StoreFixture.create();
    requests = fixture.requests();
  }

  @AfterEach
  void closeDatabase() {
    fixture.close();
  }

  /// Stores records as the completion function does.
  void persist(CompletionRecord... records) {
    assertThat(fixture.completions().persist(deliveries(List.of(records)), LATER)).isEmpty();
  }
}
