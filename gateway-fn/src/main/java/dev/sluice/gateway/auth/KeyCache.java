package dev.sluice.gateway.auth;

import dev.sluice.account.AccountStore;
import dev.sluice.account.AccountStore.KeyWithAccount;
import dev.sluice.request.StoreUnavailableException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Rows of keys, remembered for a short time, so that most calls ask no database and a database
/// that is down does not lock known callers out.
///
/// A found key is fresh for 30 seconds and served for up to 15 minutes while the database cannot be
/// reached; an unknown one is remembered for 5 seconds. What could not be asked is not remembered.
/// Found and unknown keys have separate room, so that guesses cannot push real keys out. Safe for
/// use by several threads; two of them may ask for the same key at once.
final class KeyCache {

  private static final long FRESH = Duration.ofSeconds(30).toNanos();
  private static final long STALE = Duration.ofMinutes(15).toNanos();
  private static final long UNKNOWN = Duration.ofSeconds(5).toNanos();

  /// While the database is down it is asked this often for one key, not at each call.
  private static final long ASK_AGAIN = Duration.ofSeconds(5).toNanos();

  /// @param readAt when the row was read
  /// @param askAt from when on the database is asked again
  private record Found(KeyWithAccount row, long readAt, long askAt) {}

  private final AccountStore accounts;
  private final LongSupplier nanoClock;
  private final Map<String, Found> found;
  private final Map<String, Long> unknown;

  /// @param capacity how many found and how many unknown keys are remembered
  KeyCache(AccountStore accounts, LongSupplier nanoClock, int capacity) {
    this.accounts = accounts;
    this.nanoClock = nanoClock;
    this.found = bounded(capacity);
    this.unknown = bounded(capacity);
  }

  /// The row of this key; empty when there is none.
  ///
  /// @throws StoreUnavailableException when the database cannot be asked and nothing usable is
  ///   remembered
  Optional<KeyWithAccount> find(String keyId) {
    long now = nanoClock.getAsLong();
    Optional<Found> remembered;
    synchronized (this) {
      Long until = unknown.get(keyId);
      if (until != null && until - now > 0) {
        return Optional.empty();
      }
      remembered = Optional.ofNullable(found.get(keyId));
    }
    return remembered.isPresent() && remembered.get().askAt() - now > 0
        ? remembered.map(Found::row)
        : ask(keyId, remembered, now);
  }

  synchronized void forget() {
    found.clear();
    unknown.clear();
  }

  private Optional<KeyWithAccount> ask(String keyId, Optional<Found> remembered, long now) {
    try {
      Optional<KeyWithAccount> row = accounts.findKey(keyId);
      remember(keyId, row, nanoClock.getAsLong());
      return row;
    } catch (StoreUnavailableException e) {
      Found stale = remembered.filter(old -> now - old.readAt() < STALE).orElseThrow(() -> e);
      synchronized (this) {
        found.put(keyId, new Found(stale.row(), stale.readAt(), nextAsk(stale, now)));
      }
      return Optional.of(stale.row());
    }
  }

  private static long nextAsk(Found stale, long now) {
    long end = stale.readAt() + STALE;
    return end - now < ASK_AGAIN ? end : now + ASK_AGAIN;
  }

  private synchronized void remember(String keyId, Optional<KeyWithAccount> row, long now) {
    if (row.isPresent()) {
      found.put(keyId, new Found(row.get(), now, now + FRESH));
      unknown.remove(keyId);
    } else {
      unknown.put(keyId, now + UNKNOWN);
      found.remove(keyId);
    }
  }

  /// The least recently used entry gives way.
  private static <V> Map<String, V> bounded(int capacity) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > capacity;
      }
    };
  }
}
