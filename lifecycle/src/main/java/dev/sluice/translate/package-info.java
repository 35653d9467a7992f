/// The APIs of clients and upstreams in each other's words, as pure functions: no I/O, no clock, no
/// randomness.
///
/// A [Translation] is one request on its way to one upstream and back. Whatever speaks Responses to
/// the client, streamed or not, live or replayed, ends in the same items ([ResponseEvents]): what
/// the events tell and what the object says cannot differ. An [AnswerReading] puts the answer of
/// one protocol into these items, and [ResponseStream] adds what is the same for every protocol.
@NullMarked
package dev.sluice.translate;

import org.jspecify.annotations.NullMarked;
