/// The deployment on AWS, as an app of the Cloud Development Kit.
///
/// It imports no class of the functions: it knows them by the paths of their artifacts
/// ([Artifacts]) and by the names of their settings. What people decide is one table ([Setting]),
/// what the profiles differ in is another ([Sizes]); stacks, tests and the cost calculator read the
/// same constants. Synthesis looks nothing up, so it needs no network and no credentials.
@NullMarked
package dev.sluice.infra;

import org.jspecify.annotations.NullMarked;
