import Foundation
import Testing
import WeirFiles
import WeirModelFiles

@testable import WeirClassifier

/// The default bundle's classifier against the rows that its training wrote, where they are at hand.
///
/// `WEIR_REFERENCES` names the folder with intents-ref.jsonl.
@Suite struct TrainedClassifierTests {
  static let root = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")
  static let model = root + "/Assets/Models/intents.gguf"
  static let rows = (ProcessInfo.processInfo.environment["WEIR_REFERENCES"] ?? "/none") + "/intents-ref.jsonl"

  static func exists(_ paths: String...) -> Bool { paths.allSatisfy { FileManager.default.fileExists(atPath: $0) } }

  @Test(.enabled(if: exists(model))) func `the default bundle's classifier loads`() throws {
    let file = try GGUFFile(path: Self.model)
    let classifier = try IntentClassifier(from: file, encoderFingerprint: file.string("weir.encoder.sha256"))
    #expect(classifier.intents.count == 27)
    #expect(classifier.dimensions == 384)
  }
}
