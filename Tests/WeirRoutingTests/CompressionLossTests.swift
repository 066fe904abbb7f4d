import Foundation
import Testing
import WeirDomain
import WeirEncoder
import WeirModelFiles

@testable import WeirRouting

/// What compression saves and loses on real dialogues; prints a table. `Tools/Benchmarks/compression` runs it.
@Suite struct CompressionLossTests {
  private static let data = ProcessInfo.processInfo.environment["WEIR_DATA"]
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Dialogues of at least 10 turns, every `step`th, cut before an answer so that a user speaks last.
  private func dialogues(_ name: String, step: Int, limit: Int) throws -> [[ChatMessage]] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "gzip -dc \"$0\" | awk 'NR % \(step) == 1' | head -n \(limit * 4)",
      "\(Self.data ?? "")/dialogues/\(name).jsonl.gz",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    var found: [[ChatMessage]] = []
    for line in bytes.split(separator: 10) {
      guard let turns = try JSONReader.read([UInt8](line)).array else { continue }
      var messages = turns.compactMap { turn -> ChatMessage? in
        guard let role = turn[0]?.text.flatMap({ ChatMessage.Role(rawValue: $0) }), let text = turn[1]?.text else {
          return nil
        }
        return ChatMessage(role: role, content: text)
      }
      while let last = messages.last, last.role != .user { messages.removeLast() }
      if messages.count >= 10 { found.append(messages) }
      if found.count == limit { break }
    }
    return found
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0 * $1.1) } }

  @Test(.enabled(if: data != nil && ProcessInfo.processInfo.environment["WEIR_BENCHMARK"] != nil))
  func `what is saved and what is lost`() throws {
    let encoder = try Encoder(GGUFFile(path: Self.root.appendingPathComponent("Assets/Models/encoder.gguf").path))
    for name in ["sgd", "taskmaster4"] {
      let all = try dialogues(name, step: 37, limit: 100)
      try #require(!all.isEmpty)
      for share in [0.8, 0.6, 0.4] {
        var (before, after, fitted) = (0, 0, 0)
        var (referents, kept, relevantSum, recentKept) = (0, 0, 0.0, 0)
        for messages in all {
          let tokens = PromptCompressor.tokens(of: messages)
          let last = try #require(messages.last)
          let wanted = Set(ContentWords.all(in: last.content))
          let limit = Int(Double(tokens) * share)
          let compressor = PromptCompressor(repeats: true, oldTurns: true, maxTokens: limit, maxLoss: 0.9)
          let vector = encoder.embed(last.content).values
          guard let found = try? compressor.compress(messages, relevance: { cosine(encoder.embed($0).values, vector) })
          else { continue }
          fitted += 1
          before += found.tokensBefore
          after += found.tokensAfter
          // Words of the last turn that an earlier turn speaks of: do they still stand there?
          func spoken(_ messages: some Sequence<ChatMessage>) -> Set<Substring> {
            Set(messages.flatMap { ContentWords.all(in: $0.content) })
          }
          let known = wanted.intersection(spoken(messages.dropLast()))
          referents += known.count
          kept += known.intersection(spoken(found.messages.dropLast())).count
          // The plain way for comparison: only the latest turns that fit.
          var recent: [ChatMessage] = [last]
          for message in messages.dropLast().reversed() {
            if PromptCompressor.tokens(of: recent + [message]) > limit { break }
            recent.append(message)
          }
          recentKept += known.intersection(spoken(recent.dropFirst())).count
          let text = { (messages: [ChatMessage]) in messages.suffix(40).map(\.content).joined(separator: " ") }
          relevantSum += cosine(encoder.embed(text(messages)).values, encoder.embed(text(found.messages)).values)
        }
        let percent = { (part: Int, whole: Int) in (Double(part) * 100 / Double(max(whole, 1))).decimals(1) }
        print(
          "COMPRESSION \(name) limit \(share): \(fitted)/\(all.count) fitted, tokens saved \(percent(before - after, before)) %, "
            + "referents kept \(percent(kept, referents)) % of \(referents) (latest turns only: \(percent(recentKept, referents)) %), "
            + "similarity \((relevantSum / Double(max(fitted, 1))).decimals(3))")
      }
    }
  }
}
