/// Cuts a text into the pieces within which byte pairs are merged: the pattern that a vocabulary was trained with.
///
/// Hand-written equivalents of the published regular expressions, one left-to-right scan each:
/// - `gpt2`: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
/// - `smollm`: every number character alone, the rest as `gpt2`
/// - `qwen2`: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|` and
///   ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// - `llama3`: as `qwen2`, with `\p{N}{1,3}` for numbers
enum PreTokenizer: Sendable {
  case gpt2, smollm, qwen2, llama3

  /// The pattern for `tokenizer.ggml.pre`, or nil for one that is not known.
  init?(named name: String) {
    switch name {
    case "gpt-2", "gpt2", "default": self = .gpt2
    case "smollm": self = .smollm
    case "qwen2": self = .qwen2
    case "llama-bpe", "llama3", "llama-v3": self = .llama3
    default: return nil
    }
  }

  /// Calls `body` with the range of each piece in `bytes[range]`, in order; together they cover it.
  ///
  /// `bytes` must be valid UTF-8, as a `String` holds it.
  func forEachPiece(in bytes: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
    switch self {
    case .gpt2: PieceScanner(bytes, range).scanGPT2(body)
    case .smollm: forEachPieceWithLoneNumbers(in: bytes, range, body)
    case .qwen2: PieceScanner(bytes, range).scanQwen2(longestNumber: 1, body)
    case .llama3: PieceScanner(bytes, range).scanQwen2(longestNumber: 3, body)
    }
  }

  /// A part between two numbers is scanned alone: its end is an end of text for the pattern.
  private func forEachPieceWithLoneNumbers(in bytes: [UInt8], _ range: Range<Int>, _ body: (Range<Int>) -> Void) {
    let whole = PieceScanner(bytes, range)
    var start = range.lowerBound
    var place = start
    while place < range.upperBound {
      let scalar = whole.scalar(at: place)
      let end = place + UTF8.width(scalar)
      if UnicodeClasses.isNumeric(scalar) {
        PieceScanner(bytes, start..<place).scanGPT2(body)
        body(place..<end)
        start = end
      }
      place = end
    }
    PieceScanner(bytes, start..<range.upperBound).scanGPT2(body)
  }
}
