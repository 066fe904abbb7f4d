import Foundation
import Testing
import WeirDomain
import WeirGenerator
import WeirModelFiles

/// The other half of Tools/Checks/logits and Tools/Checks/answers, which ask for numbers and judge them.
struct GeneratorReferenceTests {
  private struct Comparison: Decodable {
    var name: String
    var model: String
    var ids: [Int32]
    /// How many of the ids are read at once before the rest is read one by one.
    var prompt: Int
    /// Where the logits of the tokens read one by one go: F32, little-endian, [tokens x vocabulary].
    var output: String
  }

  @Test(.enabled(if: References.manifest != nil))
  func `logits for a comparison`() throws {
    for comparison in try References.decode([Comparison].self, References.manifest ?? "") {
      let clock = ContinuousClock()
      var start = clock.now
      let session = GeneratorSession(try References.model(comparison.model, contextLimit: comparison.ids.count))
      let loaded = clock.now - start
      start = clock.now
      try session.prefill(Array(comparison.ids.prefix(comparison.prompt)))
      let read = clock.now - start
      var rows = Data()
      var decoded = Duration.zero
      for id in comparison.ids.dropFirst(comparison.prompt) {
        start = clock.now
        try session.decode(id)
        decoded += clock.now - start
        for logit in session.logits {
          unsafe withUnsafeBytes(of: logit.bitPattern.littleEndian) { unsafe rows.append(contentsOf: $0) }
        }
      }
      try rows.write(to: URL(fileURLWithPath: comparison.output))
      print("\(comparison.name): load \(loaded), prompt of \(comparison.prompt) \(read), the rest \(decoded)")
    }
  }

  private struct Request: Decodable {
    struct Chat: Decodable {
      var system: String
      var user: String
    }

    var model: String
    var chats: [Chat]
    var maxTokens: Int
    /// Where the answers go, as JSON.
    var output: String
  }

  private struct Answer: Encodable {
    var promptIDs: [Int32]
    var tokens: [Int32]
    var text: String
  }

  @Test(.enabled(if: References.answers != nil))
  func `greedy answers for a comparison`() throws {
    let request = try References.decode(Request.self, References.answers ?? "")
    let generator = try Generator(GGUFFile(path: request.model))
    let options = GenerationOptions(maxTokens: request.maxTokens)
    let answers = try request.chats.map { chat in
      let messages = [
        ChatMessage(role: .system, content: chat.system), ChatMessage(role: .user, content: chat.user),
      ]
      let answer = try generator.generate(messages, options: options)
      return Answer(promptIDs: try generator.promptTokens(messages), tokens: answer.tokens, text: answer.text)
    }
    try JSONEncoder().encode(answers).write(to: URL(fileURLWithPath: request.output))
  }
}
