internal import WeirDomain

/// The meanings that a column of a CSV file or a field of a JSON line can have, with the names each goes by.
enum ExampleField: String, CaseIterable {
  case id, text, intent, weight, split, sufficient, complexity
  case economySufficient = "sufficient_economy"
  case standardSufficient = "sufficient_standard"
  case premiumSufficient = "sufficient_premium"

  /// The first is the one that help texts use.
  var names: [String] {
    switch self {
    case .text: ["text", "prompt", "utterance"]
    case .intent: ["intent", "label", "category"]
    default: [rawValue]
    }
  }

  var isRequired: Bool { self == .text || self == .intent }

  static let allNames = allCases.flatMap(\.names)
}

/// Which names of one file have which meaning.
struct ExampleFields: Sendable {
  /// A name of the caller's own in place of the usual ones.
  let ownNames: [ExampleField: String]
  let ignoresUnknown: Bool

  init(_ options: ExampleReader.Options) {
    var ownNames: [ExampleField: String] = [:]
    ownNames[.text] = options.textName
    ownNames[.intent] = options.intentName
    self.ownNames = ownNames
    ignoresUnknown = options.ignoresUnknown
  }

  func names(of field: ExampleField) -> [String] { ownNames[field].map { [$0] } ?? field.names }

  /// The meaning of a name; nil where it has none. A name of the caller's own is compared as it is.
  func meaning(of name: String) -> ExampleField? {
    if let own = ownNames.first(where: { $0.value == name }) { return own.key }
    let plain = name.lowercased()
    return ExampleField.allCases.first { ownNames[$0] == nil && $0.names.contains(plain) }
  }

  /// Finds the meanings of `found`, each named once: the index of each field in it.
  func positions(in found: [String], at place: LabelledExample.Source) throws(ExampleFailure) -> [ExampleField: Int] {
    var positions: [ExampleField: Int] = [:]
    for (index, name) in found.enumerated() {
      guard let field = meaning(of: name) else {
        if ignoresUnknown { continue }
        let known = ExampleField.allCases.flatMap(names(of:))
        throw .unknownName(
          place, name: name, nearest: Spelling.nearest(to: name.lowercased(), among: known), allowed: known)
      }
      if let other = positions[field] {
        throw .repeatedName(place, field: field.rawValue, names: [found[other], name])
      }
      positions[field] = index
    }
    for field in ExampleField.allCases where field.isRequired && positions[field] == nil {
      throw .missingName(place, allowed: names(of: field), found: found)
    }
    return positions
  }
}
