import Synchronization
import WeirFiles

/// Memory of encodings that are over, for the next ones: each takes one, uses it alone and gives it back.
final class ScratchPool<Scratch: Sendable>: Sendable {
  private let idle = Mutex<[Scratch]>([])
  private let make: @Sendable () -> Scratch

  /// What more than this many encodings at once have used is let go.
  static var longest: Int { 8 }

  init(_ make: @escaping @Sendable () -> Scratch) { self.make = make }

  func take() -> Scratch { idle.withLock { $0.popLast() } ?? make() }

  func give(_ scratch: consuming Scratch) {
    let scratch = scratch
    idle.withLock { if $0.count < Self.longest { $0.append(scratch) } }
  }
}

/// What merging keeps from word to word: words that it has seen, and memory.
struct MergeScratch: Sendable {
  /// 8192 words, 320 KB: nine of ten words of a text are among its latest.
  var cache = PieceCache(bits: 13)
  var workspace = MergeWorkspace()
}
