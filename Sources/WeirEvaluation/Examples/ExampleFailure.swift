package import WeirDomain
package import WeirFiles

/// Why a file of examples cannot be read. Places, names and sizes; never an example's text.
package enum ExampleFailure: WeirFailure, Equatable {
  package typealias Place = LabelledExample.Source

  case file(FileFailure)
  case lineTooLong(Place, found: Int, allowed: Int)
  case notUTF8(Place)
  /// A record of a CSV file breaks RFC 4180.
  case brokenRecord(Place, CSVParser.Failure)
  /// A record has another number of fields than the header.
  case fieldCount(Place, found: Int, allowed: Int)
  case malformedJSON(Place, offset: Int)
  case unknownName(Place, name: String, nearest: String?, allowed: [String])
  /// Two columns or fields have the same meaning.
  case repeatedName(Place, field: String, names: [String])
  case missingName(Place, allowed: [String], found: [String])
  /// A value of the wrong type or outside its range; `found` says what kind of thing it is.
  case badValue(Place, field: String, found: String, allowed: String)
  case duplicateID(Place, id: String, first: Place)
  case noExamples(file: String)
  case tooMany(Place, allowed: Int)

  package var kind: FailureKind { .badRequest }
}

extension ExampleFailure {
  package var message: String {
    switch self {
    case .file(let failure): failure.message
    case .lineTooLong(let place, let found, let allowed):
      "\(at(place)): the line has \(found) bytes, allowed are \(allowed): shorten it, or check that this is a text file"
    case .notUTF8(let place): "\(at(place)): this is not valid UTF-8: save the file as UTF-8"
    case .brokenRecord(let place, let failure): "\(at(place)): \(failure.message)"
    case .fieldCount(let place, let found, let allowed):
      "\(at(place)): \(found) \(found == 1 ? "field" : "fields") found, the header has \(allowed): "
        + "put a field that holds the separator into double quotes"
    case .malformedJSON(let place, let offset):
      "\(at(place)): byte \(offset + 1) of the line cannot be read as JSON: each line must be one JSON object"
    case .unknownName(let place, let name, let nearest, let allowed):
      "\(at(place)): \"\(shown(name))\" is not known" + (nearest.map { "; did you mean \($0)?" } ?? "")
        + " Allowed are \(allowed.joined(separator: ", ")); --ignore-unknown passes over others"
    case .repeatedName(let place, let field, let names):
      "\(at(place)): \(names.map { "\"\(shown($0))\"" }.joined(separator: " and ")) both give the \(field): "
        + "remove one, or name the right one with --\(field)-field"
    case .missingName(let place, let allowed, let found):
      "\(at(place)): none of \(allowed.joined(separator: ", ")) is there; found: "
        + (found.isEmpty ? "nothing" : found.prefix(12).map(shown).joined(separator: ", "))
        + ": name the one that holds it \(allowed.first ?? "")"
    case .badValue(let place, let field, let found, let allowed):
      "\(at(place)): \(field) is \(found); allowed is \(allowed)"
    case .duplicateID(let place, let id, let first):
      "\(at(place)): the id \"\(shown(id))\" is taken by \(at(first)): give each example an id of its own, or none"
    case .noExamples(let file): "\(shown(file)): there are no examples in it"
    case .tooMany(let place, let allowed):
      "\(at(place)): more than \(allowed) examples: split the file"
    }
  }

  private func at(_ place: Place) -> String { "\(shown(place.file)), line \(place.line)" }

  /// A name from outside, short and without what could move a cursor.
  private func shown(_ name: String) -> String {
    let letters = name.unicodeScalars.prefix(80).map { scalar -> Character in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: "\u{FFFD}"
      default: Character(scalar)
      }
    }
    return String(letters) + (name.unicodeScalars.count > 80 ? "..." : "")
  }
}
