/// Reads a text byte by byte against a grammar. Copies go their own ways.
package struct GrammarMatcher: Sendable {
  private var tables: GrammarTables
  private var config: GrammarTables.Config

  package init(_ grammar: Grammar) {
    tables = GrammarTables(program: grammar.program)
    config = tables.start()
  }

  /// True where what was read is a whole text of the grammar.
  package var canEnd: Bool { tables.canEnd(config) }
  /// True where no text of the grammar begins like what was read.
  package var isDead: Bool { tables.isDead(config) }
  /// True where the grammar left more readings open than are followed; then the text counts as refused.
  package var isTooAmbiguous: Bool { config == GrammarTables.overflow }

  /// Reads on; false where no text of the grammar goes on like this.
  @discardableResult
  package mutating func accept(_ bytes: some Sequence<UInt8>) -> Bool {
    for byte in bytes {
      config = tables.step(config, by: byte)
      if tables.isDead(config) { return false }
      if tables.isFull { renew() }
    }
    return true
  }

  private mutating func renew() {
    let kept = GrammarSnapshot(config, in: tables)
    tables = GrammarTables(program: tables.program)
    config = kept.restored(in: &tables)
  }
}
