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

  /// A walk over the pieces of `range`, in order; together they cover it.
  func pieces(in range: Range<Int>) -> Pieces { Pieces(pattern: self, range) }

  struct Pieces {
    private let pattern: PreTokenizer
    private var place: Int
    private let end: Int
    /// Up to where the pattern sees the text: for the one that sets numbers apart, the next of them.
    private var partEnd: Int

    fileprivate init(pattern: PreTokenizer, _ range: Range<Int>) {
      self.pattern = pattern
      place = range.lowerBound
      end = range.upperBound
      partEnd = pattern == .smollm ? place : end
    }

    /// The next piece, nil at the end. `bytes` must be the same valid UTF-8 from call to call, as a `String` holds it.
    mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
      if place == end { return nil }
      let start = place
      switch pattern {
      case .gpt2: place = PieceScanner(limit: end).gpt2End(bytes, place)
      case .qwen2: place = PieceScanner(limit: end).qwen2End(bytes, place, longestNumber: 1)
      case .llama3: place = PieceScanner(limit: end).qwen2End(bytes, place, longestNumber: 3)
      case .smollm:
        // A part between two numbers is scanned alone: its end is an end of text for the pattern.
        if place == partEnd, let width = findNumber(bytes) {
          place += width
          partEnd = place
        } else {
          place = PieceScanner(limit: partEnd).gpt2End(bytes, place)
        }
      }
      return start..<place
    }

    /// The width of a number character at `place`, or nil, then `partEnd` is where the next one is.
    private mutating func findNumber(_ bytes: Span<UInt8>) -> Int? {
      var next = place
      while next < end {
        let byte = bytes[next]
        if byte < 0x80 {
          if byte &- 0x30 < 10 { break }
          next += 1
        } else {
          let scalar = PieceScanner.scalar(bytes, next)
          if UnicodeClasses.isNumeric(scalar) { break }
          next += UTF8.width(scalar)
        }
      }
      partEnd = next
      return next == place ? UTF8.width(PieceScanner.scalar(bytes, place)) : nil
    }
  }
}
