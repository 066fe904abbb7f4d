import WeirFiles

/// The token list of a model file: texts stay in the file, types and places are kept.
struct Vocabulary: Sendable {
  /// ggml's token types; what a file calls otherwise is taken as `normal`.
  enum Kind: UInt8, Sendable {
    case normal = 1
    case unknown = 2
    case control = 3
    case userDefined = 4
    case unused = 5
    case byte = 6
  }

  let file: String
  let region: ByteRegion
  let count: Int
  private let starts: [Int]
  private let kinds: [Kind]

  /// Reads `tokenizer.ggml.tokens` and, where present, `tokenizer.ggml.token_type`.
  init(from file: GGUFFile) throws(ModelFileFailure) {
    let key = "tokenizer.ggml.tokens"
    let array = try file.array(key)
    guard array.elementType == .string else {
      throw .wrongValueType(file: file.name, key: key, found: GGUFValue.array(array).kind, allowed: "an array of texts")
    }
    let allowed = 1...(1 << 24)
    guard allowed.contains(array.count) else {
      throw .badValue(file: file.name, key: key, found: "\(array.count) tokens", allowed: "1 to \(1 << 24)")
    }
    var starts: [Int] = []
    starts.reserveCapacity(array.count + 1)
    array.forEachTextRange { _, range in starts.append(range.lowerBound) }
    starts.append(array.region.count + 8)
    self.file = file.name
    region = array.region
    count = array.count
    self.starts = starts
    kinds = try Self.kinds(from: file, count: array.count)
  }

  private static func kinds(from file: GGUFFile, count: Int) throws(ModelFileFailure) -> [Kind] {
    let key = "tokenizer.ggml.token_type"
    guard file.has(key) else { return Array(repeating: .normal, count: count) }
    let numbers = try file.ints(key)
    guard numbers.count == count else {
      throw .badValue(file: file.name, key: key, found: "\(numbers.count) types", allowed: "\(count), one a token")
    }
    return numbers.map { UInt8(exactly: $0).flatMap { Kind(rawValue: $0) } ?? .normal }
  }

  func contains(_ id: Int32) -> Bool { id >= 0 && Int(id) < count }

  /// Where the text of `id` lies in `region`. A length of 64 bits stands before every text.
  func range(of id: Int32) -> Range<Int> { starts[Int(id)]..<(starts[Int(id) + 1] - 8) }

  func bytes(of id: Int32) -> [UInt8] { region.array(in: range(of: id)) }

  func kind(of id: Int32) -> Kind { kinds[Int(id)] }

  /// A table over the tokens of the kinds given, by their whole texts.
  func table(where included: (Kind) -> Bool) -> ByteTable {
    var entries: [ByteTable.Entry] = []
    entries.reserveCapacity(count)
    for id in 0..<Int32(count) where included(kind(of: id)) {
      entries.append(ByteTable.Entry(range: range(of: id), value: id))
    }
    return ByteTable(region: region, entries: entries)
  }

  /// The id that metadata `key` names, or nil where the key is absent; an id outside the vocabulary is refused.
  func id(_ key: String, in file: GGUFFile) throws(ModelFileFailure) -> Int32? {
    guard file.has(key) else { return nil }
    return Int32(try file.uint(key, in: 0...(count - 1)))
  }
}
