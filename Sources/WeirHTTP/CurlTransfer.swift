import CCurl
import Glibc

/// One libcurl easy handle, freed with its last reference; belongs to the loop's thread.
@safe final class CurlTransfer {
  let handle: OpaquePointer

  /// Nil when memory is short.
  init?() {
    guard let handle = unsafe weir_curl_transfer_create() else { return nil }
    unsafe self.handle = handle
  }

  deinit { unsafe weir_curl_transfer_destroy(handle) }

  func reset() { unsafe weir_curl_transfer_reset(handle) }
  func unpause() { unsafe weir_curl_transfer_unpause(handle) }

  func facts() -> weir_curl_facts {
    var facts = weir_curl_facts()
    unsafe weir_curl_transfer_inspect(handle, &facts)
    return facts
  }

  /// libcurl's or the system's words for the last failure; at most 200 printable characters.
  func reason(_ facts: weir_curl_facts) -> String {
    var words = unsafe String(cString: weir_curl_transfer_reason(handle))
    if facts.os_error != 0 {
      var buffer = [CChar](repeating: 0, count: 256)
      unsafe buffer.withUnsafeMutableBufferPointer { space in
        guard let base = space.baseAddress, unsafe strerror_r(facts.os_error, base, space.count) == 0 else { return }
        words = unsafe String(cString: base)
      }
    }
    let printable = words.unicodeScalars.prefix(200).filter { $0.value >= 0x20 && $0.value < 0x7F }
    return String(String.UnicodeScalarView(printable))
  }

  /// Prepares the handle for `active`'s request. libcurl copies every text.
  func configure(for active: ActiveTransfer, trust: CertificateBundle, usesProxy: Bool) -> weir_curl_outcome {
    let transfer = active.transfer
    let request = transfer.request
    for line in transfer.headerLines {
      guard unsafe weir_curl_transfer_add_header(handle, line) == 1 else { return WEIR_CURL_NO_MEMORY }
    }
    var setup = unsafe weir_curl_setup()
    unsafe setup.connect_milliseconds = max(1, request.deadlines.connect.inMilliseconds)
    // A lossy link may take longer to acknowledge than to connect.
    unsafe setup.silence_milliseconds = max(1_000, min(2 * request.deadlines.connect.inMilliseconds, 600_000))
    unsafe setup.uses_environment_proxy = usesProxy ? 1 : 0
    unsafe setup.tag = transfer.id
    unsafe setup.context = Unmanaged.passUnretained(active).toOpaque()
    unsafe setup.on_connected = { context in unsafe CurlTransfer.owner(of: context)?.connected() }
    unsafe setup.on_header = { context, bytes, count in
      guard let owner = unsafe CurlTransfer.owner(of: context) else { return WEIR_CURL_REFUSED }
      return unsafe owner.takeHeader(UnsafeBufferPointer(start: bytes, count: count))
    }
    unsafe setup.on_body = { context, bytes, count in
      guard let owner = unsafe CurlTransfer.owner(of: context) else { return WEIR_CURL_REFUSED }
      return unsafe owner.takeBody(UnsafeBufferPointer(start: bytes, count: count))
    }
    return unsafe request.url.text.withCString { url in
      unsafe request.method.rawValue.withCString { method in
        unsafe Self.withCString(trust.file) { file in
          unsafe Self.withCString(trust.directory) { directory in
            unsafe Self.withBytes(request.body) { body, count in
              unsafe setup.url = url
              unsafe setup.method = method
              unsafe setup.ca_file = file
              unsafe setup.ca_directory = directory
              unsafe setup.body = body
              unsafe setup.body_count = Int64(count)
              return unsafe weir_curl_transfer_configure(handle, &setup)
            }
          }
        }
      }
    }
  }

  /// The transfer that libcurl calls back about; the loop keeps it alive while libcurl knows the handle.
  private static func owner(of context: UnsafeMutableRawPointer?) -> ActiveTransfer? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<ActiveTransfer>.fromOpaque(context).takeUnretainedValue()
  }

  private static func withCString<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
  }

  /// A body of no bytes is still a body: its pointer is not nil.
  private static func withBytes<Result>(
    _ bytes: [UInt8]?, _ body: (UnsafePointer<UInt8>?, Int) -> Result
  ) -> Result {
    guard let bytes else { return body(nil, 0) }
    return unsafe (bytes.isEmpty ? [0] : bytes).withUnsafeBufferPointer { space in
      unsafe body(space.baseAddress, bytes.count)
    }
  }
}
