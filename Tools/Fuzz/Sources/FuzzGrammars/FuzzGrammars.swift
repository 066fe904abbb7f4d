import FuzzDriver
import WeirDomain
import WeirGrammar

/// One input of libFuzzer: by its first byte a grammar's text, a JSON schema, a pattern of one, or a request line.
///
/// Besides what the sanitizers and traps find, a broken promise traps: a refusal that says nothing, an empty mask, a token
/// of the mask that leads nowhere, an answer that its own grammar refuses, and an answer to a schema that is not JSON.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
  do throws(GrammarFailure) {
    switch bytes[0] & 3 {
    case 0: try write(Grammar(text: text), bytes, isJSON: false)
    case 1: try write(Grammar(jsonSchema: text), bytes, isJSON: true)
    case 2:
      var schema = JSONWriter()
      schema.beginObject()
      schema.add("pattern", text)
      schema.endObject()
      try write(Grammar(jsonSchema: schema.text), bytes, isJSON: true)
    default:
      guard let format = try ResponseFormat.read(object: Array(bytes.dropFirst())) else { return 0 }
      if let grammar = try GrammarLibrary().grammar(for: format) { try write(grammar, bytes, isJSON: format.isJSON) }
    }
  } catch {
    precondition(error.message.count > 20, "A refusal says nothing.")
  }
  return 0
}

/// Bytes, and tokens across borders of JSON and of characters.
private let pieces: [[UInt8]] =
  (UInt8.min...UInt8.max).map { [$0] }
  + ["{\"", "\":", "\",", "\"}", "}]", " \"", "ab", "aaaaaaaaaaaaaaaaaaaaaaaaa", "é", "10", "\\u0", "null", "[[["].map {
    Array($0.utf8)
  }

private let texts = TokenTexts(vocabularySize: pieces.count) { pieces[Int($0)] }

private func write(_ grammar: Grammar, _ choices: [UInt8], isJSON: Bool) throws(GrammarFailure) {
  let masker = try TokenMasker(grammar, texts: texts, ends: [])
  var state = masker.start()
  var answer: [UInt8] = []
  for choice in choices.prefix(24) {
    if state.canEnd { check(grammar, answer, isJSON) }
    let forced = masker.forcedBytes(after: state, most: 8)
    precondition(forced.isEmpty || masker.state(after: forced, in: state) != nil, "Forced bytes lead nowhere.")
    // Only a text that is complete may have no way on.
    let mask: TokenMask
    do { mask = try masker.mask(for: state) } catch {
      if state.canEnd { return }
      throw error
    }
    var allowed: [Int32] = []
    mask.forEach { allowed.append($0) }
    let token = allowed[Int(choice) % allowed.count]
    guard let next = masker.state(after: pieces[Int(token)], in: state) else { throw .tooAmbiguous(allowed: 0) }
    answer += pieces[Int(token)]
    state = next
  }
}

private func check(_ grammar: Grammar, _ answer: [UInt8], _ isJSON: Bool) {
  precondition(grammar.matches(answer), "The grammar refuses its own text.")
  precondition(!isJSON || (try? JSONReader.read(answer)) != nil, "A schema's text is not JSON.")
}

@main
struct FuzzGrammars {
  static func main() { unsafe fuzz(fuzzOneInput) }
}
