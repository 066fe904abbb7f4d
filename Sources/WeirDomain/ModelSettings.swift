/// The settings of a request that change what the answer is, and so are part of every cache key.
package struct ModelSettings: Sendable, Hashable {
  /// `auto`, a tier's name, or a remote model's name.
  package var model: String
  /// Most tokens of the answer; nil leaves it to the answerer.
  package var maxTokens: Int?
  /// 0 is greedy; nil leaves it to the answerer.
  package var temperature: Double?
  package var topP: Double?
  package var seed: UInt64?
  /// Texts that end the answer when they would appear.
  package var stop: [String]
  package var format: AnswerFormat
  /// Fields that pass through to a remote model as they are: tools, and whatever nobody here knows.
  package private(set) var extra: [String: JSONText]

  package init(
    model: String = "auto", maxTokens: Int? = nil, temperature: Double? = nil, topP: Double? = nil,
    seed: UInt64? = nil, stop: [String] = [], format: AnswerFormat = .text
  ) {
    self.model = model
    self.maxTokens = maxTokens
    self.temperature = temperature
    self.topP = topP
    self.seed = seed
    self.stop = stop
    self.format = format
    extra = [:]
  }
}

extension ModelSettings {
  /// What is wrong with a field that is to pass through.
  package struct ExtraFault: Error, Sendable, Equatable {
    package var field: String
    package var rule: String
  }

  /// Fields of the request itself, and those that belong to the way an answer is delivered.
  private static let own: Set<String> = [
    "model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "seed", "stop",
    "response_format", "grammar", "stream", "stream_options", "prompt", "system",
  ]
  package static let mostExtra = 64

  /// Adds a field that passes through; nulls, and several answers of which there is to be one, say nothing.
  package mutating func pass(_ name: String, _ value: JSONText) throws(ExtraFault) {
    let isName =
      (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
          || $0 == 0x2D || $0 == 0x2E
      }
    guard isName else {
      throw ExtraFault(field: "extra", rule: "has a name that is not 1 to 64 letters, digits, _ - .")
    }
    guard !Self.own.contains(name) else {
      throw ExtraFault(field: name, rule: "is one of the request's own fields: set it there")
    }
    let read = value.value
    guard read != .null else { return }
    switch name {
    case "n":
      guard let count = read.count, (1...128).contains(count) else {
        throw ExtraFault(field: name, rule: "must be an integer from 1 to 128")
      }
      if count == 1 { return }
    case "tools":
      guard let tools = read.array, (1...1024).contains(tools.count), tools.allSatisfy({ $0["type"]?.text != nil })
      else {
        throw ExtraFault(field: name, rule: "must be a list of 1 to 1024 objects with a type each")
      }
    default: break
    }
    guard extra[name] != nil || extra.count < Self.mostExtra else {
      throw ExtraFault(field: name, rule: "is one too many: at most \(Self.mostExtra) pass through")
    }
    extra[name] = value
  }

  /// What only a remote model can be given.
  package var needs: Set<RequestNeed> {
    Set(
      extra.keys.map { name in
        switch name {
        case "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call": .tools
        case "n": .choices
        default: .field(name)
        }
      })
  }
}
