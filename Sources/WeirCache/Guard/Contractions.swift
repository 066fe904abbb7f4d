/// Takes English contractions apart, with and without their apostrophe.
enum Contractions {
  static func expanded(_ word: String) -> [String] {
    let word = String(word.map { $0 == "\u{2019}" || $0 == "\u{2BC}" ? "'" : $0 })
    if let whole = wholes[word] { return whole }
    guard let mark = word.firstIndex(of: "'") else { return [word] }
    if word.hasSuffix("n't") {
      return [String(word.dropLast(3)), "not"]
    }
    let (stem, ending) = (String(word[..<mark]), word[mark...])
    // Possessive and verbal endings carry nothing that the guard compares.
    return ["'s", "'m", "'re", "'ve", "'ll", "'d", "'"].contains(ending) ? [stem] : [word]
  }

  private static let wholes: [String: [String]] = [
    "can't": ["can", "not"], "cant": ["can", "not"], "cannot": ["can", "not"], "won't": ["will", "not"],
    "wont": ["will", "not"], "shan't": ["shall", "not"], "ain't": ["is", "not"], "aint": ["is", "not"],
    "dont": ["do", "not"], "doesnt": ["does", "not"], "didnt": ["did", "not"], "isnt": ["is", "not"],
    "arent": ["are", "not"], "wasnt": ["was", "not"], "werent": ["were", "not"], "hasnt": ["has", "not"],
    "havent": ["have", "not"], "hadnt": ["had", "not"], "couldnt": ["could", "not"],
    "wouldnt": ["would", "not"], "shouldnt": ["should", "not"], "im": ["i"], "ive": ["i"], "whats": ["what"],
    "wheres": ["where"], "hows": ["how"], "whos": ["who"], "whens": ["when"],
  ]
}
