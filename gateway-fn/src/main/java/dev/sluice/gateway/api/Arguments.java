package dev.sluice.gateway.api;

import dev.sluice.gateway.auth.Caller;
import dev.sluice.request.Deadline;
import io.micronaut.context.annotation.Factory;
import io.micronaut.core.bind.ArgumentBinder;
import io.micronaut.core.convert.ArgumentConversionContext;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.bind.binders.TypedRequestArgumentBinder;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Function;

/// The typed arguments of the controllers: a handler gets a validated value or is not called.
@Factory
final class Arguments {

  @Singleton
  TypedRequestArgumentBinder<Caller> caller() {
    return new Reading<>(Argument.of(Caller.class), Identity::caller);
  }

  @Singleton
  TypedRequestArgumentBinder<Identity.Operator> operator() {
    return new Reading<>(Argument.of(Identity.Operator.class), Identity::operator);
  }

  @Singleton
  TypedRequestArgumentBinder<Deadline> deadline() {
    return new Reading<>(
        Argument.of(Deadline.class), request -> Identity.inbound(request).deadline());
  }

  @Singleton
  TypedRequestArgumentBinder<ListQuery> listQuery() {
    return new Reading<>(
        Argument.of(ListQuery.class), request -> ListQuery.parse(Identity.inbound(request)));
  }

  @Singleton
  TypedRequestArgumentBinder<InputItemsQuery> inputItemsQuery() {
    return new Reading<>(
        Argument.of(InputItemsQuery.class),
        request -> InputItemsQuery.parse(Identity.inbound(request)));
  }

  @Singleton
  TypedRequestArgumentBinder<NewAccount> newAccount() {
    return new Reading<>(
        Argument.of(NewAccount.class), request -> NewAccount.parse(Identity.inbound(request)));
  }

  @Singleton
  TypedRequestArgumentBinder<NewKey> newKey() {
    return new Reading<>(
        Argument.of(NewKey.class), request -> NewKey.parse(Identity.inbound(request)));
  }

  private record Reading<T>(Argument<T> argumentType, Function<HttpRequest<?>, T> read)
      implements TypedRequestArgumentBinder<T> {

    @Override
    public ArgumentBinder.BindingResult<T> bind(
        ArgumentConversionContext<T> context, HttpRequest<?> source) {
      T value = read.apply(source);
      return () -> Optional.of(value);
    }
  }
}
