/// Splits lines of a CSV file into records (RFC 4180), line by line, so that no more than a record is held.
///
/// A field may stand in double quotes; then it may hold separators, line ends and doubled quotes. Lines end with a line
/// feed or a carriage return and a line feed. Nothing is trimmed.
package struct CSVParser: Sendable {
  package enum Failure: Error, Equatable, Sendable {
    /// A field that was opened with a quote is not closed before the end of the file.
    case openQuote(field: Int)
    /// A quote inside a field that does not begin with one.
    case quoteInside(field: Int)
    /// Something other than a separator after a closing quote.
    case afterQuote(field: Int)
    /// A carriage return that no line feed follows, outside quotes.
    case strayReturn(field: Int)
    case fieldTooLong(field: Int, allowed: Int)
    case tooManyFields(allowed: Int)

    package var message: String {
      switch self {
      case .openQuote(let field):
        "the double quote that opens field \(field) is never closed: close it, and double each quote inside the field"
      case .quoteInside(let field):
        "field \(field) has a double quote inside: put the whole field into quotes and double each quote within"
      case .afterQuote(let field):
        "field \(field) goes on after its closing quote: double each quote within the field"
      case .strayReturn(let field):
        "field \(field) holds a carriage return without a line feed: save the file with line ends LF or CRLF"
      case .fieldTooLong(let field, let allowed):
        "field \(field) has more than the \(allowed) bytes that are allowed: shorten it, or look for a double quote "
          + "that is never closed"
      case .tooManyFields(let allowed): "more than \(allowed) fields: check the separator"
      }
    }
  }

  private enum State {
    /// Nothing of the field was read.
    case fresh
    case plain
    case quoted
    /// A quote inside a quoted field: its end, or the first half of a quote.
    case quoteSeen
  }

  package let separator: UInt8
  package let maximumFieldBytes: Int
  package let maximumFields: Int
  private var fields: [[UInt8]] = []
  private var field: [UInt8] = []
  private var state = State.fresh

  /// `separator` is none of double quote, carriage return and line feed.
  package init(separator: UInt8 = UInt8(ascii: ","), maximumFieldBytes: Int, maximumFields: Int = 256) {
    self.separator = separator
    self.maximumFieldBytes = maximumFieldBytes
    self.maximumFields = maximumFields
  }

  /// True between the lines of one record.
  package var isInRecord: Bool { !fields.isEmpty || state != .fresh }

  /// Takes one line without its line feed (a carriage return before it included); the record's fields once it is whole.
  ///
  /// After a failure the parser must not be used any more.
  package mutating func take(_ line: [UInt8]) throws(Failure) -> [[UInt8]]? {
    for (index, byte) in line.enumerated() {
      try take(byte, isLast: index == line.count - 1)
    }
    if state == .quoted {
      try append(UInt8(ascii: "\n"))
      return nil
    }
    try endField()
    defer { fields = [] }
    return fields
  }

  /// Says that no line follows.
  package func finish() throws(Failure) {
    if isInRecord { throw .openQuote(field: fields.count + 1) }
  }

  private mutating func take(_ byte: UInt8, isLast: Bool) throws(Failure) {
    let isQuote = byte == UInt8(ascii: "\"")
    switch state {
    case .quoted:
      if isQuote { state = .quoteSeen } else { try append(byte) }
    case .quoteSeen where isQuote:
      try append(byte)
      state = .quoted
    case .fresh where isQuote:
      state = .quoted
    case _ where byte == separator:
      try endField()
    case _ where byte == UInt8(ascii: "\r"):
      guard isLast else { throw .strayReturn(field: fields.count + 1) }
    case .quoteSeen:
      throw .afterQuote(field: fields.count + 1)
    case .fresh, .plain:
      if isQuote { throw .quoteInside(field: fields.count + 1) }
      state = .plain
      try append(byte)
    }
  }

  private mutating func append(_ byte: UInt8) throws(Failure) {
    guard field.count < maximumFieldBytes else {
      throw .fieldTooLong(field: fields.count + 1, allowed: maximumFieldBytes)
    }
    field.append(byte)
  }

  private mutating func endField() throws(Failure) {
    guard fields.count < maximumFields else { throw .tooManyFields(allowed: maximumFields) }
    fields.append(field)
    field = []
    state = .fresh
  }
}

extension CSVParser {
  /// The separator of a header line: the one of comma, semicolon and tab that stands most often outside quotes.
  package static func separator(ofHeader line: [UInt8]) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    var counts = [0, 0, 0]
    var isQuoted = false
    for byte in line {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    let most = counts.max() ?? 0
    return candidates[counts.firstIndex(of: most) ?? 0]
  }
}
