#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
internal import WeirDomain

/// A request as the deferred queue keeps it: JSON with the version of its fields.
enum DeferredRequestBody {
  /// 2 where a format is asked for, 3 where the cache's entry has terms, 4 where something passes through or the request may
  /// cost so much: an older program, which does not know them, then leaves the request alone.
  private static let versions = 1...4

  static func write(_ request: RouteRequest) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Body(request)), as: UTF8.self)
  }

  /// Nil unless the text is a body of this version.
  static func read(_ text: String) -> RouteRequest? {
    guard let body = try? JSONDecoder().decode(Body.self, from: Data(text.utf8)), versions.contains(body.version) else {
      return nil
    }
    return body.request
  }

  private struct Body: Codable {
    struct Message: Codable {
      var role: String
      var content: String
      /// JSON text; nil where role and content are all of it.
      var original: String?
    }

    var version: Int
    var id: String
    var tenant: String
    var user: String?
    var feature: String?
    var experiment: String?
    var priority: String
    var cache: String
    var messages: [Message]
    var model: String
    var maxTokens: Int?
    var temperature: Double?
    var topP: Double?
    var seed: UInt64?
    var stop: [String]
    /// Nil for free text.
    var format: Format?
    /// Milliseconds that the answer may be cached for; nil where the request has no terms.
    var cacheLifetime: Int64?
    var cacheTags: [String]?
    /// Fields that pass through, as JSON texts; nil without any.
    var extra: [String: String]?
    /// Picodollars; nil where nobody says.
    var maxCost: Int64?

    struct Format: Codable {
      /// `json_object`, `json_schema` or `grammar`.
      var type: String
      var name: String?
      var purpose: String?
      /// The schema's or the grammar's text.
      var text: String?
      var strict: Bool?

      init?(_ format: AnswerFormat) {
        switch format {
        case .text: return nil
        case .jsonObject: type = "json_object"
        case .jsonSchema(let named):
          type = "json_schema"
          (name, purpose, text, strict) = (named.name, named.purpose, named.schema, named.isStrict)
        case .grammar(let grammar):
          type = "grammar"
          text = grammar
        }
      }

      var format: AnswerFormat? {
        switch (type, text) {
        case ("json_object", nil): .jsonObject
        case ("json_schema", let text?):
          name.map { .jsonSchema(AnswerSchema(name: $0, purpose: purpose, schema: text, isStrict: strict ?? false)) }
        case ("grammar", let text?): .grammar(text)
        default: nil
        }
      }
    }

    init(_ request: RouteRequest) {
      format = Format(request.settings.format)
      let terms = request.cacheTerms
      let passes =
        !request.settings.extra.isEmpty || request.messages.contains { $0.original != nil || $0.role == .tool }
      maxCost = request.maxCost?.picodollars
      version = passes || maxCost != nil ? 4 : terms != CacheTerms() ? 3 : format == nil ? 1 : 2
      extra = request.settings.extra.isEmpty ? nil : request.settings.extra.mapValues(\.text)
      cacheLifetime = terms.lifetimeMilliseconds
      cacheTags = terms.tags.isEmpty ? nil : terms.tags
      id = request.id
      tenant = request.tenant
      user = request.user
      feature = request.feature
      experiment = request.experiment
      priority = request.priority.rawValue
      cache = request.cache.rawValue
      messages = request.messages.map {
        Message(role: $0.role.rawValue, content: $0.content, original: $0.original?.text)
      }
      model = request.settings.model
      maxTokens = request.settings.maxTokens
      temperature = request.settings.temperature
      topP = request.settings.topP
      seed = request.settings.seed
      stop = request.settings.stop
    }

    var request: RouteRequest? {
      guard let priority = RouteRequest.Priority(rawValue: priority),
        let cache = RouteRequest.CachePolicy(rawValue: cache)
      else { return nil }
      let answerFormat = format.map(\.format) ?? .text
      guard let answerFormat else { return nil }
      var turns: [ChatMessage] = []
      for message in messages {
        guard let role = ChatMessage.Role(rawValue: message.role) else { return nil }
        let original = message.original.map { JSONText(text: $0) }
        if case .some(.none) = original { return nil }
        turns.append(ChatMessage(role: role, content: message.content, original: original ?? nil))
      }
      var settings = ModelSettings(
        model: model, maxTokens: maxTokens, temperature: temperature, topP: topP, seed: seed, stop: stop,
        format: answerFormat)
      for (name, text) in extra ?? [:] {
        guard let value = JSONText(text: text), (try? settings.pass(name, value)) != nil else { return nil }
      }
      var request = RouteRequest(
        id: id, messages: turns, tenant: tenant, user: user, feature: feature, experiment: experiment,
        priority: priority,
        settings: settings,
        cache: cache, cacheTerms: CacheTerms(lifetimeMilliseconds: cacheLifetime, tags: cacheTags ?? []))
      request.maxCost = maxCost.map { Money(picodollars: $0) }
      return request
    }
  }
}
