package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.DemoDirective.EndAfter;
import dev.sluice.local.DemoDirective.EndAtOnce;
import dev.sluice.local.DemoDirective.Ending;
import org.junit.jupiter.api.Test;

final class DemoDirectiveTest {

  @Test
  void everyDirectiveIsUnderstood() {
    assertThat(DemoDirective.in("please fail:429 now")).contains(new DemoDirective.Fail(429));
    assertThat(DemoDirective.in("reset")).contains(new EndAtOnce(Ending.RESET));
    assertThat(DemoDirective.in("a eof")).contains(new EndAtOnce(Ending.EOF));
    assertThat(DemoDirective.in("reset-after:3")).contains(new EndAfter(Ending.RESET, 3));
    assertThat(DemoDirective.in("eof-after:0 x")).contains(new EndAfter(Ending.EOF, 0));
    assertThat(DemoDirective.in("error-after:12")).contains(new EndAfter(Ending.ERROR, 12));
    assertThat(DemoDirective.in("garbage")).contains(new DemoDirective.Garbage());
    assertThat(DemoDirective.in("hang reset")).contains(new DemoDirective.Hang());
  }

  @Test
  void otherWordsAreNoDirective() {
    assertThat(DemoDirective.in("")).isEmpty();
    assertThat(DemoDirective.in("fail:200 fail:4290 failing reset: eofs error garbage!")).isEmpty();
  }
}
