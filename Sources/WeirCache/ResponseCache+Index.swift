internal import WeirVectorIndex

extension ResponseCache {
  /// The index on disk; nil where vectors are compared one by one in memory, or not at all.
  private var durableIndex: DurableIndex? { index as? DurableIndex }

  /// How the index on disk is; nil where there is none.
  package var indexReport: IndexReport? { durableIndex?.report }

  /// Waits until the index has taken in all that is committed now.
  package func flushIndex() { durableIndex?.flush() }

  /// Takes in what is committed and writes the index's file.
  package func saveIndex() { durableIndex?.saveNow() }

  /// What of the index does not agree with the database, in words.
  package func indexProblems() throws -> [String] { try durableIndex?.problems() ?? [] }

  /// Ends the index's work; call it before the store is closed. Searches find nothing from then on.
  package func close() { durableIndex?.close() }
}
