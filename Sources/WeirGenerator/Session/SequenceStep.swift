/// What one text adds to a forward pass: tokens that follow those it has read.
struct SequenceStep {
  let session: GeneratorSession
  let tokens: ArraySlice<Int32>
  /// How many of the last tokens' logits are wanted: 0...tokens.count.
  let logitRows: Int
}
