import Glibc
import WeirDomain
package import WeirHTTP

extension OpenAICompatibleProvider where C == ContinuousClock {
  /// With the system's clocks and randomness.
  package init(
    _ configuration: OpenAICompatibleProviderConfiguration, client: HTTPClient
  ) throws(HTTPFailure) {
    try self.init(
      configuration, client: client, clock: ContinuousClock(), fraction: { .random(in: 0..<1) },
      wallClock: {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return Timestamp(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
      })
  }
}
