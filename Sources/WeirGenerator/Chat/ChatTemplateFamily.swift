/// The families of chat templates that the generator knows.
package enum ChatTemplateFamily: String, Sendable, CaseIterable {
  case chatML = "chatml"
  case llama2
  case llama3
  case zephyr
  case gemma
  case mistral
  /// No markers: the messages' texts, a line each.
  case plain

  /// The names that a configuration may use.
  package static var names: [String] { allCases.map(\.rawValue) }

  /// The family of a file's `tokenizer.chat_template` (Jinja text), by the markers that it holds; nil when unknown.
  ///
  /// The order matters: Llama-2's template differs from Mistral's by its system marker only.
  package static func recognised(in jinja: String) -> ChatTemplateFamily? {
    func has(_ marker: String) -> Bool { jinja.contains(marker) }
    if has("<|im_start|>") { return .chatML }
    if has("<|start_header_id|>") { return .llama3 }
    if has("<start_of_turn>") { return .gemma }
    if has("[INST]") { return has("<<SYS>>") ? .llama2 : .mistral }
    // Phi-3 has <|user|> too, but closes its turns with <|end|> and is not known here.
    if has("<|user|>"), !has("<|end|>") { return .zephyr }
    return nil
  }

  /// The table of the family.
  package var template: ChatTemplate {
    switch self {
    case .chatML: .chatML
    case .llama2: .llama2
    case .llama3: .llama3
    case .zephyr: .zephyr
    case .gemma: .gemma
    case .mistral: .mistral
    case .plain: .plain
    }
  }
}
