package import WeirDomain

/// Why the caches cannot be used as asked.
package enum CacheFailure: WeirFailure, Equatable {
  /// A vector came from another encoder than the index was opened for.
  case otherEncoder(found: String, expected: String?)
  /// The first line of a file is no header of an exported cache.
  case notAnArchive
  case otherArchive(found: Int, known: Int)
  /// Compaction writes a copy, for which there is no room.
  case notEnoughSpace(path: String, free: Int64, needed: Int64)

  package var kind: FailureKind {
    switch self {
    case .otherEncoder: .badModel
    case .notAnArchive, .otherArchive: .badRequest
    case .notEnoughSpace: .badState
    }
  }

  package var message: String {
    switch self {
    case .otherEncoder(let found, let expected):
      "a vector of encoder \(found.prefix(12)) was given to a cache opened for "
        + "\(expected.map { "encoder \($0.prefix(12))" } ?? "no encoder"): open the cache anew with that encoder"
    case .notAnArchive:
      "the first line is no header of an exported cache: give a file that weir cache export wrote; "
        + "pairs of prompts and answers are read by weir cache warm"
    case .otherArchive(let found, let known):
      "the file is an exported cache of version \(found), this weir reads version \(known): use the weir that wrote it"
    case .notEnoughSpace(let path, let free, let needed):
      "compacting \(path) needs \(needed) bytes of free disk for its copy, there are \(free): free some, "
        + "or purge entries first and let the file be reused"
    }
  }
}
