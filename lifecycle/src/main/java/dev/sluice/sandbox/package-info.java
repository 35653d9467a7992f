/// What one function instance must do around the points at which Lambda may stop it: the end of an
/// invocation, after which the sandbox is frozen for any time, and a snapshot, from which many
/// copies go on.
///
/// Between two invocations minutes may pass in which no instruction runs: servers and address
/// translators drop connections meanwhile, and nobody is told. So nothing that another side can end
/// is kept over the pause, and nothing that must be new, or secret, is made before it is used.
@NullMarked
package dev.sluice.sandbox;

import org.jspecify.annotations.NullMarked;
