internal import WeirDomain

extension PromptCompressor {
  /// What stands where paragraphs were left out because they stand again later.
  static let repeatMark = "[repeated below]"
  /// Shorter paragraphs, such as a greeting, are not worth a marker.
  private static let shortestRepeat = 40

  /// Leaves only the last occurrence of each paragraph, so that nothing is lost with the old turns.
  static func withoutRepeats(_ messages: [ChatMessage], _ isOpen: [Bool]) -> [ChatMessage] {
    var seen: Set<[UInt8]> = []
    var result = messages
    for index in messages.indices.reversed() {
      var kept: [String] = []
      for paragraph in Prose.paragraphs(messages[index].content).reversed() {
        let bytes = Array(paragraph.utf8)
        let isRepeated = bytes.count >= shortestRepeat && !seen.insert(bytes).inserted
        if isRepeated, isOpen[index] {
          if kept.last != repeatMark { kept.append(repeatMark) }
        } else {
          kept.append(paragraph)
        }
      }
      if isOpen[index], kept.contains(repeatMark) { result[index].content = kept.reversed().joined(separator: "\n\n") }
    }
    return result
  }
}
