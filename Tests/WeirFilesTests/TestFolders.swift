import Glibc

@testable import WeirFiles

/// An empty folder of its own for one test, removed with the value.
final class TemporaryFolder {
  let root: String

  init() throws {
    var name = Array("/tmp/weir-files-XXXXXX".utf8CString)
    let made = unsafe name.withUnsafeMutableBufferPointer { space in
      guard let base = space.baseAddress else { return false }
      return unsafe mkdtemp(base) != nil
    }
    guard made else { throw FileFailure.system(path: "/tmp", operation: "create", code: errno) }
    root = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in names() { unsafe unlink(path(name)) }
    unsafe rmdir(root)
  }

  func path(_ name: String) -> String { root + "/" + name }

  func makePipe(_ name: String) throws {
    guard unsafe mkfifo(path(name), 0o600) == 0 else {
      throw FileFailure.system(path: path(name), operation: "create", code: errno)
    }
  }

  /// What lies in the folder.
  func names() -> [String] {
    guard let stream = unsafe opendir(root) else { return [] }
    defer { unsafe closedir(stream) }
    var result: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { result.append(name) }
    }
    return result.sorted()
  }

  /// The superuser may read everything.
  static let permissionsMatter = geteuid() != 0
}

/// Bytes that live as long as the process.
enum StaticBytes {
  static let region: ByteRegion = {
    let space = UnsafeMutableRawPointer.allocate(byteCount: 4, alignment: 1)
    unsafe space.copyMemory(from: Array("weir".utf8), byteCount: 4)
    return unsafe ByteRegion(name: "static", staticBytes: space, count: 4)
  }()
}
