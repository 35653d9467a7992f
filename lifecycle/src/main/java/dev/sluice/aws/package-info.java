/// AWS and its stand-ins: implementations of the ports for queues, objects and secrets.
@NullMarked
package dev.sluice.aws;

import org.jspecify.annotations.NullMarked;
