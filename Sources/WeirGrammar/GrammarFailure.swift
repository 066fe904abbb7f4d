package import WeirDomain

/// Why a grammar or a schema cannot be used.
package enum GrammarFailure: WeirFailure, Equatable {
  /// The grammar's text cannot be read here; lines and columns (in scalars) count from 1.
  case syntax(line: Int, column: Int, problem: String)
  /// More of something than is allowed.
  case tooLarge(what: String, found: Int, allowed: Int)
  /// The rule calls itself before it has read anything.
  case leftRecursion(rule: String)
  /// No text is ever complete by this rule.
  case neverEnds(rule: String)
  /// The shortest texts open more frames within each other than are allowed.
  case tooDeep(rule: String, allowed: Int)
  /// The text has too many readings at once.
  case tooAmbiguous(allowed: Int)
  /// A field that asks for a format is not what it can be.
  case requestField(String, allowed: String)
  /// The schema is not JSON.
  case schemaSyntax(offset: Int)
  /// A keyword of the schema that is not enforced here.
  case unsupportedKeyword(String, path: String, advice: String)
  /// A keyword has a value that it cannot have.
  case schemaValue(keyword: String, path: String, allowed: String)
  /// No value meets the schema.
  case unsatisfiable(path: String, reason: String)
  /// The pattern cannot be read, or uses what is not regular.
  case pattern(path: String, column: Int, problem: String)
  /// The model's vocabulary cannot write one of the bytes.
  case vocabularyLacks(byte: UInt8)

  package var kind: FailureKind { .badRequest }
}
