package dev.sluice.priming;

import dev.sluice.sandbox.Priming;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;

/// TLS to whomever the JDK trusts, up to the first message of a client: certificates, algorithms
/// and key agreement are there then. The message is sent to nobody, and its keys are dropped.
@Singleton
final class TlsPriming implements Priming {

  /// By its form no address, so that nothing is looked up.
  private static final String NOBODY = "rehearsal.invalid";

  @Override
  public void prime() throws IOException {
    try {
      SSLContext context = SSLContext.getDefault();
      var _ = SSLSocketFactory.getDefault();
      SSLEngine engine = context.createSSLEngine(NOBODY, 443);
      engine.setUseClientMode(true);
      engine.beginHandshake();
      var _ =
          engine.wrap(
              ByteBuffer.allocate(0),
              ByteBuffer.allocate(engine.getSession().getPacketBufferSize()));
      engine.closeOutbound();
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS could not be primed", e);
    }
  }
}
