import CCurl

/// libcurl's multi handle: its pool of connections and the transfers under way.
///
/// All but `wakeUp` belong to the loop's thread. Whoever keeps a copy must not use it after `destroy`: the mailbox
/// gives its copy up under the lock under which it rings.
// @unchecked Sendable because the handle only travels to the loop's thread, and wakeUp is thread-safe.
@safe struct CurlMulti: @unchecked Sendable {
  private let handle: OpaquePointer

  /// Nil when memory is short.
  init?(pooledConnections: Int) {
    guard let handle = unsafe weir_curl_multi_create(Int64(pooledConnections)) else { return nil }
    unsafe self.handle = handle
  }

  func destroy() { unsafe weir_curl_multi_destroy(handle) }
  func wakeUp() { unsafe weir_curl_multi_wakeup(handle) }
  func add(_ transfer: CurlTransfer) -> weir_curl_outcome { unsafe weir_curl_multi_add(handle, transfer.handle) }
  func remove(_ transfer: CurlTransfer) { unsafe weir_curl_multi_remove(handle, transfer.handle) }

  /// Does all work that is possible now; false when libcurl is broken.
  func perform() -> Bool { unsafe weir_curl_multi_perform(handle) == 0 }

  /// Waits for work, a wakeup, or until `duration` has passed; false when libcurl is broken.
  func wait(atMost duration: Duration) -> Bool {
    unsafe weir_curl_multi_wait(handle, Int32(clamping: max(0, duration.inMilliseconds + 1))) == 0
  }

  /// The tag of a transfer that has ended, and what it came to.
  func nextFinished() -> (tag: UInt64, outcome: weir_curl_outcome)? {
    var tag: UInt64 = 0
    var outcome = WEIR_CURL_OK
    guard unsafe weir_curl_multi_next_finished(handle, &tag, &outcome) == 1 else { return nil }
    return (tag, outcome)
  }
}
