/// How many tokens a text has, where nobody who knows has said.
package enum TokenEstimate {
  /// A token for each four bytes, rounded up: close for English, high for code, and for other scripts (three bytes a
  /// letter, about a token each) a fourth low.
  package static func tokens(in text: String) -> Int { tokens(bytes: text.utf8.count) }

  static func tokens(bytes: Int) -> Int { (bytes + 3) / 4 }
}
