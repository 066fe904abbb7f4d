import Glibc

/// The operating system's clocks.
package enum SystemClock {
  /// Nanoseconds since some moment before the start; never goes back.
  package static var monotonicNanoseconds: Int64 { nanoseconds(of: CLOCK_MONOTONIC) }

  /// Milliseconds since 1970-01-01 00:00 UTC; goes wherever the system's clock is set.
  package static var utcMilliseconds: Int64 { nanoseconds(of: CLOCK_REALTIME) / 1_000_000 }

  /// Nanoseconds that this process has spent on processors, all threads together.
  package static var processorNanoseconds: Int64 { nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID) }

  /// Minutes since midnight in the host's time zone, 0..<1440.
  package static func localMinute(ofUTCMilliseconds milliseconds: Int64) -> Int {
    var time = time_t(milliseconds / 1000)
    var parts = unsafe tm()
    guard unsafe localtime_r(&time, &parts) != nil else { return Int(milliseconds / 60_000 % 1440) }
    return unsafe Int(parts.tm_hour) * 60 + Int(parts.tm_min)
  }

  private static func nanoseconds(of clock: Int32) -> Int64 {
    var now = timespec()
    unsafe clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }
}

/// Waiting for somebody else, on this thread.
package enum Pause {
  package static func milliseconds(_ count: UInt32) { usleep(count * 1000) }
}
