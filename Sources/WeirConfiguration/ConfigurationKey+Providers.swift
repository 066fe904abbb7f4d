/// The schema of `[[providers]]` and of `[[providers.prices]]` inside it.
extension ConfigurationKey {
  static let provider: [ConfigurationKey] = [
    .init("providers", "name", .text, .text(""), "Name in the ledger, in reports and in messages."),
    .init(
      "providers", "kind", .choice(Configuration.Provider.Kind.allCases.map(\.rawValue)), .text("openai"),
      "The protocol: \"openai\" is chat completions as OpenAI and many servers speak them."),
    .init(
      "providers", "base_url", .text, .text(""), "http:// or https://, up to and without /chat/completions."),
    .init("providers", "api_key_env", .text, .text(""), "The environment variable that holds the key,"),
    .init(
      "providers", "api_key_file", .path, .text(""), "or the file that holds it; neither for a server without keys."),
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

  static let price: [ConfigurationKey] = [
    .init("prices", "model", .text, .text(""), "A model's price, which goes before the price list's:"),
    .init("prices", "input_per_million", .text, .text(""), "dollars for a million tokens read, as text or number,"),
    .init("prices", "output_per_million", .text, .text(""), "dollars for a million tokens written."),
  ]
}
