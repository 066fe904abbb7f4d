/// What a caller asks of the entry that its answer becomes.
package struct CacheTerms: Sendable, Hashable {
  /// The answer is not served after this time, though the node's own rules would allow it; 0 keeps it nowhere.
  package var lifetimeMilliseconds: Int64?
  /// Words under which entries can be purged; each as `isTag` has it.
  package var tags: [String]

  package init(lifetimeMilliseconds: Int64? = nil, tags: [String] = []) {
    self.lifetimeMilliseconds = lifetimeMilliseconds
    self.tags = tags
  }

  package static let mostTags = 16
  package static let longestTag = 128

  /// Prefixes of the tags that entries get by themselves.
  package static let ownPrefixes = ["model:", "intent:", "source:"]

  /// A tag that a caller may give: short, without control characters, not one of those that entries get by themselves.
  package static func isTag(_ text: String) -> Bool {
    (1...longestTag).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      && !ownPrefixes.contains { text.hasPrefix($0) }
  }

  /// What `isTag` asks for, for a sentence.
  package static let tagRule =
    "1 to \(longestTag) bytes without control characters, not beginning with \(ownPrefixes.joined(separator: ", "))"
}
