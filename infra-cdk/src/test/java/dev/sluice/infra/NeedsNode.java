package dev.sluice.infra;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// A test that synthesises: the kit runs in Node, so where there is none it is skipped, with that
/// reason.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsNode.NodeCondition.class)
@interface NeedsNode {

  /// Asks once per process whether `node` can be started. Maven counts what is skipped and does not
  /// say why, so this does, too.
  final class NodeCondition implements ExecutionCondition {

    private static final ConditionEvaluationResult RESULT = result(starts("node"));

    static {
      if (RESULT.isDisabled()) {
        System.err.println("[WARNING] " + RESULT.getReason().orElseThrow());
      }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return RESULT;
    }

    static ConditionEvaluationResult result(boolean there) {
      return there
          ? ConditionEvaluationResult.enabled("Node is there")
          : ConditionEvaluationResult.disabled(
              "The deployment was NOT tested: no 'node' on the PATH, and the CDK runs in Node");
    }

    static boolean starts(String program) {
      try {
        Process process =
            new ProcessBuilder(program, "--version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
      } catch (IOException _) {
        return false; // Not on the PATH.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while asking for Node", e);
      }
    }
  }
}
