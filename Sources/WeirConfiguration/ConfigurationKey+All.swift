/// The whole schema outside `[[providers]]`, in the order of the template.
extension ConfigurationKey {
  static let sections: [(name: String, meaning: String)] = [
    ("node", "This host."),
    ("models", "Which models answer here. Empty texts mean the bundle inside the binary."),
    ("routing", "When a local answer is good enough, and where the rest goes."),
    (
      "complexity",
      "How hard a prompt is, 0 to 1, from five factors; a bundle that learned it from labels goes before them."
    ),
    ("link", "The way to remote models: what it costs, and what happens when it fails."),
    ("budget", "How the promise of routing.error_budget is proved, watched and audited."),
    ("templates", "Approved answers, given in place of generated ones where their slots can be filled."),
    ("generator", "The local generator."),
    ("engine", "How the generator runs. Only key_value_type can change an answer."),
    ("documents", "Documents that answers are grounded in, for a generator that follows instructions."),
    ("cache", "Answers given before."),
    ("ledger", "What requests cost and save."),
    ("review", "Samples that people look at."),
    ("compression", "What shortens a conversation before it is sent to a remote model."),
    ("limits", "What one process takes on."),
  ]

  static let all: [ConfigurationKey] =
    node + models + routing + complexity + link + budget + templates + generator + engine + documents + cache + ledger
    + compression
    + limits

  private static let node: [ConfigurationKey] = [
    .init("node", "name", .text, .text(""), "Name of this node, for a fleet's reports. Empty: the host's name."),
    .init(
      "node", "state", .path, .text(""), "Folder of the database and the index.",
      "Empty: $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/weir, else ~/.local/state/weir."),
    .init("node", "region", .text, .text(""), "A word for a fleet's reports by region."),
  ]

  private static let models: [ConfigurationKey] = [
    .init("models", "bundle", .path, .text(""), "Folder with bundle.json."),
    .init(
      "models", "encoder", .path, .text(""), "A GGUF file in place of the bundle's encoder, or a folder",
      "with config.json, model.safetensors and vocab.txt. The intents must be trained for it: weir train."),
    .init(
      "models", "encoder_prefix", .text, .text(""),
      "Put before every text that is encoded, such as \"query: \" for E5. Empty: what the encoder's own files say."),
    .init("models", "intents", .path, .text(""), "A file in place of the bundle's intents."),
    .init("models", "generator", .path, .text(""), "A GGUF file in place of the bundle's generator."),
    .init(
      "models", "draft", .path, .text(""),
      "A smaller GGUF file of the same vocabulary, which makes guesses for the generator."),
    .init(
      "models", "adapters", .texts, .texts([]), "LoRA adapters (GGUF) that change the generator, applied all together:",
      "a file, or a file and its strength as in \"support.gguf:0.5\"; without it the strength is 1."),
    .init(
      "models", "chat_template", .text, .text("auto"), "Chat format of the generator; \"auto\" takes it from its file."),
    .init(
      "models", "pack", .boolean, .boolean(true),
      "Whether large generators are kept in the state folder in the form that the kernels read: about as large again,",
      "loaded in milliseconds and held in memory once. weir models pack does it beforehand."),
  ]

  private static let generator: [ConfigurationKey] = [
    .init("generator", "enabled", .boolean, .boolean(true), "Whether prompts may be answered by the local generator."),
    .init("generator", "max_tokens", .integer(1...8192), .integer(224), "Most tokens of a local answer."),
    .init("generator", "temperature", .decimal(0...2), .decimal(0), "0 always takes the likeliest token."),
    .init(
      "generator", "min_mean_logprob", .decimal(-100...0), .decimal(0),
      "Local answers with a lower mean log probability a token are not accepted; 0 is what the bundle says."),
    .init(
      "generator", "min_acceptance", .decimal(0...1), .decimal(0),
      "Local answers that are fit with a lower probability are not accepted; 0 is what the generator's file says, and",
      "a generator without a learned check accepts on min_mean_logprob alone."),
    .init(
      "generator", "context", .integer(0...1_048_576), .integer(0),
      "Tokens of context; 0 is what the model was made for, at most 4096."
    ),
    .init(
      "generator", "few_shot", .integer(0...8), .integer(0),
      "Most earlier answers that are shown as examples to a generator that follows instructions; 0 shows none."),
  ]

