/// Finds the values in an English text: numbers of orders, amounts, dates, names by cue words, and the like.
///
/// Rules over words, not a model: each is a table and a short function, and the first that fits at a place takes it.
/// One pass, time and memory linear in the length of the text; the first 32 KiB are read and at most
/// `mostEntities` found. Entities come in the order of the text and do not overlap.
package struct EntityExtractor: Sendable {
  /// A text with more values than this is a list, not a request: the rest stays in it unread.
  package static let mostEntities = 64

  package init() {}

  package func entities(in text: String) -> [Entity] {
    let scan = EntityScan(text)
    var finds: [EntityScan.Find] = []
    var index = 0
    while index < scan.tokens.count, finds.count < EntityExtractor.mostEntities {
      if let find = scan.find(at: index) {
        finds.append(find)
        index = max(index + 1, find.tokens.upperBound)
      } else {
        index += 1
      }
    }
    let bytes = Array(text.utf8.prefix(EntityToken.mostBytes))
    return finds.map { find in
      let range =
        scan.tokens[find.tokens.lowerBound].range.lowerBound..<scan.tokens[find.tokens.upperBound - 1].range.upperBound
      return Entity(
        kind: find.kind, range: range, text: String(decoding: bytes[range], as: UTF8.self), value: find.value)
    }
  }
}

extension EntityScan {
  /// The first rule that fits here, from the surest to the vaguest.
  func find(at index: Int) -> Find? {
    if isInsideSlot(index) { return nil }
    if let find = link(at: index) ?? email(at: index) ?? amount(at: index) { return find }
    if let find = absoluteDate(at: index) ?? time(at: index) ?? phone(at: index) { return find }
    if let find = recordNumber(at: index) ?? relativeDate(at: index) ?? accountType(at: index) { return find }
    if let find = name(at: index) ?? place(at: index) { return find }
    return duration(at: index) ?? quantity(at: index)
  }

  /// `{{Order Number}}` is a place for a value, not one.
  private func isInsideSlot(_ index: Int) -> Bool {
    var depth = index
    // Slots are short: a brace further away than that opens something else.
    while depth >= 0, index - depth < 8 {
      if isSymbol(depth, "}") { return depth == index }
      if isSymbol(depth, "{") { return true }
      depth -= 1
    }
    return false
  }
}
