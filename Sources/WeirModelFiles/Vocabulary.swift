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
  let texts: TextList
  private let kinds: [Kind]

  /// Reads `tokenizer.ggml.tokens` and, where present, `tokenizer.ggml.token_type`.
  init(from file: GGUFFile) throws(ModelFileFailure) {
    let key = "tokenizer.ggml.tokens"
    let array = try file.array(key)
    guard array.elementType == .string else {
      throw .wrongValueType(file: file.name, key: key, found: GGUFValue.array(array).kind, allowed: "an array of texts")
    }
    let allowed = 1...ByteTable.limit
    guard allowed.contains(array.count) else {
      throw .badValue(file: file.name, key: key, found: "\(array.count) tokens", allowed: "1 to \(allowed.upperBound)")
    }
    self.file = file.name
    texts = try Self.texts(of: array, key, in: file)
    kinds = try Self.kinds(from: file, count: array.count)
  }

  /// The places of an array's texts; its lengths were checked when the file was opened, so only its size can be wrong.
  static func texts(of array: GGUFArray, _ key: String, in file: GGUFFile) throws(ModelFileFailure) -> TextList {
    guard let texts = TextList(region: array.region, count: array.count) else {
      throw .badValue(file: file.name, key: key, found: "\(array.region.count) bytes", allowed: "less than 4 GiB")
    }
    return texts
  }

  private static func kinds(from file: GGUFFile, count: Int) throws(ModelFileFailure) -> [Kind] {
    let key = "tokenizer.ggml.token_type"
    guard file.has(key) else { return Array(repeating: .normal, count: count) }
    let array = try file.array(key)
    guard array.count == count else {
      throw .badValue(file: file.name, key: key, found: "\(array.count) types", allowed: "\(count), one a token")
    }
    if array.elementType == .int32 || array.elementType == .uint32 {
      return array.region.numbers(UInt32.self, count: count).map { kind($0) }
    }
    return try file.ints(key).map { kind(UInt32(exactly: $0) ?? 0) }
  }

  private static func kind(_ number: UInt32) -> Kind {
    number > 6 ? .normal : Kind(rawValue: UInt8(number)) ?? .normal
  }

  var count: Int { texts.count }

  func contains(_ id: Int32) -> Bool { id >= 0 && Int(id) < count }

  func bytes(of id: Int32) -> [UInt8] { texts.bytes(of: Int(id)) }

  func kind(of id: Int32) -> Kind { kinds[Int(id)] }

  /// The ids of the kinds given, in order.
  func ids(where included: (Kind) -> Bool) -> [Int32] {
    let isIncluded = (0...6).map { Kind(rawValue: UInt8($0)).map(included) ?? false }
    var ids: [Int32] = []
    ids.reserveCapacity(count)
    for (id, kind) in kinds.enumerated() where isIncluded[Int(kind.rawValue)] { ids.append(Int32(id)) }
    return ids
  }

  /// The id that metadata `key` names, or nil where the key is absent; an id outside the vocabulary is refused.
  func id(_ key: String, in file: GGUFFile) throws(ModelFileFailure) -> Int32? {
    guard file.has(key) else { return nil }
    return Int32(try file.uint(key, in: 0...(count - 1)))
  }
}
