/// The Lambda function that turns queue records into rows, one transaction per batch.
///
/// A fault of one record is reported as that item's failure, or quarantined when it can never
/// become a row. A fault of everything (no database) is an exception, so that the whole batch comes
/// back and the event source slows down. Never a mixture, and never a silent success.
@NullMarked
package dev.sluice.completion.fn;

import org.jspecify.annotations.NullMarked;
