package dev.sluice.completion.fn;

import com.amazonaws.services.lambda.runtime.Context;
import dev.sluice.request.Deadline;
import io.micronaut.context.annotation.Replaces;
import io.micronaut.function.aws.LambdaContextFactory;
import jakarta.inject.Singleton;
import java.time.Duration;

/// How long the invocation that the current thread runs may still take.
///
/// Micronaut hands the Lambda context over on the invoking thread just before the function runs.
/// Its own receiver makes the context a bean of the whole application, which is wrong as soon as
/// two invocations run at once, as they do in the dev stack.
@Singleton
@Replaces(LambdaContextFactory.class)
final class CurrentInvocation implements LambdaContextFactory {

  private final ThreadLocal<Deadline> deadline = new ThreadLocal<>();

  @Override
  public void registerSingletons(Context context) {
    deadline.set(Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis())));
  }

  /// The end of this thread's invocation, once.
  ///
  /// @param limit what holds when there is no Lambda context
  Deadline takeDeadline(Duration limit) {
    Deadline known = deadline.get();
    deadline.remove();
    return known == null ? Deadline.in(limit) : known;
  }
}
