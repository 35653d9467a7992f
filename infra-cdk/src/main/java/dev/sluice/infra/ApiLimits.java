package dev.sluice.infra;

/// How much of the API may be used at once, beyond which API Gateway itself answers 429.
///
/// @param steady requests a second, of all clients together
/// @param burst requests at one moment, of all clients together
/// @param ofOneAddress requests in five minutes; a server that calls for many people has one
///   address
record ApiLimits(int steady, int burst, int ofOneAddress) {

  static ApiLimits of(Profile profile) {
    return switch (profile) {
      case DEV -> new ApiLimits(50, 100, 15_000);
      case PROD -> new ApiLimits(500, 1_000, 30_000);
    };
  }
}
