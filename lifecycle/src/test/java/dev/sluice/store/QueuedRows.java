package dev.sluice.store;

import dev.sluice.request.ResponseId;
import java.util.UUID;

/// Rows of the daemon's lane, put where a test needs them.
final class QueuedRows {

  private final StoreFixture fixture;

  QueuedRows(StoreFixture fixture) {
    this.fixture = fixture;
  }

  /// A pending flex row.
  ///
  /// @param deadline in SQL
  void pending(ResponseId id, String deadline) {
    fixture.execute(
        """
        insert into request (id, account_id, api_key_id, trace_id, endpoint, model, tier, stream,
          background, store, lane, state, created_at, tier_class, deadline)
        values ('%s', '%s', 'key00001', 't', '/v1/responses', 'm', 'flex', false, false, true,
          'daemon', 'pending', now(), 1, %s)
        """
            .formatted(id.uuid(), StoreFixture.ACCOUNT, deadline));
  }

  /// A row in its first attempt.
  ///
  /// @param lease its end, in SQL
  void claimed(ResponseId id, String lease) {
    pending(id, "now() + interval '1 hour'");
    fixture.execute(
        """
        update request set state = 'claimed', attempt = 1, claimed_at = now(), daemon_id = '%s',
          claim_token = '%s', lease_until = %s
        where id = '%s'
        """
            .formatted(new UUID(0, 1), token(id), lease, id.uuid()));
  }

  /// A row in its first attempt, with its call begun.
  ///
  /// @param lease its end, in SQL
  void dispatched(ResponseId id, String lease) {
    claimed(id, lease);
    fixture.execute(
        "update request set state = 'processing', started_at = now() where id = '%s'"
            .formatted(id.uuid()));
    attempt(id, token(id), "null");
  }

  /// @param finished in SQL
  void attempt(ResponseId id, UUID attemptId, String finished) {
    fixture.execute(
        """
        insert into request_attempt (request_id, attempt_id, account_id, attempt, upstream,
          upstream_model, daemon_id, started_at, finished_at)
        values ('%s', '%s', '%s', 1, 'one', 'm-1', '%s', now(), %s)
        """
            .formatted(id.uuid(), attemptId, StoreFixture.ACCOUNT, new UUID(0, 1), finished));
  }

  /// Ended well, a minute after it began.
  void completed(ResponseId id) {
    dispatched(id, "now()");
    fixture.execute(
        """
        update request set state = 'completed', outcome = 'completed', response_status = 200,
          finished_at = now() + interval '1 minute', daemon_id = null, claim_token = null,
          lease_until = null
        where id = '%s'
        """
            .formatted(id.uuid()));
  }

  static UUID token(ResponseId id) {
    return new UUID(id.uuid().getMostSignificantBits(), 77);
  }
}
