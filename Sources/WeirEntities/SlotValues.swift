/// What slots are filled with: the operator's constants, and the values of one prompt.
package struct SlotValues: Sendable, Hashable {
  package enum Value: Sendable, Hashable {
    /// The same for everybody.
    case constant(String)
    /// From this prompt.
    case entity(String)
  }

  private var constants: [String: String] = [:]
  private var entities: [String: String] = [:]

  /// Constants go before entities: who names a slot in the configuration means that value.
  ///
  /// A kind of which the prompt holds two different values fills nothing: which one is meant is not known.
  package init(constants: [String: String] = [:], entities: [Entity] = []) {
    for (name, value) in constants { self.constants[SlotText.key(name)] = value }
    for kind in EntityKind.allCases {
      let found = entities.filter { $0.kind == kind }
      guard let first = found.first, found.allSatisfy({ SlotValues.sameValue($0, first) }) else { continue }
      for slot in kind.slots { self.entities[SlotText.key(slot)] = first.text }
    }
  }

  package subscript(slot: String) -> Value? {
    let key = SlotText.key(slot)
    return constants[key].map { .constant($0) } ?? entities[key].map { .entity($0) }
  }

  /// Names that some kind of entity can fill.
  package static let entitySlots: Set<String> = Set(EntityKind.allCases.flatMap(\.slots).map { SlotText.key($0) })

  private static func sameValue(_ left: Entity, _ right: Entity) -> Bool {
    left.text == right.text || left.value != nil && left.value == right.value
  }
}

extension EntityExtractor {
  /// The prompt as a generator with slots reads it: values of the kinds that it repeats, replaced by their slots.
  package func delexicalized(_ text: String) -> String {
    EntityExtractor.delexicalized(text, entities(in: text))
  }

  /// The same for entities that are known already; `entities` are those of `text`.
  package static func delexicalized(_ text: String, _ entities: [Entity]) -> String {
    let bytes = Array(text.utf8)
    var result = ""
    var start = 0
    for entity in entities
    where entity.kind.isDelexicalized && entity.range.lowerBound >= start && entity.range.upperBound <= bytes.count {
      result += String(decoding: bytes[start..<entity.range.lowerBound], as: UTF8.self)
      result += "{{\(entity.kind.slots[0])}}"
      start = entity.range.upperBound
    }
    return result + String(decoding: bytes[start...], as: UTF8.self)
  }
}
