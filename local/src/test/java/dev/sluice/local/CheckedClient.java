package dev.sluice.local;

import com.openai.client.OpenAIClient;
import com.openai.client.OpenAIClientImpl;
import com.openai.client.okhttp.OkHttpClient;
import com.openai.core.ClientOptions;
import com.openai.core.RequestOptions;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpClient;
import com.openai.core.http.HttpRequest;
import com.openai.core.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// OpenAI's client for Java with its response validation on, whose every answer is also held
/// against the contract. It reads an answer to its end before the client sees it.
final class CheckedClient implements HttpClient {

  private final HttpClient plain;

  private CheckedClient(HttpClient plain) {
    this.plain = plain;
  }

  static OpenAIClient of(TestingStack stack, String apiKey) {
    return new OpenAIClientImpl(
        ClientOptions.builder()
            .httpClient(new CheckedClient(OkHttpClient.builder().build()))
            .baseUrl(stack.baseUrl())
            .apiKey(apiKey)
            .maxRetries(0)
            .responseValidation(true)
            .build());
  }

  @Override
  public HttpResponse execute(HttpRequest request, RequestOptions options) {
    return checked(request, plain.execute(request, options));
  }

  @Override
  public CompletableFuture<HttpResponse> executeAsync(HttpRequest request, RequestOptions options) {
    return plain.executeAsync(request, options).thenApply(answer -> checked(request, answer));
  }

  private static HttpResponse checked(HttpRequest request, HttpResponse response) {
    try (response) {
      byte[] body = response.body().readAllBytes();
      Map<String, String> headers = new TreeMap<>();
      for (String name : response.headers().names()) {
        headers.put(name.toLowerCase(Locale.ROOT), response.headers().values(name).getLast());
      }
      ContractCheck.check(
          request.method().name(),
          URI.create(request.url()).getRawPath(),
          new RawHttp.Answer(response.statusCode(), headers, body));
      return new Read(response.statusCode(), response.headers(), body);
    } catch (IOException e) {
      throw new UncheckedIOException("The answer ended early", e);
    }
  }

  @Override
  public void close() {
    plain.close();
  }

  /// An answer that was read to its end.
  @SuppressWarnings("ArrayRecordComponent") // bytes of a test, never compared by equals
  private record Read(int statusCode, Headers headers, byte[] bytes) implements HttpResponse {

    @Override
    public InputStream body() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }
}
