import Foundation
import WeirGenerator
import WeirModelFiles

/// Where this target's tests find their files.
enum References {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file of this target's fixtures; recipe: Tools/Checks/fixtures/make_generator.py.
  static func fixture(_ name: String) -> String {
    root.appending(path: "Tests/WeirGeneratorTests/Fixtures/\(name)").path
  }

  /// The folder `weights` with real weights in the one that WEIR_DATA names; nil where there is none.
  static let weights: String? = ProcessInfo.processInfo.environment["WEIR_DATA"].flatMap { data in
    let folder = data + "/weights"
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }

  /// The list of comparisons that Tools/Checks/logits asks for.
  static let manifest = ProcessInfo.processInfo.environment["WEIR_REFERENCES"]

  /// The answers that Tools/Checks/answers asks for.
  static let answers = ProcessInfo.processInfo.environment["WEIR_ANSWERS"]

  static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  static func model(_ path: String, contextLimit: Int = 4096) throws -> GeneratorModel {
    try GeneratorModel(GGUFFile(path: path), contextLimit: contextLimit)
  }
}

/// Logits of some positions of a token sequence.
struct ReferenceLogits: Decodable {
  var ids: [Int32]
  var rows: [Int]
  var logits: [[Float]]
}
