import Foundation
import Testing
import WeirModelFiles

@testable import WeirClassifier

/// The default bundle's classifier.
@Suite struct TrainedClassifierTests {
  static let root = "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/")
  static let model = root + "/Assets/Models/intents.gguf"

  @Test func `the default bundle's classifier loads`() throws {
    let file = try GGUFFile(path: Self.model)
    let classifier = try IntentClassifier(from: file, encoderFingerprint: file.string("weir.encoder.sha256"))
    #expect(classifier.intents.count == 27)
    #expect(classifier.dimensions == 384)
  }
}
