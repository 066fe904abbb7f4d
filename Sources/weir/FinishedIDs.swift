import WeirDomain
import WeirFiles

/// The ids that an earlier run into the same output finished, for `--resume`.
///
/// Ids are kept as 64-bit hashes of a seeded hash function: a million take about 20 MB.
struct FinishedIDs: Sendable {
  private var hashes: Set<Int> = []
  /// Bytes of whole lines; what follows them is a line that was cut off and has to be removed.
  private(set) var wholeBytes = 0

  static let none = FinishedIDs()

  private init() {}

  /// Reads what earlier runs wrote; a missing or empty file has no ids.
  init(path: String, longestLine: Int) throws {
    let reader: LineReader
    do {
      reader = try LineReader(path: path, maximumBytes: longestLine)
    } catch FileFailure.missing {
      return
    }
    while let line = try reader.next() {
      if case .bytes(let bytes) = line { note(bytes) }
    }
    wholeBytes = reader.wholeBytes
  }

  func contains(_ id: String) -> Bool {
    !hashes.isEmpty && hashes.contains(id.hashValue)
  }

  private mutating func note(_ line: [UInt8]) {
    guard case .object(let object) = try? JSONReader.read(line),
      let id = object["id"]?.text, let status = object["status"]?.text, status != "error"
    else { return }
    hashes.insert(id.hashValue)
  }
}
