import WeirDomain
import WeirFiles
package import WeirHTTP

extension OpenAICompatibleProvider where C == ContinuousClock {
  /// With the system's clocks and randomness.
  package init(
    _ configuration: OpenAICompatibleProviderConfiguration, client: HTTPClient
  ) throws(HTTPFailure) {
    try self.init(
      configuration, client: client, clock: ContinuousClock(), fraction: { .random(in: 0..<1) },
      wallClock: { Timestamp(milliseconds: SystemClock.utcMilliseconds) })
  }
}
