package dev.sluice.local;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.sluice.request.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of the house. The rows of modules are kept by Maven; these are the rows of packages.
@AnalyzeClasses(packages = "dev.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {

  private static final String[] PURE = {
    "dev.sluice.request..",
    "dev.sluice.response..",
    "dev.sluice.translate..",
    "dev.sluice.upstream.."
  };
  private static final int MOST_LINES = 400;

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("dev.sluice.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theDomainKnowsOnlyTheJdkAndItself =
      classes()
          .that()
          .resideInAPackage("dev.sluice.request..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("dev.sluice.request..", "java..", "javax.crypto..", "org.jspecify..");

  @ArchTest
  static final ArchRule theFrameworkStaysOutOfPurePackages =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.micronaut..", "jakarta.inject..");

  /// What gateway and daemon share of an upstream call knows neither the database nor the cloud.
  @ArchTest
  static final ArchRule callsKnowOnlyTheDomainAndWhatItIsAskedThrough =
      classes()
          .that()
          .resideInAPackage("dev.sluice.call..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.call..",
              "dev.sluice.request..",
              "dev.sluice.sandbox..",
              "dev.sluice.telemetry..",
              "dev.sluice.translate..",
              "dev.sluice.upstream..",
              "dev.sluice.wire..",
              "java..",
              "org.jspecify..",
              "org.slf4j..");

  @ArchTest
  static final ArchRule sqlIsOnlyInTheStore =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice..")
          .and()
          .resideOutsideOfPackages(
              "dev.sluice.store..",
              "dev.sluice.migrations..",
              "dev.sluice.emulators..",
              "dev.sluice.local..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql..", "org.postgresql..");

  @ArchTest
  static final ArchRule theAwsSdkIsOnlyInItsPackage =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.sluice.aws..",
              "dev.sluice.migrations..",
              "dev.sluice.emulators..",
              "dev.sluice.local..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  /// It reads the login of the database's owner, and nothing else of AWS.
  @ArchTest
  static final ArchRule theMigrationsKnowSecretsManagerOnly =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.migrations..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("software.amazon.awssdk.services..")
                  .and(resideOutsideOfPackage("software.amazon.awssdk.services.secretsmanager..")));

  @ArchTest
  static final ArchRule theLibraryKnowsNoLambdaAndNoHttpServer =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.sluice.request..",
              "dev.sluice.call..",
              "dev.sluice.completion",
              "dev.sluice.upstream..",
              "dev.sluice.wire..",
              "dev.sluice.translate..",
              "dev.sluice.account..",
              "dev.sluice.store..",
              "dev.sluice.aws..",
              "dev.sluice.priming..",
              "dev.sluice.sandbox..",
              "dev.sluice.telemetry..",
              "dev.sluice.wiring..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "com.amazonaws..",
              "io.micronaut.http..",
              "io.micronaut.function..",
              "org.flywaydb..");

  @ArchTest
  static final ArchRule functionsDoNotKnowEachOther =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.completion.fn..",
              "dev.sluice.daemon..",
              "dev.sluice.emulators..",
              "dev.sluice.local..");

  @ArchTest
  static final ArchRule theCompletionFunctionKnowsNoOther =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.completion.fn..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.gateway..",
              "dev.sluice.daemon..",
              "dev.sluice.emulators..",
              "dev.sluice.local..");

  @ArchTest
  static final ArchRule theDaemonKnowsNoOtherAndNoHttpServer =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.daemon..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.gateway..",
              "dev.sluice.completion.fn..",
              "dev.sluice.emulators..",
              "dev.sluice.local..",
              "io.micronaut.http..");

  @ArchTest
  static final ArchRule theEmulatorsKnowNothingOfTheProduct =
      noClasses()
          .that()
          .resideInAPackage("dev.sluice.emulators..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.sluice.gateway..",
              "dev.sluice.completion..",
              "dev.sluice.daemon..",
              "dev.sluice.request..",
              "dev.sluice.store..",
              "dev.sluice.local..");

  @ArchTest
  static final ArchRule statesAreMadeOnlyByTheirOwnersAndTheStore =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.sluice.request..", "dev.sluice.store..")
          .should()
          .callConstructorWhere(
              DescribedPredicate.describe(
                  "makes a state of Request",
                  (JavaCall<?> call) -> call.getTargetOwner().isAssignableTo(Request.class)));

  @ArchTest
  static final ArchRule nobodyThrowsGenericExceptions = NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

  /// The dev stack talks to the person who started it; nobody else prints.
  @ArchTest
  static final ArchRule onlyTheDevStackPrints =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.sluice.local..")
          .should(ACCESS_STANDARD_STREAMS);

  /// A snapshot of a function is shared by its copies, so no seed may be made at start.
  @ArchTest
  static final ArchRule randomnessIsSecureOrHandedIn =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule nobodyReachesForTheClock =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "dev.sluice.wiring..", "dev.sluice.emulators..", "dev.sluice.local..")
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "reads a static clock", ArchitectureTest::readsAStaticClock));

  private static boolean readsAStaticClock(JavaCall<?> call) {
    JavaClass owner = call.getTargetOwner();
    boolean now =
        call.getName().equals("now")
            && owner.getPackageName().equals("java.time")
            && call.getTarget().getRawParameterTypes().isEmpty();
    boolean system =
        (owner.getName().equals("java.time.InstantSource")
                || owner.getName().equals("java.time.Clock"))
            && call.getName().startsWith("system");
    return now
        || system
        || (owner.isEquivalentTo(System.class) && call.getName().equals("currentTimeMillis"));
  }

  @Test
  void noSourceFileGrowsPastItsLimit() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      long lines = Files.readAllLines(file).size();
      if (lines > MOST_LINES) {
        tooLong.add(file + ": " + lines);
      }
    }

    assertThat(tooLong).isEmpty();
  }

  @Test
  void testsNeitherSleepNorSwitchThemselvesOff() throws IOException {
    Set<String> banned = Set.of("Thread." + "sleep", "@" + "Disabled", "assume" + "True");
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      String source = Files.readString(file);
      banned.stream().filter(source::contains).forEach(word -> found.add(file + ": " + word));
    }

    assertThat(found).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("..").toRealPath())) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("/src/"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }
}
