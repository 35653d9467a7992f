package dev.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.request.Endpoint;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelsFileTest {

  private static final String COMPLETE =
      """
      upstreams:
        - name: openai
          base_url: https://api.openai.com/v1/
          protocol: responses
          auth: { env: OPENAI_API_KEY }
          timeouts: { connect: 1500ms, first_byte: 60s, idle: 30s, total: 4m30s, stream_total: 14m }
          propagate_trace: true
          streams: false
          chat: { limit_parameter: max_tokens, developer_role: developer, reasoning_input: true, continuous_usage: true }
        - name: vllm
          base_url: http://10.0.0.5:8000/v1
          auth: none
      models:
        - alias: gpt-4o
          upstreams: [ { name: openai, model: gpt-4o }, { name: vllm, model: llama } ]
          endpoints: [ chat, embeddings ]
          max_in_flight: 7
          price: { input_per_million: 2.50, output_per_million: 10, currency: USD }
      """;

  @Test
  void theFileThatIsDeployedIsOne() throws IOException {
    ModelCatalog catalog =
        ModelsFile.parse(Files.readString(Path.of("../infra-cdk/models.yaml")), _ -> false);

    assertThat(catalog.find("gpt-4o")).isPresent();
  }

  @Test
  void everyFieldOfTheFileIsRead() {
    ModelCatalog catalog = ModelsFile.parse(COMPLETE, _ -> true);

    Model model = catalog.find("gpt-4o").orElseThrow();
    assertThat(model.endpoints())
        .containsExactlyInAnyOrder(Endpoint.CHAT_COMPLETIONS, Endpoint.EMBEDDINGS);
    assertThat(model.maxInFlight()).isEqualTo(7);
    assertThat(model.price())
        .isEqualTo(new Model.Price(new BigDecimal("2.5"), new BigDecimal("10"), "USD"));
    assertThat(model.targets()).extracting(Model.Target::model).containsExactly("gpt-4o", "llama");
    Upstream first = model.targets().getFirst().upstream();
    assertThat(first.baseUrl()).isEqualTo(URI.create("https://api.openai.com/v1"));
    assertThat(first.protocol()).isEqualTo(Upstream.Protocol.RESPONSES);
    assertThat(first.credential()).isEqualTo(new Upstream.Credential.Environment("OPENAI_API_KEY"));
    assertThat(first.propagateTrace()).isTrue();
    assertThat(first.streams()).isFalse();
    assertThat(first.chat()).isEqualTo(new ChatTraits("max_tokens", "developer", true, true));
    assertThat(first.timeouts().connect()).isEqualTo(Duration.ofMillis(1500));
    assertThat(first.timeouts().total()).isEqualTo(Duration.ofSeconds(270));
  }

  @Test
  void whatIsLeftOutHasDocumentedDefaults() {
    Model model = ModelsFile.parse(COMPLETE, _ -> true).find("gpt-4o").orElseThrow();

    Upstream second = model.targets().getLast().upstream();

    assertThat(second.timeouts()).isEqualTo(Upstream.Timeouts.DEFAULT);
    assertThat(second.protocol()).isEqualTo(Upstream.Protocol.CHAT);
    assertThat(second.credential()).isEqualTo(new Upstream.Credential.None());
    assertThat(second.propagateTrace()).isFalse();
    assertThat(second.streams()).isTrue();
    assertThat(second.chat())
        .isEqualTo(new ChatTraits("max_completion_tokens", "system", false, false))
        .isEqualTo(ChatTraits.DEFAULT);
  }

  @Test
  void allMistakesAreReportedTogether() {
    String yaml =
        """
        upstreams:
          - name: a
            base_url: ftp://host
            protocol: soap
            auth: { env: MISSING }
            timeouts: { total: 10m, idle: soon }
            streams: never
            chat: { limit_parameter: max_output, developer_role: 7, reasoning_input: 1, continuous_usage: often, colour: red }
          - name: a
            base_url: http://user:secret@host
        models:
          - alias: m
            upstreams: [ { name: nobody, model: x } ]
            endpoints: [ video ]
            max_in_flight: 0
            price: { input_per_million: -1, output_per_million: 1, currency: dollars }
            colour: red
        """;

    InvalidModelsFileException thrown =
        catchThrowableOfType(
            InvalidModelsFileException.class,
            () -> ModelsFile.parse(yaml, variable -> !variable.equals("MISSING")));

    assertThat(thrown.mistakes())
        .extracting(mistake -> mistake.substring(0, mistake.indexOf(": ")))
        .containsExactlyInAnyOrder(
            "upstreams[0].base_url",
            "upstreams[0].protocol",
            "upstreams[0].auth.env",
            "upstreams[0].timeouts.total",
            "upstreams[0].timeouts.idle",
            "upstreams[0].streams",
            "upstreams[0].chat.limit_parameter",
            "upstreams[0].chat.developer_role",
            "upstreams[0].chat.reasoning_input",
            "upstreams[0].chat.continuous_usage",
            "upstreams[0].chat.colour",
            "upstreams[1].base_url",
            "upstreams[1].auth",
            "upstreams[1].name",
            "models[0].upstreams[0].name",
            "models[0].endpoints[0]",
            "models[0].max_in_flight",
            "models[0].price.input_per_million",
            "models[0].price.currency",
            "models[0].colour");
  }

  @ParameterizedTest
  @CsvSource({
    "'', upstreams",
    "'- a', the file",
    "'upstreams: 7', upstreams",
    "'upstreams: [a]', upstreams[0]",
    "'a: [', not valid YAML in line 1",
    "'a: 1\na: 2', not valid YAML in line 2",
    "'!!java.net.URL [\"http://x\"]', not valid YAML in line 1",
  })
  void aFileOfAnotherShapeIsRefusedWithItsPlace(String yaml, String place) {
    InvalidModelsFileException thrown =
        catchThrowableOfType(
            InvalidModelsFileException.class, () -> ModelsFile.parse(yaml, _ -> true));

    assertThat(thrown.mistakes()).anyMatch(mistake -> mistake.startsWith(place + ":"));
  }

  @Test
  void aliasesAreUnique() {
    String yaml = COMPLETE + COMPLETE.substring(COMPLETE.indexOf("  - alias"));

    InvalidModelsFileException thrown =
        catchThrowableOfType(
            InvalidModelsFileException.class, () -> ModelsFile.parse(yaml, _ -> true));

    assertThat(thrown.mistakes())
        .isEqualTo(List.of("models[1].alias: two models are called 'gpt-4o'"));
  }
}
