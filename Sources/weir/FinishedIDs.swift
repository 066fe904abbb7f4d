import WeirDomain
import WeirFiles

/// The ids that an earlier run into the same output finished, for `--resume`.
///
/// Ids are kept as 64-bit hashes of a seeded hash function: a million take about 20 MB.
struct FinishedIDs: Sendable {
  /// True where the request was answered, false where it waits in the durable queue.
  private var isAnswered: [Int: Bool] = [:]
  /// Bytes of whole lines; what follows them is a line that was cut off and has to be removed.
  private(set) var wholeBytes = 0

  static let none = FinishedIDs()

  private init() {}

  /// Reads what earlier runs wrote; an empty file has no ids, and neither has a missing one where it `mayBeMissing`.
  init(path: String, longestLine: Int, mayBeMissing: Bool) throws {
    let reader: LineReader
    do throws(FileFailure) {
      reader = try LineReader(path: path, maximumBytes: longestLine)
    } catch {
      guard mayBeMissing, case .missing = error else { throw error }
      return
    }
    while let line = try reader.next() {
      if case .bytes(let bytes) = line { note(bytes) }
    }
    wholeBytes = reader.wholeBytes
  }

  /// Whether the request was answered (true) or deferred (false); nil where no earlier run finished it.
  func state(of request: RouteRequest) -> Bool? {
    isAnswered.isEmpty ? nil : isAnswered[FinishedIDs.hash(request.tenant, request.id)]
  }

  private static func hash(_ tenant: String, _ id: String) -> Int {
    var hasher = Hasher()
    hasher.combine(tenant)
    hasher.combine(id)
    return hasher.finalize()
  }

  private mutating func note(_ line: [UInt8]) {
    guard case .object(let object) = try? JSONReader.read(line),
      let id = object["id"]?.text, let tenant = object["tenant"]?.text, let status = object["status"]?.text,
      status != "error"
    else { return }
    isAnswered[FinishedIDs.hash(tenant, id)] = status == "answered"
  }
}
