import WeirFiles

/// Typed access to metadata: a missing key or a value of another type is an error that names both.
extension GGUFFile {
  /// `general.architecture`, such as "llama" or "bert".
  package var architecture: String {
    get throws(ModelFileFailure) { try string("general.architecture") }
  }

  /// A non-negative integer of any width.
  package func uint(_ key: String) throws(ModelFileFailure) -> Int {
    let found = try required(key)
    switch found {
    case .unsigned(let number):
      if let exact = Int(exactly: number) { return exact }
      throw .badValue(file: name, key: key, found: "\(number)", allowed: "0 to \(Int.max)")
    case .signed(let number):
      if let exact = UInt64(exactly: number) { return Int(exact) }
      throw .badValue(file: name, key: key, found: "\(number)", allowed: "0 to \(Int.max)")
    default: throw wrong(key, found, "a non-negative integer")
    }
  }

  /// A non-negative integer, or `fallback` where the key is absent.
  package func uint(_ key: String, default fallback: Int) throws(ModelFileFailure) -> Int {
    has(key) ? try uint(key) : fallback
  }

  /// A non-negative integer within `allowed`.
  package func uint(_ key: String, in allowed: ClosedRange<Int>) throws(ModelFileFailure) -> Int {
    let found = try uint(key)
    guard allowed.contains(found) else {
      throw .badValue(
        file: name, key: key, found: "\(found)", allowed: "\(allowed.lowerBound) to \(allowed.upperBound)")
    }
    return found
  }

  /// A finite number; integers are taken too.
  package func float(_ key: String) throws(ModelFileFailure) -> Float {
    let found = try required(key)
    switch found {
    case .float(let number):
      let value = Float(number)
      if value.isFinite { return value }
      throw .badValue(file: name, key: key, found: "\(number)", allowed: "a finite number")
    case .unsigned(let number): return Float(number)
    case .signed(let number): return Float(number)
    default: throw wrong(key, found, "a number")
    }
  }

  /// A finite number, or `fallback` where the key is absent.
  package func float(_ key: String, default fallback: Float) throws(ModelFileFailure) -> Float {
    has(key) ? try float(key) : fallback
  }

  package func bool(_ key: String) throws(ModelFileFailure) -> Bool {
    let found = try required(key)
    guard case .bool(let flag) = found else { throw wrong(key, found, "a truth value") }
    return flag
  }

  package func bool(_ key: String, default fallback: Bool) throws(ModelFileFailure) -> Bool {
    has(key) ? try bool(key) : fallback
  }

  /// A text; bytes that are not UTF-8 are refused.
  package func string(_ key: String) throws(ModelFileFailure) -> String {
    let found = try required(key)
    guard case .string(let bytes) = found else { throw wrong(key, found, "a text") }
    guard let text = bytes.text else {
      throw .wrongValueType(file: name, key: key, found: "bytes that are not UTF-8", allowed: "a text")
    }
    return text
  }

  package func string(_ key: String, default fallback: String) throws(ModelFileFailure) -> String {
    has(key) ? try string(key) : fallback
  }

  /// An array as it lies in the file.
  package func array(_ key: String) throws(ModelFileFailure) -> GGUFArray {
    let found = try required(key)
    guard case .array(let array) = found else { throw wrong(key, found, "an array") }
    return array
  }

  package func strings(_ key: String) throws(ModelFileFailure) -> [String] {
    guard let strings = try array(key).strings else { throw wrong(key, try required(key), "an array of texts") }
    return strings
  }

  package func ints(_ key: String) throws(ModelFileFailure) -> [Int] {
    guard let integers = try array(key).integers else { throw wrong(key, try required(key), "an array of integers") }
    return integers
  }

  /// An array of floats; each must be finite.
  package func floats(_ key: String) throws(ModelFileFailure) -> [Float] {
    guard let floats = try array(key).floats else { throw wrong(key, try required(key), "an array of floats") }
    if let bad = floats.first(where: { !$0.isFinite }) {
      throw .badValue(file: name, key: key, found: "\(bad)", allowed: "finite numbers")
    }
    return floats
  }

  private func required(_ key: String) throws(ModelFileFailure) -> GGUFValue {
    guard let value = value(key) else { throw .missingKey(file: name, key: key) }
    return value
  }

  private func wrong(_ key: String, _ found: GGUFValue, _ allowed: String) -> ModelFileFailure {
    .wrongValueType(file: name, key: key, found: found.kind, allowed: allowed)
  }
}
