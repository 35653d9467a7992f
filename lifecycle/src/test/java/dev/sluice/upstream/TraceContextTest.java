package dev.sluice.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The X-Ray header is the example of AWS's "Tracing header".
final class TraceContextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 | 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
          Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1 | 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01
          Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0 | 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-00
          Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0 | 00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01
          Root=1-5759e988-bd862e3fe1be46a994272793 | none
          nonsense | none
          """)
  void bothFormsBecomeATraceparent(String traceId, String expected) {
    assertThat(TraceContext.traceparent(traceId).orElse("none")).isEqualTo(expected);
  }
}
