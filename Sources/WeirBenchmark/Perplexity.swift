internal import FoundationEssentials
internal import WeirDomain
internal import WeirFiles
internal import WeirGenerator
internal import WeirModelFiles

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// How well a model guesses a text, for comparing engines on the same file.
package struct Perplexity: Sendable, Equatable {
  /// All of the text; the rest of a last window that is not full is left out.
  package var tokens: [Int32]
  /// For each window, for each of its tokens but the first: minus the natural logarithm of its probability.
  package var losses: [Double]
  /// For the same places, the token that the model finds likeliest.
  package var best: [Int32]

  package var mean: Double { losses.reduce(0, +) / Double(max(losses.count, 1)) }

  /// Reads the text at `path` in windows of `window` tokens that do not overlap; each starts with an empty cache.
  package init(
    model path: String, text: String, window: Int, progress: (String) -> Void = { _ in }
  ) throws {
    let file = try GGUFFile(path: path)
    let model = try GeneratorModel(file, contextLimit: window)
    guard let bytes = FileManager.default.contents(atPath: text), bytes.count <= 16 << 20,
      let content = String(validating: bytes, as: UTF8.self)
    else {
      throw BenchmarkFailure.badText(file: text, reason: "it is not a text in UTF-8 of at most 16 MiB")
    }
    tokens = try TokenizerFactory.make(from: file).encode(content, options: .init(addsBoundaryTokens: false))
    (losses, best) = ([], [])
    guard window <= model.context, tokens.count >= window else {
      throw BenchmarkFailure.badText(
        file: text,
        reason: "\(tokens.count) tokens, a window of \(window), a context of \(model.context): take another --window")
    }
    let session = GeneratorSession(model)
    for first in stride(from: 0, through: tokens.count - window, by: window) {
      progress("perplexity, token \(first) of \(tokens.count)")
      session.keep(0)
      let ids = Array(tokens[first..<first + window])
      // Some at a time, so that their logits need no large memory.
      for start in stride(from: 0, to: window, by: 16) {
        let step = Array(ids[start..<min(start + 16, window)])
        try session.decode(step)
        for row in step.indices where start + row + 1 < window {
          let (loss, likeliest) = Self.loss(session.logits(row: row), of: ids[start + row + 1])
          losses.append(loss)
          best.append(likeliest)
        }
      }
    }
  }

  private static func loss(_ logits: [Float], of token: Int32) -> (Double, Int32) {
    var likeliest = 0
    for index in logits.indices where logits[index] > logits[likeliest] { likeliest = index }
    let highest = Double(logits[likeliest])
    let sum = logits.reduce(0.0) { $0 + exp(Double($1) - highest) }
    return (highest + log(sum) - Double(logits[Int(token)]), Int32(likeliest))
  }

  /// Both engines' tokens, losses and choices can be compared place by place.
  package var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("mean_loss", mean)
    writer.beginArray("tokens")
    for token in tokens { writer.add(nil, Int(token)) }
    writer.endArray()
    writer.beginArray("losses")
    for loss in losses { writer.add(nil, loss, decimals: 6) }
    writer.endArray()
    writer.beginArray("best")
    for token in best { writer.add(nil, Int(token)) }
    writer.endArray()
    writer.endObject()
    return writer.text
  }
}
