package dev.sluice.gateway.inference;

import dev.sluice.completion.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Objects in memory. It can be down.
final class TestingObjectStore implements ObjectStore {

  private final TreeMap<String, byte[]> objects = new TreeMap<>();
  private boolean down;

  void setDown(boolean down) {
    this.down = down;
  }

  @Override
  public synchronized void put(String name, byte[] bytes) {
    if (down) {
      throw new UncheckedIOException(new IOException("down"));
    }
    objects.put(name, bytes);
  }

  @Override
  public synchronized Optional<byte[]> get(String name) {
    return Optional.ofNullable(objects.get(name));
  }

  @Override
  public synchronized List<String> list(String prefix, String after, int limit) {
    return objects.keySet().stream()
        .filter(name -> name.startsWith(prefix) && name.compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized void delete(String name) {
    objects.remove(name);
  }
}
