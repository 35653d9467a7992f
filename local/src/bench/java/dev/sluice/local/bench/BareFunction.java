package dev.sluice.local.bench;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// The least that a function can do: the floor under AWS's runtime client.
public final class BareFunction implements RequestStreamHandler {

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    event.transferTo(OutputStream.nullOutputStream());
    answer.write("{\"statusCode\":200}".getBytes(StandardCharsets.US_ASCII));
  }
}
