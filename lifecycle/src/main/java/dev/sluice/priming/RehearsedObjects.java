package dev.sluice.priming;

import dev.sluice.completion.ObjectStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// Objects that are gone with the rehearsal.
final class RehearsedObjects implements ObjectStore {

  private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

  @Override
  public void put(String name, byte[] bytes) {
    objects.put(name, bytes.clone());
  }

  @Override
  public Optional<byte[]> get(String name) {
    return Optional.ofNullable(objects.get(name)).map(byte[]::clone);
  }

  @Override
  public List<String> list(String prefix, String after, int limit) {
    return objects.tailMap(after, false).keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .limit(limit)
        .toList();
  }

  @Override
  public void delete(String name) {
    objects.remove(name);
  }
}
