package import WeirModelFiles
package import WeirRisk

/// The risk table in the classifier's file: the tensor `risk.score` and, row by row, `weir.risk.labels` with bit 0 for
/// right, bit 1 for in scope, and the index of the intent named above them.
extension ClassifierRisk {
  private static let tensor = "risk.score"
  private static let labels = "weir.risk.labels"
  private static let standIns = "weir.risk.stand_ins"

  /// Nil where the file has none; throws what is wrong with one that is there.
  static func read(from file: GGUFFile, intents: Int) throws(ModelFileFailure) -> ClassifierRisk? {
    guard file.tensorIfPresent(tensor) != nil else { return nil }
    let codes = try file.ints(labels)
    guard (1...most).contains(codes.count) else {
      throw .badValue(
        file: file.name, key: labels, found: "\(codes.count) numbers", allowed: "1 to \(most) numbers, one a row")
    }
    let scores = try file.tensor(tensor, shape: [codes.count]).floats()
    var rows: [RiskTable.Row] = []
    rows.reserveCapacity(codes.count)
    for (code, score) in zip(codes, scores) {
      guard (0...1).contains(score) else {
        throw .badValue(file: file.name, key: tensor, found: "\(score)", allowed: "0 to 1")
      }
      // An answer to a prompt out of scope is never right.
      guard code >= 0, code >> 2 < intents, code & 3 != 1 else {
        throw .badValue(
          file: file.name, key: labels, found: "\(code)",
          allowed: "four times an intent's index, plus 0 (out of scope), 2 (wrong) or 3 (right)")
      }
      rows.append(
        RiskTable.Row(score: score, isRight: code & 1 == 1, intent: code >> 2, isInScope: code & 2 == 2))
    }
    return ClassifierRisk(
      table: RiskTable(rows), hasStandIns: try file.uint(standIns, in: 0...1) == 1)
  }

  func add(to writer: inout GGUFWriter) {
    writer.set(
      Self.labels,
      table.rows.map { Int32($0.intent) << 2 | ($0.isInScope ? 2 : 0) | ($0.isRight ? 1 : 0) })
    writer.set(Self.standIns, UInt32(hasStandIns ? 1 : 0))
    writer.addTensor(Self.tensor, shape: [table.rows.count], floats: table.rows.map(\.score))
  }

  /// The rows alone, for who needs no classifier; nil where the file has none.
  package static func table(in file: GGUFFile) throws(ClassifierFailure) -> RiskTable? {
    do throws(ModelFileFailure) {
      return try read(from: file, intents: try file.strings("weir.intents.labels").count - 1)?.table
    } catch {
      throw .model(error)
    }
  }
}
