/// A TOML file as a tree of what was typed, each value with its line.
struct TypedDocument {
  /// A value, a table or a list, with the place of its key.
  indirect enum Node: Hashable {
    case value(TypedSetting)
    case table([String: Node], SettingOrigin)
    case list([Node], SettingOrigin)

    var origin: SettingOrigin {
      switch self {
      case .value(let setting): setting.origin
      case .table(_, let origin), .list(_, let origin): origin
      }
    }
  }

  var root: [String: Node]

  static let maxBytes = 1 << 20

  init(text: String, path: String) throws(ConfigurationFailure) {
    guard text.utf8.count <= Self.maxBytes else {
      throw .fileTooLong(path: path, bytes: text.utf8.count, allowed: Self.maxBytes)
    }
    do {
      root = Self.nodes(of: try TOMLReader.read(text), path: path)
    } catch {
      throw .syntax(path: path, line: error.line, column: error.column, problem: error.reason)
    }
  }

  private static func nodes(of table: TOMLTable, path: String) -> [String: Node] {
    table.entries.mapValues { node($0, path: path) }
  }

  private static func node(_ entry: TOMLTable.Entry, path: String) -> Node {
    switch entry {
    case .value(let value, let line):
      .value(TypedSetting(value: value, origin: .file(path: path, line: line)))
    case .array(let elements, let line):
      .list(elements.map { node($0, path: path) }, .file(path: path, line: line))
    case .table(let table):
      .table(nodes(of: table, path: path), .file(path: path, line: table.line))
    case .tables(let elements, let line):
      .list(elements.map { node(.table($0), path: path) }, .file(path: path, line: line))
    }
  }
}
