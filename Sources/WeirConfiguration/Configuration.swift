package import WeirDomain

/// What the operator wants: every setting, checked, with its meaning.
///
/// Built in two stages. What was typed (file, environment, flags) is a `TypedSettings`; what it means is this value.
/// Code that holds a `Configuration` needs no further checks: ranges hold, paths are resolved, names are known.
package struct Configuration: Sendable, Hashable {
  package var node: Node
  package var models: Models
  package var routing: Routing
  package var link: Link
  package var budget: Budget
  package var complexity: Complexity
  package var templates: Templates
  package var generator: Generator
  package var engine: Engine
  package var documents: Documents
  package var cache: Cache
  package var ledger: Ledger
  package var review: Review
  package var compression: Compression
  package var limits: Limits
  /// Remote answerers, in the order of the file.
  package var providers: [Provider]
  /// The file that was read; nil when the built-in defaults served.
  package var file: String?
  /// Every setting with its value and origin, in the order of the template; secrets never appear.
  package var settings: [Setting]

  package struct Node: Sendable, Hashable {
    /// Names this node in a fleet; the host's name by default.
    package var name: String
    /// The folder of the database and the index, absolute or relative to the working folder.
    package var state: String
    /// A word for reports by region; empty when not set.
    package var region: String
  }

  package struct Models: Sendable, Hashable {
    /// A folder with `bundle.json`; nil is the bundle inside the binary.
    package var bundle: String?
    /// Files that replace one part of the bundle.
    package var encoder: String?
    /// Put before every text that is encoded; nil is what the encoder's own files say.
    package var encoderPrefix: String?
    package var intents: String?
    package var generator: String?
    /// A smaller model that makes guesses for the generator.
    package var draft: String?
    /// What changes the generator.
    package var adapters: [Adapter] = []
    /// `auto` or the name of a chat format.
    package var chatTemplate: String
    /// Whether models are kept in the state folder in the form that the kernels read.
    package var pack = true
  }

  /// A LoRA adapter of the generator.
  package struct Adapter: Sendable, Hashable {
    package var path: String
    /// 1 is as trained.
    package var scale: Double
  }

  package struct Routing: Sendable, Hashable {
    /// Share of wrong local answers that is accepted, 0 < x < 0.5.
    package var errorBudget: Double
    /// Whether a person set it; else it is the built-in one.
    package var isErrorBudgetTyped: Bool
    /// Probability that an answer of the review band is kept, 0...1.
    package var reviewProbability: Double
    /// Probability that a confident answer is kept for an audit, 0...1.
    package var auditProbability: Double
    /// Out-of-scope scores above this are never answered locally, 0...1.
    package var outOfScopeThreshold: Double
    /// `economy`, `standard` or `premium`.
    package var defaultRemoteTier: Tier
    package var premiumComplexity: Double
    package var economyComplexity: Double
    package var whenOffline: WhenOffline
    /// What is done in turn when no remote answers; never empty.
    package var outage: [OutageMeasure]
    /// `escalate`, `answer_and_escalate` or `never`.
    package var mode: String
    /// `balanced`, `cost`, `latency` or `utility`.
    package var strategy: String
    package var qualityWeight: Double
    package var moneyWeight: Double
    package var latencyWeight: Double
    /// Nil is no budget.
    package var latencyBudgetMilliseconds: Int?
    /// None, or two.
    package var ensemble: [Tier]
    /// In the order in which they count.
    package var rules: [RouteRule] = []
  }

  /// What the factors of complexity count for, each 0 or more.
  package struct Complexity: Sendable, Hashable {
    package var length: Double
    package var reasoning: Double
    package var domain: Double
    package var context: Double
    package var output: Double
    /// In small letters.
    package var domainTerms: Set<String>
  }

  /// What happens to an escalation when no remote answers.
  package enum WhenOffline: String, Sendable, Hashable, CaseIterable {
    /// Kept in the durable queue and answered later.
    case `defer`
    /// The generator's answer is given although its confidence is too low.
    case local
    /// An error object.
    case error
  }

  package struct Generator: Sendable, Hashable {
    package var enabled: Bool
    /// Most tokens of a local answer.
    package var maxTokens: Int
    /// 0 is greedy.
    package var temperature: Double
    /// Answers with a lower mean log probability a token are not accepted; nil is what the bundle says.
    package var minMeanLogprob: Double?
    /// Answers that are fit with a lower probability are not accepted, 0 to 1; nil is what the generator's file says.
    package var minAcceptance: Double?
    /// Tokens of context; nil is the model's own, at most 4096.
    package var context: Int?
    /// Most earlier answers in a prompt as examples, 0...8.
    package var fewShot: Int
  }

  package struct Engine: Sendable, Hashable {
    /// Nil is as many as the process may use.
    package var threads: Int?
    /// `f16` or `q8`.
    package var keyValueType: String
    package var speculation: Bool
    package var prefixMemoryBytes: Int
    package var prefixDiskBytes: Int
  }

  package struct Documents: Sendable, Hashable {
    /// Folders or files; empty where answers are not grounded.
    package var folders: [String]
    /// Whether remote models get passages too.
    package var groundRemote: Bool
    /// Most passages of one prompt.
    package var passages: Int
    /// Least score of a passage that is used, 0...1.
    package var minScore: Double
    /// In tokens of the encoder.
    package var chunkTokens: Int
    package var overlapTokens: Int
    package var maxFileBytes: Int
  }

  package struct Cache: Sendable, Hashable {
    package var enabled: Bool
    /// Whether prompts that mean the same share an answer; else only equal ones do.
    package var semantic: Bool
    /// Smallest cosine between two prompts at which the verifier looks at them; nil is the built-in one.
    package var similarityThreshold: Double?
    /// Share of semantic hits that may be wrong.
    package var falseHitBudget: Double
    /// Share of semantic hits that are answered anew and compared.
    package var auditShare: Double
    package var timeToLiveSeconds: Int
    package var temporalTimeToLiveSeconds: Int
    /// Kinds of requests that are kept although by default they are not.
    package var admitted: Set<AdmittedKind>
    /// How long after its time an answer may be given when nobody else can answer; 0 never.
    package var staleSeconds: Int
    package var maxBytes: Int
    package var maxMemoryBytes: Int
    package var eviction: Eviction
    /// In the order in which they count.
    package var rules: [CacheRule] = []
    /// Whether prompts that differ in case only are equal.
    package var foldCase: Bool
    /// Tenants that are given each other's answers.
    package var sharedSpace: Set<String>
  }

  /// Kinds of requests that are not cached unless they are named.
  package enum AdmittedKind: String, Sendable, Hashable, CaseIterable {
    case personal, temporal, creative
  }

  /// Which answers leave first.
  package enum Eviction: String, Sendable, Hashable, CaseIterable {
    case savings, lru, lfu
  }

  package struct Ledger: Sendable, Hashable {
    /// A price list; nil is the built-in one.
    package var priceList: String?
    /// The model that savings are measured against; nil is the price list's own choice.
    package var premiumModel: String?
  }

  package struct Review: Sendable, Hashable {
    package var enabled: Bool
  }

  /// What shortens conversations before they are sent to a remote model.
  package struct Compression: Sendable, Hashable {
    package var whiteSpace: Bool
    package var repeats: Bool
    package var oldTurns: Bool
    /// Nil is no limit.
    package var maxRemoteTokens: Int?
    /// 0...1.
    package var maxLoss: Double
  }

  package struct Limits: Sendable, Hashable {
    /// Longer prompts are refused, in bytes of UTF-8.
    package var maxPromptBytes: Int
    /// Longer input lines are refused without being kept in memory.
    package var maxLineBytes: Int
    /// Requests at work at the same time.
    package var jobs: Int
    /// Finished requests that may wait for an earlier one.
    package var queue: Int
  }
}
