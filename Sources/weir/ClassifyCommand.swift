import ArgumentParser
import WeirAssembly
import WeirClassifier
import WeirConfiguration
import WeirDomain
import WeirEncoder
import WeirFiles

/// `weir classify`: what the classifier says of prompts, with nothing routed, stored or answered.
struct ClassifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Says what the classifier makes of each prompt of standard input.",
    discussion: """
      A line is a prompt, or JSON as for `weir route`. For each one comes a JSON object: intent, confidence, out_of_scope, \
      complexity by the documented factors, and what labelled examples taught the bundle (see `weir train`): \
      learned_complexity, and under sufficiency the calibrated probability, by tier, that its answer is good enough. \
      Nothing is routed, stored or answered.

      Example:
        weir classify --models mine < prompts.jsonl

      Exit status: 0 all lines read; 1 some were not; 2 configuration or models; 64 usage.
      """)

  @OptionGroup var node: NodeOptions

  @Option(help: "How to read the lines: auto, text or jsonl.")
  var format: PromptLine.Format = .auto

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let judge = try BundleJudge(configuration.models)
      let output = OutputFile(descriptor: 1, name: "standard output")
      let lines = LineReader(descriptor: 0, name: "standard input", maximumBytes: configuration.limits.maxLineBytes)
      var number = 0
      var isOpen = true
      var isWhole = true
      while isOpen, let line = try lines.next() {
        number += 1
        switch request(of: line, number: number, allowed: lines.maximumBytes) {
        case nil: break
        case .success(let request):
          isOpen = try output.write(
            Self.object(request.id, try judge.classification(of: request.prompt), request.prompt))
        case .failure(let error):
          isWhole = false
          isOpen = try output.write(Self.object(error))
        }
      }
      if !isWhole { throw ProcessExit.someNotAnswered }
    }
  }

  /// Nil for a blank line.
  private func request(of line: LineReader.Line, number: Int, allowed: Int) -> Result<RouteRequest, LineError>? {
    switch line {
    case .tooLong(let bytes):
      return .failure(
        LineError(
          id: String(number), code: "line_too_long",
          message: "the line has \(bytes) bytes, \(allowed) are allowed: cut it or raise limits.max_line_bytes"))
    case .bytes(let all):
      let bytes = number == 1 ? PromptLine.withoutMark(all) : all
      if PromptLine.isBlank(bytes) { return nil }
      return PromptLine.request(
        from: bytes, number: number, format: format, defaults: RouteRequest(id: "", messages: []))
    }
  }

  private static func object(_ error: LineError) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("id", error.id)
    writer.beginObject("error")
    writer.add("code", error.code)
    writer.add("message", error.message)
    writer.endObject()
    writer.endObject()
    return writer.text + "\n"
  }

  private static func object(_ id: String, _ found: BundleJudge.Reading, _ prompt: String) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("id", id)
    writer.add("intent", found.classification.intent)
    writer.add("confidence", Double(found.classification.confidence), decimals: 6)
    writer.add("out_of_scope", Double(found.classification.outOfScope), decimals: 6)
    writer.add("complexity", Complexity(of: prompt, .init(tokens: found.tokens)).value, decimals: 4)
    writer.add("learned_complexity", found.classification.complexity.map { Double($0) }, decimals: 6)
    writer.beginObject("sufficiency")
    for tier in Tier.allCases {
      guard let probability = found.classification.sufficiency[tier] else { continue }
      writer.add(tier.rawValue, Double(probability), decimals: 6)
    }
    writer.endObject()
    writer.endObject()
    return writer.text + "\n"
  }
}
