package dev.sluice.gateway.runtime;

import io.micronaut.core.order.OrderUtil;
import io.micronaut.crac.OrderedResource;
import java.util.Collection;
import java.util.List;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/// What is done before an instance is stored as a snapshot and after a copy of it is restored: the
/// function's own [OrderedResource] beans. After the restore in their order, before the snapshot in
/// the reverse of it, as CRaC has it.
///
/// They are called here and not by a global context, so that the hooks of this function are exactly
/// these.
final class RestoreHooks {

  private final List<OrderedResource> ordered;

  RestoreHooks(Collection<OrderedResource> resources) {
    ordered = resources.stream().sorted(OrderUtil.COMPARATOR).toList();
  }

  /// @throws HookException from the first that fails; the others are not called
  void beforeSnapshot() throws HookException {
    Context<Resource> context = Core.getGlobalContext();
    for (OrderedResource resource : ordered.reversed()) {
      try {
        resource.beforeCheckpoint(context);
      } catch (Exception e) {
        throw new HookException(resource, e);
      }
    }
  }

  /// @throws HookException from the first that fails; the others are not called
  void afterRestore() throws HookException {
    Context<Resource> context = Core.getGlobalContext();
    for (OrderedResource resource : ordered) {
      try {
        resource.afterRestore(context);
      } catch (Exception e) {
        throw new HookException(resource, e);
      }
    }
  }
}
