import Foundation

/// A file that lasts as long as the value.
final class ScratchFile {
  let path: String

  init(_ bytes: [UInt8], _ ending: String) throws {
    path = NSTemporaryDirectory() + "weir-evaluation-\(UUID().uuidString)\(ending)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  convenience init(_ text: String, _ ending: String = ".csv") throws { try self.init(Array(text.utf8), ending) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
