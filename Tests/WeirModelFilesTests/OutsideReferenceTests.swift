import Foundation
import Testing
import WeirFiles

@testable import WeirModelFiles

/// Real vocabularies, where their files are at hand.
///
/// `WEIR_REFERENCES` names a folder with minilm-f32.gguf and minilm-ref.jsonl (made by Tools/Models/convert_minilm.py);
/// `WEIR_DATA` one with small published language models and the ids that llama.cpp gave for them.
@Suite struct OutsideReferenceTests {
  static let references = ProcessInfo.processInfo.environment["WEIR_REFERENCES"].flatMap {
    FileManager.default.fileExists(atPath: $0 + "/minilm-ref.jsonl") ? $0 : nil
  }
  static let weights: String? = ProcessInfo.processInfo.environment["WEIR_DATA"].flatMap { data in
    FileManager.default.fileExists(atPath: data + "/weights") ? data + "/weights" : nil
  }

  private struct Row: Decodable {
    let text: String
    let ids: [Int32]
  }

  private struct Golden: Decodable {
    let prompt: String
    let n_prompt: Int
    let ids: [Int32]
    let text: String
  }

  @Test(.enabled(if: references != nil)) func `all-MiniLM's vocabulary gives the reference's ids`() throws {
    let folder = try #require(Self.references)
    let tokenizer = try WordPieceTokenizer(from: GGUFFile(path: folder + "/minilm-f32.gguf"))
    let lines = try String(contentsOfFile: folder + "/minilm-ref.jsonl", encoding: .utf8).split(separator: "\n")
    for line in lines {
      let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
      // The reference finds written special tokens unless told otherwise.
      let options = EncodingOptions(parsesSpecialTokens: true, window: 256)
      #expect(tokenizer.encode(row.text, options: options) == row.ids)
    }
    #expect(lines.count >= 1000)
  }

  @Test(
    .enabled(if: weights != nil),
    arguments: ["babyllama105/babyllama105-f32", "babyllama105/babyllama105-q8_0", "stories260K/stories260K-f32"])
  func `published language models give llama_cpp's ids and text`(name: String) throws {
    let path = try #require(Self.weights) + "/" + name
    let tokenizer = try TokenizerFactory.make(from: GGUFFile(path: path + ".gguf"))
    let json = try Data(contentsOf: URL(fileURLWithPath: path + ".golden.json"))
    let golden = try JSONDecoder().decode(Golden.self, from: json)
    #expect(tokenizer.encode(golden.prompt) == Array(golden.ids.prefix(golden.n_prompt)))
    let text = tokenizer.decode(golden.ids)
    #expect(text.hasPrefix(golden.prompt + String(golden.text.prefix(80))))
  }
}
