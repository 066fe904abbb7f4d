import Foundation
import Testing
import WeirDomain
import WeirGenerator
import WeirModelFiles

/// The shipped generator's probe beside the same arithmetic in PyTorch; recipe: Tools/Models/write_probe_references.py.
struct TrainedProbeTests {
  struct Reference: Decodable {
    var intent: String
    var prompt: String
    var tokens: [Int32]
    var probability: Double
    var mean_logprob: Double
    var mean_entropy: Double
  }

  private static let model = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Assets/Models/generator.gguf").path

  @Test func `signals and probabilities are PyTorch's within the rounding of activations`() throws {
    let references = try References.decode([Reference].self, References.fixture("probe_references.json"))
    let generator = try Generator(GGUFFile(path: Self.model))
    let probe = try #require(generator.probe.acceptance)
    var same = 0
    for reference in references {
      let messages = [
        ChatMessage(role: .system, content: "intent: \(reference.intent)"),
        ChatMessage(role: .user, content: reference.prompt),
      ]
      let found = try generator.generate(messages, options: GenerationOptions(maxTokens: 224))
      // Activations are rounded to eight bits here, so a close call may go to another token, and all after it differs.
      guard found.tokens == reference.tokens else { continue }
      same += 1
      #expect(abs(try #require(found.meanLogProbability) - reference.mean_logprob) < 0.03)
      #expect(abs(try #require(found.signals).meanEntropy - reference.mean_entropy) < 0.05)
      #expect(abs(try #require(probe.probability(of: found)) - reference.probability) < 0.05, "\(reference.prompt)")
    }
    #expect(same >= references.count / 2, "only \(same) of \(references.count) answers are PyTorch's")
  }
}
