/// The language of a prompt as far as the guard needs it: its word lists are English.
enum PromptLanguage: String, Hashable, CaseIterable {
  case english, german, french, spanish, italian, portuguese, dutch
  /// Another script than Latin.
  case unknown

  /// By function words; a text without any, or a draw, counts as English.
  init(_ words: [String]) {
    let hasOtherScript = words.contains { word in
      word.unicodeScalars.contains { $0.properties.isAlphabetic && $0.value >= 0x250 }
    }
    if hasOtherScript {
      self = .unknown
      return
    }
    var best = (language: PromptLanguage.english, count: 0)
    for language in PromptLanguage.allCases {
      let count = words.filter { PromptLanguage.lists[language]?.contains($0) ?? false }.count
      if count > best.count { best = (language, count) }
    }
    self = best.language
  }

  private static let lists: [PromptLanguage: Set<String>] = [
    .english: list(
      "the is are of to and what how do does i you my can in on for it with a an this that where when why who"),
    .german: list(
      "der die das ist sind und wie was ich nicht ein eine mein meine kann zu mit auf den dem wo wann warum wer"),
    .french: list(
      "le la les est sont et comment que je ne pas un une mon ma mes peut de des du avec quand pourquoi qui où"),
    .spanish: list(
      "el la los las es son y cómo como que yo no un una mi mis puedo de del con cuándo cuando dónde donde qué por"),
    .italian: list("il lo la i gli è sono e come che io non un una mio mia posso di del con quando dove perché chi"),
    .portuguese: list("o a os as é são e como que eu não um uma meu minha posso de do da com quando onde por quem"),
    .dutch: list("de het een is zijn en hoe wat ik niet mijn kan van met op waar wanneer waarom wie"),
  ]

  private static func list(_ words: String) -> Set<String> {
    Set(words.split(separator: " ").map(String.init))
  }
}
