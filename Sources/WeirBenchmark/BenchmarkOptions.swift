/// What to measure, on what, and how often.
package struct BenchmarkOptions: Sendable, Equatable {
  package var parts = Set(BenchmarkPart.allCases)
  package var routes = Set(BenchmarkRoute.allCases)
  /// A generator's GGUF file; nil is the built-in one.
  package var model: String?
  /// An encoder's GGUF file; nil is the built-in one.
  package var encoder: String?
  package var threads = [1]
  /// Tokens of a prompt, or of a text; nil is those of `usualTokens` that a model holds.
  package var tokens: [Int]?
  /// How often each measurement is made, in turn with the others.
  package var rounds = 5
  /// Prompts that a round sends each way.
  package var requests = 10
  /// Answers in the cache that is measured.
  package var entries = 10_000

  package static let usualTokens = [16, 128, 512]

  package init() {}

  /// The lengths to measure with a model that holds `context` tokens; each that was asked for must fit.
  package func lengths(of part: BenchmarkPart, context: Int) throws(BenchmarkFailure) -> [Int] {
    guard let tokens else { return Self.usualTokens.filter { $0 <= context } }
    if let longest = tokens.max(), longest > context {
      throw .tooLong(part: part, tokens: longest, context: context)
    }
    return tokens
  }

  /// Parts of the command line, such as `encoder,route.exact`; nil where one is not known.
  package static func parts(named text: String) -> (parts: Set<BenchmarkPart>, routes: Set<BenchmarkRoute>)? {
    var parts: Set<BenchmarkPart> = []
    var routes: Set<BenchmarkRoute> = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      if let part = BenchmarkPart(rawValue: String(name)) {
        parts.insert(part)
        if part == .route { routes.formUnion(BenchmarkRoute.allCases) }
      } else if name.hasPrefix("route."), let route = BenchmarkRoute(rawValue: String(name.dropFirst(6))) {
        parts.insert(.route)
        routes.insert(route)
      } else {
        return nil
      }
    }
    return (parts, routes)
  }
}
