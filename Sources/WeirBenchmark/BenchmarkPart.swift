/// What can be measured, in the order in which it is.
package enum BenchmarkPart: String, CaseIterable, Sendable {
  case machine, tokenizers, encoder, prefill, decode, cache, policy, route
}

/// Ways that a prompt can take.
package enum BenchmarkRoute: String, CaseIterable, Sendable {
  /// The same prompt was answered before.
  case exact
  /// Another prompt of the same meaning was.
  case semantic
  /// The generator answers.
  case generator
  /// Nobody here can, and no remote is configured: the prompt waits in the durable queue.
  case deferred
}
