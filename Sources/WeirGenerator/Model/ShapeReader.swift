import WeirModelFiles

/// Metadata of one architecture, each value with its range; errors name the whole key.
struct ShapeReader {
  let file: GGUFFile
  /// The architecture's name, in front of each key.
  let prefix: String

  func has(_ key: String) -> Bool { file.has("\(prefix).\(key)") }

  func count(
    _ key: String, _ allowed: ClosedRange<Int>, default fallback: Int? = nil
  ) throws(GeneratorFailure) -> Int {
    if let fallback, !has(key) { return fallback }
    return try GeneratorFailure.reading { () throws(ModelFileFailure) in
      try file.uint("\(prefix).\(key)", in: allowed)
    }
  }

  /// A number above 0.
  func number(_ key: String, default fallback: Float? = nil) throws(GeneratorFailure) -> Float {
    if let fallback, !has(key) { return fallback }
    let value = try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.float("\(prefix).\(key)") }
    try require(value > 0, key, "\(value)", "a number above 0")
    return value
  }

  /// A number above 0; nil where the key is absent or 0, which means "none".
  func cap(_ key: String, default fallback: Float? = nil) throws(GeneratorFailure) -> Float? {
    guard has(key) else { return fallback }
    let value = try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.float("\(prefix).\(key)") }
    return value == 0 ? nil : try number(key)
  }

  func text(_ key: String) throws(GeneratorFailure) -> String? {
    guard has(key) else { return nil }
    return try GeneratorFailure.reading { () throws(ModelFileFailure) in try file.string("\(prefix).\(key)") }
  }

  func require(_ holds: Bool, _ key: String, _ found: String, _ allowed: String) throws(GeneratorFailure) {
    if !holds {
      throw .unsupportedMetadata(file: file.name, key: "\(prefix).\(key)", found: found, allowed: allowed)
    }
  }
}
