import Synchronization
import WeirGrammar
import WeirModelFiles

/// The token masks of the grammars that were asked for last, for one tokenizer.
final class GrammarMasks: Sendable {
  private struct Kept {
    var texts: TokenTexts?
    /// The last used one stands last.
    var maskers: [(ends: Set<Int32>, masker: TokenMasker)] = []
  }

  private let kept = Mutex(Kept())
  private static let most = 8

  /// Special tokens never stand in an answer with a grammar; `ends` are allowed exactly where the grammar can end.
  func constraint(
    _ grammar: Grammar, tokenizer: any Tokenizer, ends: Set<Int32>
  ) throws(GeneratorFailure) -> AnswerConstraint {
    do throws(GrammarFailure) {
      let masker = try kept.withLock { (kept) throws(GrammarFailure) in
        if let place = kept.maskers.firstIndex(where: { $0.masker.grammar == grammar && $0.ends == ends }) {
          let found = kept.maskers.remove(at: place)
          kept.maskers.append(found)
          return found.masker
        }
        let texts = kept.texts ?? Self.texts(of: tokenizer, ends: ends)
        kept.texts = texts
        let made = try TokenMasker(grammar, texts: texts, ends: ends)
        if kept.maskers.count == Self.most { kept.maskers.removeFirst() }
        kept.maskers.append((ends, made))
        return made
      }
      return AnswerConstraint(masker)
    } catch {
      throw .grammar(error)
    }
  }

  private static func texts(of tokenizer: any Tokenizer, ends: Set<Int32>) -> TokenTexts {
    TokenTexts(vocabularySize: tokenizer.vocabularySize) { id in
      let bytes = tokenizer.bytes(of: id)
      if bytes.isEmpty || ends.contains(id) { return nil }
      // A token that is found by its written form is one of the template's markers.
      guard bytes.count > 1, let text = String(validating: bytes, as: UTF8.self) else { return bytes }
      return tokenizer.id(ofToken: text) == id ? nil : bytes
    }
  }
}
