internal import WeirClassifier
internal import WeirEncoder
internal import WeirFiles
internal import WeirGenerator
internal import WeirModelFiles

/// What a model file holds, and whether this Weir can run it.
package struct ModelDescription: Sendable, Hashable {
  /// What a file can be used for; the raw value is the key under `[models]`.
  package enum Use: String, Sendable, Hashable {
    case encoder, intents, generator
  }

  package enum Verdict: Sendable, Hashable {
    case runs(Use)
    /// A model that cannot be run here, and why.
    case cannotRun(String)
    /// Not a model file that can be read.
    case unreadable(String)
  }

  package var bytes: Int
  /// `general.architecture`
  package var architecture: String?
  /// `general.name`
  package var name: String?
  package var parameters = 0
  package var tensors = 0
  /// Tensor types with how many tensors have each, the most frequent first.
  package var types: [TypeCount] = []
  package var verdict: Verdict

  package struct TypeCount: Sendable, Hashable {
    package var name: String
    package var count: Int
  }

  /// Opens the file, and loads it as what its architecture says: that alone shows whether it can be run.
  package init(path: String) {
    do {
      let region = try ByteRegion(path: path)
      bytes = region.count
      let file = try GGUFFile(region, fingerprint: "")
      architecture = Self.printable(try? file.architecture)
      name = Self.printable(try? file.string("general.name"))
      tensors = file.tensors.count
      parameters = file.tensors.reduce(0) { $0 &+ $1.elementCount }
      var counts: [String: Int] = [:]
      for tensor in file.tensors { counts[tensor.typeName, default: 0] += 1 }
      types = counts.map { TypeCount(name: $0.key, count: $0.value) }
        .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
      verdict = Self.verdict(on: file)
    } catch {
      bytes = (try? ByteRegion(path: path))?.count ?? 0
      verdict = .unreadable(StartFailure(describing: error).message)
    }
  }

  private static func verdict(on file: GGUFFile) -> Verdict {
    do {
      switch try file.architecture {
      case "bert":
        _ = try Encoder(file)
        return .runs(.encoder)
      case "weir-intents":
        return .runs(.intents)
      default:
        _ = try Generator(file, contextLimit: 64)
        return .runs(.generator)
      }
    } catch {
      return .cannotRun(StartFailure(describing: error).message)
    }
  }

  /// The file's own words, for a terminal.
  private static func printable(_ text: String?) -> String? {
    text.map { text in
      String(String.UnicodeScalarView(text.unicodeScalars.prefix(100).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
  }
}
