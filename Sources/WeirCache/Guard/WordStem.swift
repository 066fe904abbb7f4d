/// Cuts English endings so that forms of one word meet: `cancelled`, `cancels` and `canceling` become `cancel`.
///
/// Coarser than Porter's stemmer on purpose and used for comparison only; two words that meet wrongly are caught by
/// the similarity threshold before.
enum WordStem {
  static func stem(_ word: String) -> String {
    guard word.utf8.count > 3, word.utf8.allSatisfy({ $0 < 0x80 }) else { return word }
    var letters = Array(word.utf8)
    cut(&letters)
    return String(decoding: letters, as: UTF8.self)
  }

  /// The same for letters that are ASCII, in place.
  static func cut(_ letters: inout [UInt8]) {
    guard letters.count > 3 else { return }
    func ends(_ ending: String) -> Bool {
      letters.count > ending.utf8.count && letters.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }
    if ends("ies"), letters.count > 4 {
      letters.removeLast(3)
      letters.append(UInt8(ascii: "y"))
    } else if ends("sses") || ends("shes") || ends("ches") || ends("xes") {
      letters.removeLast(2)
    } else if ends("s"), !ends("ss"), !ends("us"), !ends("is") {
      letters.removeLast()
    }
    if ends("ing"), letters.dropLast(3).contains(where: isVowel), letters.count > 5 {
      letters.removeLast(3)
    } else if ends("ied"), letters.count > 4 {
      letters.removeLast(3)
      letters.append(UInt8(ascii: "y"))
    } else if ends("ed"), letters.dropLast(2).contains(where: isVowel), letters.count > 4 {
      letters.removeLast(2)
    }
    if letters.count > 3, let last = letters.last, letters[letters.count - 2] == last, !isVowel(last) {
      letters.removeLast()
    }
    if letters.count > 3, letters.last == UInt8(ascii: "e") { letters.removeLast() }
  }

  private static func isVowel(_ letter: UInt8) -> Bool { "aeiouy".utf8.contains(letter) }
}
