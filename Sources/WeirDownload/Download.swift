package import WeirDomain
internal import WeirFiles
package import WeirHTTP

/// Downloads one file: goes on where an earlier attempt ended, checks room before and digest after, and gives the file
/// its name only once it is whole and on the disk.
///
/// Beside the target lie `.partial` and `.partial.json` until then. What to do with an answer is decided by
/// `DownloadStep`; this is the shell that does it.
package struct Download: Sendable {
  package let source: DownloadSource
  package let target: String
  package var options: Options
  let surroundings: Surroundings

  package struct Options: Sendable {
    /// SHA-256 in lower-case hexadecimal; nil where none was published.
    package var expectedDigest: String?
    /// Sent as a bearer to the first host only.
    package var token: Secret?
    package var replacesTarget = false
    package var mostRedirects = 8
    /// Attempts in a row that bring less than `worthwhileBytes`.
    package var mostAttempts = 6
    package var worthwhileBytes = 64 << 10

    package init(expectedDigest: String? = nil, token: Secret? = nil, replacesTarget: Bool = false) {
      self.expectedDigest = expectedDigest
      self.token = token
      self.replacesTarget = replacesTarget
    }
  }

  /// What a download needs of the outside.
  package struct Surroundings: Sendable {
    package var client: HTTPClient
    /// Bytes that may still be written beside a path; nil where nobody knows.
    package var freeSpace: @Sendable (String) -> UInt64?
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Uniform in 0..<1.
    package var draw: @Sendable () -> Double

    package init(
      client: HTTPClient, freeSpace: @escaping @Sendable (String) -> UInt64?,
      sleep: @escaping @Sendable (Duration) async throws -> Void, draw: @escaping @Sendable () -> Double
    ) {
      self.client = client
      self.freeSpace = freeSpace
      self.sleep = sleep
      self.draw = draw
    }
  }

  package enum Event: Sendable, Equatable {
    /// Bytes come, from `offset` on; `length` is the whole file's where it is known.
    case started(offset: Int, length: Int?)
    case received(Int, length: Int?)
    /// What was there is dropped.
    case startingOver(reason: String)
    case waiting(seconds: Double, reason: String)
    case verifying
  }

  package struct Outcome: Sendable, Equatable {
    package var path: String
    package var bytes: Int
    package var digest: String
    /// Whether the digest was compared with one that was published.
    package var isVerified: Bool
    /// Bytes that an earlier process had left.
    package var resumedFrom: Int
  }

  package init(_ source: DownloadSource, to target: String, options: Options, surroundings: Surroundings) {
    self.source = source
    self.target = target
    self.options = options
    self.surroundings = surroundings
  }

  var recordPath: String { target + ".partial.json" }

  /// Downloads the file; a cancelled task leaves the partial file for the next time.
  package func run(report: @Sendable (Event) -> Void) async throws(DownloadFailure) -> Outcome {
    if !options.replacesTarget, let there = try existing() { return there }
    let partial: PartialFile
    do throws(FileFailure) { partial = try PartialFile(path: target + ".partial") } catch {
      if case .locked = error { throw .busy(path: target) }
      throw .file(error)
    }
    var progress = try begin(partial, report)
    let resumedFrom = progress.offset
    while true {
      try await fetch(&progress, partial, report)
      report(.verifying)
      let digest = try reading { () throws(FileFailure) in try SHA256Digest(ofFile: partial.path).hex }
      let expected = options.expectedDigest ?? progress.publishedDigest
      if let expected, expected != digest {
        // Parts of two versions may have met where the server gave no way to tell them apart: once more, whole.
        if progress.isPieced, !progress.hasStartedOver {
          try startOver(&progress, partial, "the digest is wrong, and it was read in parts", report)
          continue
        }
        partial.remove()
        removeRecord()
        throw .wrongDigest(path: target, found: digest, expected: expected)
      }
      try reading { () throws(FileFailure) in try partial.publish(as: target) }
      removeRecord()
      return Outcome(
        path: target, bytes: progress.offset, digest: digest, isVerified: expected != nil, resumedFrom: resumedFrom)
    }
  }

  /// The target where it is there already and is what is wanted.
  private func existing() throws(DownloadFailure) -> Outcome? {
    let region: ByteRegion
    do throws(FileFailure) { region = try ByteRegion(path: target) } catch .missing { return nil } catch {
      throw .exists(path: target)
    }
    let digest = SHA256Digest(of: region).hex
    guard digest == options.expectedDigest else { throw .exists(path: target) }
    return Outcome(path: target, bytes: region.count, digest: digest, isVerified: true, resumedFrom: region.count)
  }

  func reading<Value>(_ body: () throws(FileFailure) -> Value) throws(DownloadFailure) -> Value {
    do throws(FileFailure) { return try body() } catch { throw .file(error) }
  }

  func removeRecord() { AtomicFile.remove(recordPath) }
}
