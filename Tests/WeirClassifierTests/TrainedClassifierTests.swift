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

  private struct Row: Decodable {
    let intent: String
    let features: [Float]
    let logits: [Float]
    let confidence: Float
    let p_oos: Float
  }

  /// The rows give logits, features and results for real prompts: everything behind the hidden layer.
  @Test(.enabled(if: exists(model, rows))) func `confidences are those of the training's evaluation`() throws {
    let file = try GGUFFile(path: Self.model)
    let classifier = try IntentClassifier(from: file, encoderFingerprint: file.string("weir.encoder.sha256"))
    let lines = try String(contentsOfFile: Self.rows, encoding: .utf8).split(separator: "\n")
    for line in lines {
      let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
      var (order, _, features) = classifier.features(logits: row.logits)
      features[.centreCosine] = row.features[4]
      features[.bestCentreCosine] = row.features[5]
      for (feature, expected) in zip(ConfidenceFeature.first, row.features) {
        #expect(abs(features[feature] - expected) < 1e-4)
      }
      #expect(classifier.intents[order[0]] == row.intent)
      #expect(abs(classifier.parts.heads.confidence(features) - row.confidence) < 1e-4)
      #expect(abs(classifier.parts.heads.outOfScope(features) - row.p_oos) < 1e-4)
    }
    #expect(lines.count >= 100)
  }
}
