internal import WeirDomain

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension PriceList {
  /// Reads a list from its JSON, as `Assets/Prices/prices.json` documents it.
  ///
  /// Prices are texts, not numbers: a JSON number passes through binary floating point on its way. `baseline` may
  /// be left out of a list that only overrides another.
  package static func parse(json: [UInt8]) throws(PriceFailure) -> PriceList {
    let file: PriceFile
    do {
      file = try JSONDecoder().decode(PriceFile.self, from: Data(json))
    } catch let error as DecodingError {
      throw malformed(error)
    } catch {
      throw .malformed(place: "the top", reason: "it is not JSON")
    }
    guard file.version == 1 else {
      throw .malformed(place: "version", reason: "\(file.version) found, 1 is known")
    }
    guard CalendarDay(file.asOf) != nil else { throw .malformed(place: "as_of", reason: "not a day as 2026-01-31") }
    var prices: [String: [Price]] = [:]
    var aliases: [String: String] = [:]
    for model in file.models {
      guard !model.prices.isEmpty else { throw .malformed(place: model.model, reason: "it has no prices") }
      guard
        prices.updateValue(
          try model.prices.map { price throws(PriceFailure) in try price.parsed(model.model) }, forKey: model.model)
          == nil
      else { throw .malformed(place: model.model, reason: "it is listed twice") }
      for alias in model.aliases ?? [] where aliases.updateValue(model.model, forKey: alias) != nil {
        throw .malformed(place: alias, reason: "two models have this alias")
      }
    }
    if let baseline = file.baseline, prices[baseline] == nil {
      throw .malformed(place: "baseline", reason: "\(baseline) is not among the models")
    }
    return PriceList(asOf: file.asOf, baseline: file.baseline ?? "", prices: prices, aliases: aliases)
  }

  private static func malformed(_ error: DecodingError) -> PriceFailure {
    func place(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      let path = (context.codingPath + (last.map { [$0] } ?? [])).map {
        $0.intValue.map { "[\($0)]" } ?? $0.stringValue
      }
      return path.isEmpty ? "the top" : path.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return .malformed(place: place(context, key), reason: "it is missing")
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return .malformed(place: place(context), reason: "\(type) is expected")
    case .dataCorrupted(let context): return .malformed(place: place(context), reason: "it is not JSON")
    @unknown default: return .malformed(place: "the top", reason: "it is not JSON")
    }
  }
}

/// The JSON file as it is written.
private struct PriceFile: Decodable {
  struct Model: Decodable {
    var model: String
    var aliases: [String]?
    var prices: [DatedPrice]
  }

  struct DatedPrice: Decodable {
    var validFrom: String
    var input: String
    var output: String
    var cachedInput: String?
    var cacheWrite: String?
    var longCacheWrite: String?

    enum CodingKeys: String, CodingKey {
      case validFrom = "valid_from"
      case input, output
      case cachedInput = "cached_input"
      case cacheWrite = "cache_write"
      case longCacheWrite = "cache_write_1h"
    }

    func parsed(_ model: String) throws(PriceFailure) -> Price {
      guard let day = CalendarDay(validFrom) else {
        throw .malformed(place: "\(model).valid_from", reason: "not a day as 2026-01-31")
      }
      func money(_ text: String, _ field: String) throws(PriceFailure) -> Money {
        guard let money = Money.perToken(dollarsPerMillion: text) else {
          throw .malformed(
            place: "\(model).\(field)", reason: "not dollars per million tokens with at most six decimals, as \"2.50\"")
        }
        return money
      }
      func optional(_ text: String?, _ field: String) throws(PriceFailure) -> Money? {
        guard let text else { return nil }
        return try money(text, field)
      }
      guard longCacheWrite == nil || cacheWrite != nil else {
        throw .malformed(place: "\(model).cache_write_1h", reason: "it is there without cache_write")
      }
      return Price(
        validFrom: day.start, input: try money(input, "input"), output: try money(output, "output"),
        cachedInput: try optional(cachedInput, "cached_input"), cacheWrite: try optional(cacheWrite, "cache_write"),
        longCacheWrite: try optional(longCacheWrite, "cache_write_1h"))
    }
  }

  var version: Int
  var asOf: String
  var baseline: String?
  var models: [Model]

  enum CodingKeys: String, CodingKey {
    case version, baseline, models
    case asOf = "as_of"
  }
}
