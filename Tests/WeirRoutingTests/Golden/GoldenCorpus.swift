import Foundation
import WeirDomain
import WeirReview
import WeirRouting

/// The file of the golden corpus: its cases in order, with the lines between them kept.
struct GoldenCorpus {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("decisions.txt")

  var cases: [GoldenCase] = []
  /// Comments and blank lines before each case; the last one stands at the end.
  private var between: [[String]] = [[]]

  init(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("## ") {
        cases.append(GoldenCase(name: String(line.dropFirst(3))))
        between.append([])
      } else if line.isEmpty || line.hasPrefix("#") {
        between[between.count - 1].append(line)
      } else if line.hasPrefix("= ") {
        cases[cases.count - 1].expected.append(line)
      } else {
        cases[cases.count - 1].given.append(line)
      }
    }
  }

  static func read() throws -> GoldenCorpus { GoldenCorpus(try String(contentsOf: path, encoding: .utf8)) }

  var text: String {
    var lines: [String] = []
    for (index, golden) in cases.enumerated() {
      let comments = between[index].drop { $0.isEmpty }
      if index > 0 { lines.append("") }
      lines += comments.reversed().drop { $0.isEmpty }.reversed()
      if !comments.isEmpty { lines.append("") }
      lines += ["## " + golden.name] + golden.given + golden.expected
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the policy makes of facts, a line each.
  static func lines(of plan: RoutePlan) -> [String] {
    var lines = ["= steps: " + (plan.steps.isEmpty ? "none" : plan.steps.map(text).joined(separator: ", "))]
    if !plan.background.isEmpty {
      lines.append("= in the background: " + plan.background.map(text).joined(separator: ", "))
    }
    lines.append("= band: \(plan.band.rawValue)")
    if plan.permit == nil { lines.append("= stays on this host") }
    if plan.mayWait { lines.append(plan.mayDefer ? "= may wait in the queue" : "= may be answered by less") }
    if plan.isDoubtful { lines.append("= doubtful") }
    for (model, tokens) in plan.mostTokens.sorted(by: { $0.key < $1.key }) {
      lines.append("= at most \(tokens) tokens of \(model)")
    }
    if let name = plan.unknownModel { lines.append("= nobody serves \(name)") }
    return lines + plan.reasons.map { "= \($0.code): \($0.text)" }
  }

  private static func text(_ step: RoutePlan.Step) -> String {
    switch step {
    case .template(let id): "template \(id)"
    case .generator: "generator"
    case .remote(let tier, let model): "\(tier.rawValue):\(model ?? "any")"
    case .ensemble(let first, let second): "both \(text(first)) and \(text(second))"
    }
  }

  private static func text(_ member: RoutePlan.Member) -> String {
    switch member {
    case .generator: "generator"
    case .remote(let tier, let model): "\(tier.rawValue):\(model)"
    }
  }
}
