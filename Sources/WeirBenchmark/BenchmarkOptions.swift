/// What to measure, on what, and how often.
package struct BenchmarkOptions: Sendable, Equatable {
  package var parts = Set(BenchmarkPart.allCases)
  /// A generator's GGUF file; nil is the built-in one.
  package var model: String?
  package var threads = [1]
  /// Tokens of a prompt, or of a text.
  package var tokens = [16, 128, 512]
  /// How often each measurement is made, in turn with the others.
  package var rounds = 5

  package init() {}
}
