import WeirDomain
import WeirRetrieval

/// What `weir documents` says, for people and for programs.
enum DocumentsText {
  /// Skipped files that are named; the rest are counted.
  private static let mostNamed = 20

  static func table(_ report: IndexReport) -> String {
    var rows = [
      "\(report.files) documents, \(report.chunks) chunks: \(report.indexed) indexed, \(report.unchanged) unchanged, "
        + "\(report.removed) removed",
      "\(report.embedded) chunks embedded, \(report.reused) known by their text",
    ]
    if report.others > 0 { rows.append("\(report.others) files of other kinds were passed over") }
    for file in report.skipped.prefix(mostNamed) {
      rows.append("skipped \(file.path.printable): \(file.reason.text)")
    }
    if report.skipped.count > mostNamed { rows.append("and \(report.skipped.count - mostNamed) more skipped") }
    if !report.isComplete { rows.append("stopped: the next run goes on from here") }
    return rows.joined(separator: "\n") + "\n"
  }

  static func json(_ report: IndexReport) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("documents", report.files)
    writer.add("chunks", report.chunks)
    writer.add("indexed", report.indexed)
    writer.add("unchanged", report.unchanged)
    writer.add("removed", report.removed)
    writer.add("embedded", report.embedded)
    writer.add("reused", report.reused)
    writer.add("others", report.others)
    writer.add("complete", report.isComplete)
    writer.beginArray("skipped")
    for file in report.skipped {
      writer.beginObject()
      writer.add("path", file.path)
      writer.add("reason", file.reason.rawValue)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.text
  }

  static func json(_ passage: FoundPassage) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("source", passage.source)
    writer.add("first_line", passage.lines.lowerBound)
    writer.add("last_line", passage.lines.upperBound)
    writer.beginArray("headings")
    for heading in passage.trail { writer.add(nil, heading) }
    writer.endArray()
    writer.add("score", passage.score, decimals: 4)
    writer.add("similarity", passage.similarity, decimals: 4)
    writer.add("word_score", passage.wordScore, decimals: 4)
    writer.add("text", passage.text)
    writer.endObject()
    return writer.text
  }

  static func row(_ passage: FoundPassage, number: Int, floor: Double, explain: Bool) -> String {
    var rows = ["\(number). \(passage.score.decimals(3))  \(passage.place.printable)"]
    if !passage.trail.isEmpty { rows[0] += "  " + passage.trail.joined(separator: " > ").printable }
    if explain {
      let use = passage.score < floor ? "below" : "at least"
      rows.append(
        "   cosine \(passage.similarity.decimals(3)), words (BM25) \(passage.wordScore.decimals(2)); "
          + "\(use) documents.min_score \(floor.decimals(2))")
    }
    rows.append("   " + passage.text.printable)
    return rows.joined(separator: "\n") + "\n"
  }
}
