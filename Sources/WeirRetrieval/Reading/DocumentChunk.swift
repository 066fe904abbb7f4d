internal import WeirFiles

/// A run of a document that is embedded, searched and cited as one.
struct DocumentChunk: Sendable, Hashable {
  var trail: [String]
  var text: String
  /// Lines of the file, from 1, both included.
  var lines: ClosedRange<Int>
  /// As the encoder counts them, trail included.
  var tokens: Int

  /// What is embedded: a paragraph alone often does not say what it is about, its headings do.
  var embeddedText: String {
    trail.isEmpty ? text : trail.joined(separator: " > ") + "\n" + text
  }

  /// Under which its vector is kept, so that text that did not change is not embedded again.
  var digest: [UInt8] { SHA256Digest(of: Array(embeddedText.utf8)).bytes }
}
