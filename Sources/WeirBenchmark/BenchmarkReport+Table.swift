internal import WeirDomain

extension BenchmarkReport {
  /// Columns for a terminal.
  package func table(host: BenchmarkHost, rival: BenchmarkRival?) -> String {
    var lines = ["\(host.processor ?? host.architecture), \(host.processors) processors, kernels \(host.kernels)"]
    if !host.isOptimized { lines.append("this is a debug build: its figures say nothing") }
    if let encoder { lines.append("encoder \(TextColumn.printable(encoder))") }
    if let model {
      let bytes = weightBytesPerToken.map { ", \((Double($0) / 1e6).decimals(1)) MB of weights a token" } ?? ""
      lines.append("generator \(TextColumn.printable(model))\(bytes)")
    }
    lines.append("")
    let hasShares = rows.contains { share(of: $0) != nil }
    var titles = ["median", "p99", "a second", "", "GB/s", "GMAC/s"]
    if hasShares { titles.append("of limit") }
    if let rival { titles += [TextColumn.printable(rival.name), "ratio"] }
    let widths = [11, 11, 12, 10, 9, 9, 10, 12, 8]
    func line(_ name: String, _ cells: [String]) -> String {
      TextColumn.padded(name, 25)
        + zip(cells, widths).enumerated().map { place, cell in
          place == 3 ? " " + TextColumn.padded(cell.0, cell.1 - 1) : TextColumn.right(cell.0, cell.1)
        }.joined()
    }
    lines.append(line("", titles))
    for row in rows {
      var cells = [
        TextColumn.duration(Int64(row.times.median)), TextColumn.duration(Int64(row.times.p99)), Self.rate(row.rate),
        row.unit, row.bytesPerSecond.map(Self.billions) ?? "", row.productsPerSecond.map(Self.billions) ?? "",
      ]
      if hasShares { cells.append(share(of: row).map { "\(($0 * 100).decimals(0)) %" } ?? "") }
      if let theirs = rival?.rates[row.name] { cells += [Self.rate(theirs), (row.rate / theirs).decimals(2)] }
      lines.append(line(row.name, cells))
    }
    return lines.map { String($0.reversed().drop(while: { $0 == " " }).reversed()) + "\n" }.joined()
  }

  private static func billions(_ value: Double) -> String {
    (value / 1e9).decimals(value < 1e10 ? 2 : value < 1e11 ? 1 : 0)
  }

  private static func rate(_ value: Double) -> String {
    switch value {
    case 1e7...: "\((value / 1e6).decimals(1))M"
    case 1e5...: "\((value / 1e3).decimals(0))k"
    case 100...: value.decimals(0)
    default: value.decimals(1)
    }
  }
}
