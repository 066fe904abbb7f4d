extension String {
  /// This text for a terminal: control characters, which could move the cursor or change colours, become U+FFFD.
  ///
  /// Line feeds and tabs stay.
  var printable: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
      result.append(isControl ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }
}
