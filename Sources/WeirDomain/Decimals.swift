extension Double {
  /// This value with a fixed number of decimals, rounded to nearest, without locale; for people to read.
  ///
  /// Values that are not finite are written `nan`, `inf`, `-inf`; at most nine decimals.
  package func decimals(_ count: Int) -> String {
    guard isFinite, magnitude < 9e9 else { return String(describing: self) }
    let scale = (0..<min(max(count, 0), 9)).reduce(Int64(1)) { product, _ in product * 10 }
    let scaled = Int64((magnitude * Double(scale)).rounded())
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard scale > 1 else { return sign + String(scaled) }
    let fraction = String(scaled % scale)
    let width = String(scale).utf8.count - 1
    return sign + "\(scaled / scale)." + String(repeating: "0", count: width - fraction.utf8.count) + fraction
  }
}
