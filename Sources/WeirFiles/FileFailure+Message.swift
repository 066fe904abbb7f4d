import Glibc

extension FileFailure {
  /// One sentence for a person: what failed, on which file, what to do.
  package var message: String {
    switch self {
    case .missing(let path):
      "there is no file at \(path): check the path"
    case .notAFile(let path, let found):
      "\(path) is \(found), not a regular file: name a file"
    case .empty(let path):
      "\(path) is empty: it was not written completely, restore it"
    case .permission(let path, let operation):
      "no permission to \(operation) \(path): check its owner and mode"
    case .noSpace(let path, let operation):
      "no space left to \(operation) \(path): free some on that file system"
    case .system(let path, let operation, let code):
      "cannot \(operation) \(path): \(Self.reason(code)) (errno \(code))"
    case .truncated(let name, let offset, let wanted, let available):
      "\(name) ends too early: \(wanted) bytes wanted at offset \(offset), \(available) remain"
    case .tooLarge(let path, let bytes, let allowed):
      "\(path) has \(bytes) bytes, at most \(allowed) are read: split it, or raise the limit"
    case .changed(let path):
      "\(path) was written while it was read: try again when its writer has finished"
    case .tooManyNames(let path, let allowed):
      "the folder \(path) has more than \(allowed) names: split it"
    case .locked(let path, let holder):
      if let holder {
        "\(path) is locked by process \(holder): stop that process or use another state folder"
      } else {
        "\(path) is locked by another process: stop it or use another state folder"
      }
    }
  }

  private static func reason(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    return unsafe buffer.withUnsafeMutableBufferPointer { space in
      guard let base = space.baseAddress else { return "unknown error" }
      unsafe strerror_r(code, base, space.count)
      return unsafe String(cString: base)
    }
  }
}
