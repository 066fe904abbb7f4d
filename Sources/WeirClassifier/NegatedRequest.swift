/// Tells whether a prompt asks *not* to do something: the classifier hears the action and not the negation.
///
/// English only, and by words alone: "do not", "don't", "dont" or "never" as the first words (after greetings and
/// "please"), or a negated wish ("do not want", "no longer want", "not going to") anywhere. A problem that is told with a
/// negation ("I cannot log in", "it has not arrived") is no such request.
package enum NegatedRequest {
  private static let courtesies: Set<String> = ["please", "hi", "hello", "hey", "ok", "okay", "so", "and", "but", "no"]
  private static let openings: [[String]] = [["do", "not"], ["dont"], ["never"]]
  private static let wishes: [[String]] = [
    ["do", "not", "want"], ["dont", "want"], ["did", "not", "want"], ["didnt", "want"], ["no", "longer", "want"],
    ["not", "going", "to"], ["do", "not", "wish"], ["dont", "wish"],
  ]

  package static func matches(_ text: String) -> Bool {
    let words = words(of: text)
    let request = words.drop { courtesies.contains($0) }
    if openings.contains(where: request.starts(with:)) { return true }
    return words.indices.contains { start in wishes.contains { words[start...].starts(with: $0) } }
  }

  /// Lower-case words; apostrophes of either form are dropped, so that "don't" is "dont".
  private static func words(of text: String) -> [String] {
    text.lowercased().filter { $0 != "'" && $0 != "\u{2019}" }.split { !$0.isLetter }.map(String.init)
  }
}
