/// The schema of `[[providers]]`, and of `[[providers.keys]]` and `[[providers.prices]]` inside it.
extension ConfigurationKey {
  static let provider: [ConfigurationKey] = [
    .init("providers", "name", .text, .text(""), "Name in the ledger, in reports and in messages."),
    .init(
      "providers", "kind", .choice(Configuration.Provider.Kind.allCases.map(\.rawValue)), .text("openai"),
      "The protocol: \"openai\" is chat completions as OpenAI and many servers speak them, \"anthropic\" its Messages."),
    .init(
      "providers", "base_url", .text, .text(""),
      "http:// or https://, up to and without /chat/completions or /messages."),
    .init(
      "providers", "regions", .texts, .texts([]), "Other addresses of it that take the same keys; the freest is asked."),
    .init("providers", "api_key_env", .text, .text(""), "The environment variable that holds the key,"),
    .init(
      "providers", "api_key_file", .path, .text(""), "or the file that holds it; neither for a server without keys."),
    .init(
      "providers", "requests_per_minute", .integer(0...1_000_000_000), .integer(0),
      "What the key may be asked for in a minute; 0 learns it from the answers' headers."),
    .init("providers", "tokens_per_minute", .integer(0...1_000_000_000), .integer(0)),
    .init(
      "providers", "lacks", .texts, .texts([]),
      "What its models cannot be given, of tools, images, audio, files, n: refused by name, never left out."),
    .init(
      "providers", "prompt_cache", .boolean, .boolean(true),
      "Marks long beginnings that come again for the provider's prompt cache, which charges less for them."),
    .init(
      "providers", "economy", .text, .text(""), "Which model answers for a tier; leave out what it does not serve."),
    .init("providers", "standard", .text, .text("")),
    .init("providers", "premium", .text, .text("")),
    .init(
      "providers", "connect_timeout_ms", .integer(1...600_000), .integer(5_000), "Deadlines in milliseconds: connected,"
    ),
    .init("providers", "first_byte_timeout_ms", .integer(1...3_600_000), .integer(30_000), "first byte of the answer,"),
    .init("providers", "idle_timeout_ms", .integer(1...3_600_000), .integer(30_000), "pause within the answer,"),
    .init("providers", "total_timeout_ms", .integer(1...86_400_000), .integer(120_000), "everything with retries."),
    .init("providers", "max_retries", .integer(0...20), .integer(2), "Attempts after the first one."),
  ]

  static let providerKey: [ConfigurationKey] = [
    .init("keys", "api_key_env", .text, .text(""), "One more key: the environment variable that holds it,"),
    .init("keys", "api_key_file", .path, .text(""), "or the file."),
    .init("keys", "base_url", .text, .text(""), "The one address that takes it, where it is not the provider's own."),
    .init(
      "keys", "requests_per_minute", .integer(0...1_000_000_000), .integer(0), "Its limits, as the first key's."),
    .init("keys", "tokens_per_minute", .integer(0...1_000_000_000), .integer(0)),
  ]

  static let price: [ConfigurationKey] = [
    .init("prices", "model", .text, .text(""), "A model's price, which goes before the price list's:"),
    .init("prices", "input_per_million", .text, .text(""), "dollars for a million tokens read, as text or number,"),
    .init("prices", "output_per_million", .text, .text(""), "dollars for a million tokens written,"),
    .init(
      "prices", "cached_input_per_million", .text, .text(""), "read from the provider's prompt cache, if it has one,"),
    .init("prices", "cache_write_per_million", .text, .text(""), "written to it, where that costs more than reading,"),
    .init("prices", "cache_write_1h_per_million", .text, .text(""), "and written to it for an hour."),
  ]
}
