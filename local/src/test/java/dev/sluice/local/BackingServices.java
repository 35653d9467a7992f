package dev.sluice.local;

import java.net.URI;
import java.util.Optional;

/// What the stacks of tests stand on: the embedded queue and files, or LocalStack in the profile of
/// that name.
interface BackingServices {

  /// The tag of tests which must pass whatever serves queues, objects and secrets.
  String TAG = "backing-services";

  /// Settings with which a stack keeps its things at these services, under names of its own, which
  /// are the same again for the same data directory.
  ///
  /// @throws IllegalStateException with a sentence for the person who runs the tests, when there
  ///   are no such services
  DevSettings giveStores(DevSettings settings);

  /// Settings with which a stack has a database of its own, unless they name one.
  DevSettings giveDatabase(DevSettings settings);

  /// Where the queues are, when not in a server that each stack starts for itself.
  Optional<URI> queueServer();

  /// Those of this run.
  static BackingServices current() {
    return Found.SERVICES;
  }

  /// Made once, of the class that the build names.
  final class Found {
    private static final BackingServices SERVICES =
        make(System.getProperty("sluice.test.services", Embedded.class.getName()));

    private Found() {}

    private static BackingServices make(String name) {
      try {
        return Class.forName(name)
            .asSubclass(BackingServices.class)
            .getDeclaredConstructor()
            .newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("sluice.test.services names no such class: " + name, e);
      }
    }
  }

  /// Everything in the stack itself.
  final class Embedded implements BackingServices {

    @Override
    public DevSettings giveStores(DevSettings settings) {
      return settings;
    }

    @Override
    public DevSettings giveDatabase(DevSettings settings) {
      if (settings.databaseUrl() == null) {
        DatabaseTemplate.giveTo(settings.dataDirectory());
      }
      return settings;
    }

    @Override
    public Optional<URI> queueServer() {
      return Optional.empty();
    }
  }
}
