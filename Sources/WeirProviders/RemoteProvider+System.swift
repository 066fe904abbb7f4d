import WeirDomain
import WeirFiles
package import WeirHTTP

extension RemoteProvider where C == ContinuousClock {
  /// With the system's clocks and randomness.
  package init(
    _ codec: Codec, _ configuration: RemoteProviderConfiguration, client: HTTPClient
  ) throws(HTTPFailure) {
    try self.init(
      codec, configuration, client: client, clock: ContinuousClock(), fraction: { .random(in: 0..<1) },
      wallClock: { Timestamp(milliseconds: SystemClock.utcMilliseconds) })
  }
}
