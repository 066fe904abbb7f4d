package import WeirModelFiles
package import WeirTensor

/// How a generator runs: none of it changes an answer, except for the type of the cache.
package struct GeneratorExecution: Sendable {
  /// The threads of all answers together.
  package var pool: ComputePool
  package var cacheType: CacheType
  /// Bytes of keys and values of past prompts that are kept in memory; 0 keeps none.
  package var prefixBytes: Int
  /// Where prefixes that come again are kept on disk; nil keeps none.
  package var prefixFolder: PrefixFolder?
  /// Guesses several tokens at once and lets the model confirm them.
  package var speculates: Bool
  /// A smaller model of the same vocabulary that makes guesses.
  package var draft: GGUFFile?

  package init(
    pool: ComputePool = .single, cacheType: CacheType = .f16, prefixBytes: Int = 64 << 20,
    prefixFolder: PrefixFolder? = nil, speculates: Bool = true, draft: GGUFFile? = nil
  ) {
    self.pool = pool
    self.cacheType = cacheType
    self.prefixBytes = prefixBytes
    self.prefixFolder = prefixFolder
    self.speculates = speculates
    self.draft = draft
  }
}
