internal import Synchronization
package import WeirDomain

/// The grammars of the formats that were asked for last, so that a format that comes again is not compiled again.
package final class GrammarLibrary: Sendable {
  private let kept = Mutex<[(format: AnswerFormat, grammar: Grammar)]>([])
  private static let most = 16

  package init() {}

  /// Nil for free text. Throws what is wrong with the schema or the grammar.
  package func grammar(for format: AnswerFormat) throws(GrammarFailure) -> Grammar? {
    if format == .text { return nil }
    let known = kept.withLock { kept -> Grammar? in
      guard let place = kept.firstIndex(where: { $0.format.isSame(as: format) }) else { return nil }
      let found = kept.remove(at: place)
      kept.append(found)
      return found.grammar
    }
    if let known { return known }
    let made: Grammar
    switch format {
    case .text: return nil
    case .jsonObject: made = try Grammar.jsonObject()
    case .jsonSchema(let named): made = try Grammar(jsonSchema: named.schema)
    case .grammar(let text): made = try Grammar(text: text)
    }
    kept.withLock { kept in
      if kept.count == Self.most { kept.removeFirst() }
      kept.append((format, made))
    }
    return made
  }
}

extension AnswerFormat {
  /// Byte by byte: texts that only look the same are different grammars.
  fileprivate func isSame(as other: AnswerFormat) -> Bool {
    switch (self, other) {
    case (.grammar(let left), .grammar(let right)): left.utf8.elementsEqual(right.utf8)
    case (.jsonSchema(let left), .jsonSchema(let right)): left.schema.utf8.elementsEqual(right.schema.utf8)
    default: self == other
    }
  }
}
