/// The streaming Lambda runtime: the loop that asks the Runtime API for invocations and streams the
/// answers of [dev.sluice.gateway.inference.InferenceFunction] to it.
///
/// AWS's own Java runtime client answers with whole bodies only. This one speaks HTTP/1.1 on plain
/// sockets, because a failure in mid-stream is told in trailers, which no HTTP client of the JDK
/// can send. One invocation runs at a time, on the thread of
/// [dev.sluice.gateway.runtime.InferenceRuntime].
@NullMarked
package dev.sluice.gateway.runtime;

import org.jspecify.annotations.NullMarked;
