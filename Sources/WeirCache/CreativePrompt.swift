/// Recognises prompts that want something new each time: a poem, an idea, another one.
///
/// A question about such a thing ("how do I write a poem") has one answer and is none.
enum CreativePrompt {
  static func matches(_ words: PromptWords) -> Bool {
    let texts = words.texts
    if let first = texts.first, askers.contains(first) { return false }
    if texts.contains(where: { alone.contains($0) }) { return true }
    return texts.indices.contains { index in
      let rest = texts[index...].dropFirst()
      return makers.contains(texts[index]) && rest.prefix(8).contains { works.contains($0) }
        || givers.contains(texts[index]) && rest.prefix(3).contains { variety.contains($0) }
        || phrases.contains { texts[index...].starts(with: $0) }
    }
  }

  private static let askers: Set<String> = ["how", "what", "who", "which", "when", "where", "why", "is", "does", "did"]
  private static let alone: Set<String> = ["brainstorm", "improvise", "freestyle"]
  private static let makers: Set<String> = [
    "write", "compose", "create", "invent", "draft", "make", "generate", "imagine", "tell", "sing", "give", "design",
    "craft", "continue", "suggest",
  ]
  private static let works: Set<String> = [
    "poem", "poems", "poetry", "haiku", "limerick", "sonnet", "verse", "rhyme", "story", "stories", "tale", "novel",
    "song", "songs", "lyrics", "rap", "joke", "jokes", "riddle", "riddles", "pun", "puns", "slogan", "slogans",
    "tagline", "taglines", "screenplay", "dialogue", "monologue", "parody", "satire", "ideas", "names", "usernames",
    "nickname", "nicknames", "password", "passwords", "fairytale", "bedtime",
  ]
  private static let givers: Set<String> = [
    "give", "tell", "show", "suggest", "try", "write", "make", "pick", "choose",
  ]
  private static let variety: Set<String> = ["another", "random", "alternative", "alternatives"]
  private static let phrases: [[String]] = [
    ["surprise", "me"], ["come", "up", "with"], ["make", "up"], ["flip", "a", "coin"], ["roll", "a"],
    ["toss", "a", "coin"], ["something", "else"], ["one", "more"], ["another", "one"], ["try", "again"],
    ["once", "upon"],
    ["cheer", "me", "up"], ["entertain", "me"],
  ]
}
