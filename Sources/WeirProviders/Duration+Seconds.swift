extension Duration {
  /// For rates and sentences; exact to a nanosecond over years.
  var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
