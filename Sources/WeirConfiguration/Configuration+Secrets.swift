import FoundationEssentials
package import WeirDomain

extension Configuration.Provider {
  /// The key from the place that the configuration names; nil for a server that wants none.
  ///
  /// Read when it is needed, so that a missing key stops only what needs it. Blanks and line ends around it are
  /// dropped; an empty key, or one that could not stand in a header, is a failure that does not repeat it.
  package func key(environment: [String: String]) throws(ConfigurationFailure) -> Secret? {
    try secret(of: keySource, environment: environment)
  }

  /// The same for any of the provider's keys.
  package func secret(
    of source: KeySource?, environment: [String: String]
  ) throws(ConfigurationFailure) -> Secret? {
    switch source {
    case nil:
      return nil
    case .environment(let name):
      let place = "the environment variable \(name)"
      guard let value = environment[name] else { throw missing(place, "it is not set") }
      return try secret(value, place: place)
    case .file(let path):
      let place = "the file \(path)"
      guard FileManager.default.fileExists(atPath: path) else { throw missing(place, "there is no such file") }
      guard let data = FileManager.default.contents(atPath: path), data.count <= 65_536 else {
        throw missing(place, "it cannot be read, or is longer than any key")
      }
      return try secret(String(decoding: data, as: UTF8.self), place: place)
    }
  }

  private func secret(_ text: String, place: String) throws(ConfigurationFailure) -> Secret {
    let blanks: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
    guard let first = text.firstIndex(where: { !blanks.contains($0) }),
      let last = text.lastIndex(where: { !blanks.contains($0) })
    else { throw missing(place, "it is empty") }
    let key = text[first...last]
    guard key.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else {
      throw missing(place, "what is there has characters that no key has")
    }
    return Secret(String(key))
  }

  private func missing(_ place: String, _ reason: String) -> ConfigurationFailure {
    .missingSecret(provider: name, place: place, reason: reason)
  }
}