  private static let engine: [ConfigurationKey] = [
    .init(
      "engine", "threads", .integer(0...64), .integer(0),
      "Threads that read a prompt and write an answer together; 0 is as many as this process may use."),
    .init(
      "engine", "key_value_type", .choice(["f16", "q8"]), .text("f16"),
      "How keys and values of a conversation are kept: \"q8\" halves their memory and is a little less exact."),
    .init(
      "engine", "speculation", .boolean, .boolean(true),
      "Guesses several tokens at once, from the prompt, past answers or models.draft, and lets the model confirm them."),
    .init(
      "engine", "prefix_memory_bytes", .integer(0...Int.max), .integer(64 << 20),
      "Memory for the keys and values of past prompts, for prompts that begin alike; 0 keeps none."),
    .init(
      "engine", "prefix_disk_bytes", .integer(0...Int.max), .integer(0),
      "The same on disk, for beginnings that came twice: a restart need not read a long system message again. The files",
      "hold what those prompts say; they lie in the state folder."),
  ]

  private static let documents: [ConfigurationKey] = [
    .init(
      "documents", "folders", .paths, .texts([]),
      "Folders with .md, .txt, .html and .jsonl files, as documents = [\"folder\"] at the top of the file or here.",
      "As a variable: WEIR_DOCUMENTS_FOLDERS=first:second."),
    .init(
      "documents", "ground_remote", .boolean, .boolean(false),
      "Whether passages of the documents are sent to remote models too."),
    .init("documents", "passages", .integer(1...32), .integer(4), "Most passages that one answer is given."),
    .init(
      "documents", "min_score", .decimal(0...1), .decimal(0.3),
      "Passages with a lower score are not used, 0 to 1; weir documents search shows scores."),
    .init(
      "documents", "chunk_tokens", .integer(16...8192), .integer(128),
      "Tokens of a passage, at most what the encoder reads."),
    .init(
      "documents", "overlap_tokens", .integer(0...4096), .integer(24),
      "Tokens that a passage repeats of the one before it."),
    .init(
      "documents", "max_file_bytes", .bytes(1...(64 << 20)), .text("4MiB"), "Larger files are skipped."),
  ]

  private static let ledger: [ConfigurationKey] = [
    .init("ledger", "price_list", .path, .text(""), "A price list. Empty: the built-in one."),
    .init(
      "ledger", "premium_model", .text, .text(""),
      "The model that savings are measured against. Empty: the price list's own choice."),
    .init("review", "enabled", .boolean, .boolean(true), "Whether samples are kept."),
  ]

  private static let compression: [ConfigurationKey] = [
    .init(
      "compression", "white_space", .boolean, .boolean(true),
      "Whether runs of blanks become one, outside code, quotes and tables."),
    .init(
      "compression", "repeats", .boolean, .boolean(false),
      "Whether paragraphs that stand again later in the conversation (signatures, disclaimers) are left out."),
    .init(
      "compression", "old_turns", .boolean, .boolean(false),
      "Whether the old turns that matter least for the last one are left out while max_remote_tokens is exceeded."),
    .init(
      "compression", "max_remote_tokens", .integer(0...10_000_000), .integer(0),
      "Most tokens of a conversation that is sent, estimated at four bytes each; 0 is no limit."),
    .init(
      "compression", "max_loss", .decimal(0...1), .decimal(0.3),
      "Largest share of a conversation's content words that old_turns may drop, 0 to 1; beyond it comes an error."),
  ]

  private static let limits: [ConfigurationKey] = [
    .init(
      "limits", "max_prompt_bytes", .bytes(1...(64 << 20)), .integer(262_144),
      "Longer prompts are refused, in bytes of UTF-8."),
    .init(
      "limits", "max_line_bytes", .bytes(1024...(64 << 20)), .integer(1_048_576),
      "Longer input lines are refused, in bytes."),
    .init("limits", "jobs", .integer(0...1024), .integer(0), "Requests at work at the same time; 0 is one a core."),
    .init(
      "limits", "queue", .integer(1...65_536), .integer(64),
      "Finished requests that may wait for an earlier one, so that replies keep their order."),
  ]
}
