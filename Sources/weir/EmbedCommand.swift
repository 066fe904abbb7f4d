import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirEncoder
import WeirFiles

/// `weir embed`: the encoder alone, for measuring it and for use elsewhere.
struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Writes the encoder's vector of each line of standard input.",
    discussion: """
      A line is a text, taken as it is. For each one comes a JSON object: the line's number, its tokens, whether its \
      end was cut off, and the embedding, a vector of unit length. A text longer than the encoder's window is read in \
      windows that overlap, eight at most, and their vectors are averaged. Vectors of different encoders must not be \
      compared; the encoder is the one that `weir models list` shows.

      Examples:
        weir embed < texts.txt > vectors.jsonl
        weir embed --raw --timing < texts.txt > vectors.f32
      """)

  @OptionGroup var node: NodeOptions

  @Flag(help: "Only the vectors: 32-bit floats, little-endian, one vector after the other.")
  var raw = false

  @Flag(help: "Say on standard error how long the passes took, tokenizing included.")
  var timing = false

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let encoder = try ModelBundle(configuration).openEncoder()
      let output = OutputFile(descriptor: 1, name: "standard output")
      let errors = OutputFile(descriptor: 2, name: "standard error")
      let lines = LineReader(descriptor: 0, name: "standard input", maximumBytes: configuration.limits.maxLineBytes)
      var passes = Passes()
      var number = 0
      var isOpen = true
      var isWhole = true
      while isOpen, let line = try lines.next() {
        number += 1
        switch Self.text(of: line, number: number, allowed: lines.maximumBytes) {
        case .success(let text):
          let found = passes.measure { encoder.embed(text, windows: Encoder.mostWindows) }
          isOpen = raw ? try output.write(Self.bytes(of: found)) : try output.write(Self.object(found, number: number))
        case .failure(let error):
          isWhole = false
          // A vector that is missing in the middle would give the later ones other places.
          if raw {
            _ = try errors.write("weir: line \(number): \(error.message)\n")
            throw ProcessExit.someNotAnswered
          }
          isOpen = try output.write(Self.object(error, number: number))
        }
      }
      if timing, let summary = passes.summary { _ = try errors.write(summary) }
      if !isWhole { throw ProcessExit.someNotAnswered }
    }
  }

  private static func text(of line: LineReader.Line, number: Int, allowed: Int) -> Result<String, LineError> {
    let id = String(number)
    switch line {
    case .tooLong(let bytes):
      return .failure(
        LineError(
          id: id, code: "line_too_long",
          message: "the line has \(bytes) bytes, \(allowed) are allowed: cut it or raise limits.max_line_bytes"))
    case .bytes(let bytes):
      guard let text = String(validating: number == 1 ? PromptLine.withoutMark(bytes) : bytes, as: UTF8.self) else {
        return .failure(LineError(id: id, code: "invalid_utf8", message: "the line is not valid UTF-8"))
      }
      return .success(text)
    }
  }

  private static func object(_ error: LineError, number: Int) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("line", number)
    writer.beginObject("error")
    writer.add("code", error.code)
    writer.add("message", error.message)
    writer.endObject()
    writer.endObject()
    return writer.text + "\n"
  }

  private static func object(_ found: EncodedText, number: Int) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("line", number)
    writer.add("tokens", found.tokens)
    writer.add("truncated", found.isTruncated)
    writer.beginArray("embedding")
    for value in found.values { writer.add(nil, value) }
    writer.endArray()
    writer.endObject()
    return writer.text + "\n"
  }

  private static func bytes(of found: EncodedText) -> [UInt8] {
    found.values.flatMap { value in
      let bits = value.bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * UInt32($0))) }
    }
  }
}

/// Times and sizes of the encoder's passes.
private struct Passes {
  private var times: [Duration] = []
  private var tokens = 0

  mutating func measure(_ pass: () -> EncodedText) -> EncodedText {
    let clock = ContinuousClock()
    let begin = clock.now
    let found = pass()
    times.append(clock.now - begin)
    tokens += found.tokens
    return found
  }

  /// Median and 99th percentile; nil without a pass.
  var summary: String? {
    guard !times.isEmpty else { return nil }
    let sorted = times.sorted()
    func milliseconds(_ share: Double) -> String {
      let (seconds, attoseconds) = sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)].components
      return (Double(seconds) * 1e3 + Double(attoseconds) / 1e15).decimals(3)
    }
    return """
      \(times.count) texts, \((Double(tokens) / Double(times.count)).decimals(1)) tokens on average; \
      one pass: median \(milliseconds(0.5)) ms, p99 \(milliseconds(0.99)) ms

      """
  }
}
