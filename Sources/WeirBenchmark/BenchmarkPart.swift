/// What can be measured, in the order in which it is.
package enum BenchmarkPart: String, CaseIterable, Sendable {
  case prefill, decode
}
