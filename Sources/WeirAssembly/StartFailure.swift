package import WeirDomain
internal import WeirClassifier
internal import WeirConfiguration
internal import WeirEncoder
internal import WeirFiles
internal import WeirGenerator
internal import WeirHTTP
internal import WeirLedger
internal import WeirModelFiles
internal import WeirStore

/// Why a command cannot start or go on; the one place where other targets' failures become its sentence.
package enum StartFailure: Error, Sendable, Hashable {
  /// What another target said, in its own words.
  case part(String)
  case badManifest(place: String, reason: String)
  case wrongDigest(file: String, found: String, expected: String)
  /// A model that a provider serves has no price: it would be booked as free.
  case unknownPrice(model: String, provider: String)
  /// A model of a provider with a prompt cache has no price for it: what was cached would be booked wrongly.
  case unknownCachePrice(model: String, provider: String)
  /// The ledger knows models by name: two prices for one name would book one of them wrongly.
  case twoPrices(model: String, provider: String)
  case unknownBaseline(model: String)
  case badChatTemplate(found: String, allowed: [String])
  /// An approved answer that could never be given, or not as it is meant.
  case badTemplate(place: String, id: String, problem: String)
  /// A rule that could never fit, or that sends to nobody.
  case badRule(place: String, rule: String, problem: String)
  /// An ensemble with a tier that nobody serves.
  case badEnsemble(tier: Tier)
  case cannotResume
  case noHome
  /// Nothing was routed with this state folder yet.
  case noState(path: String)
  case exists(path: String)
  /// A packed model was to be packed.
  case alreadyPacked(path: String)
  /// Nothing would read the packed form.
  case notPacked(path: String, reason: String)
  /// A command about documents, and none are configured.
  case noDocuments
  /// No entry of the cache has this number.
  case noCacheEntry(id: Int64)
  /// A command about the cache, and it is turned off.
  case cacheIsOff
  /// No review sample has this id.
  case noReviewSample(id: String)
  /// No answer of this node has this trace id.
  case noAnswer(traceID: String)
  /// A label about an answer that the sample does not have.
  case noOtherAnswer(id: String)
  /// A prompt that a command was given cannot be read.
  case badPrompt(reason: String)
  case tooFewIntents(found: Int)
  case cannotCreate(path: String)

  package init(describing error: any Error) {
    self =
      switch error {
      case let failure as StartFailure: failure
      case let failure as any WeirFailure: .part(failure.message)
      case let failure as FileFailure: .part(failure.message)
      case let failure as ModelFileFailure: .part(failure.message)
      case let failure as ConfigurationFailure: .part(failure.message)
      case let failure as EncoderFailure: .part(failure.message)
      case let failure as ClassifierFailure: .part(failure.message)
      case let failure as GeneratorFailure: .part(failure.message)
      default: .part("an unexpected failure of type \(type(of: error)); please report it")
      }
  }

  package var message: String {
    switch self {
    case .part(let message): message
    case .badManifest(let place, let reason): "\(place): \(reason); name a folder with a bundle under models.bundle"
    case .wrongDigest(let file, let found, let expected):
      "\(file) is damaged: SHA-256 \(found.prefix(16))... found, \(expected.prefix(16))... expected; "
        + "copy the bundle again"
    case .unknownPrice(let model, let provider):
      "provider \(provider) serves model \(model), which has no price; add one under [[providers.prices]], "
        + "or to the list that ledger.price_list names"
    case .unknownCachePrice(let model, let provider):
      "provider \(provider) serves model \(model), whose price does not say what its prompt cache costs; add "
        + "cached_input_per_million and cache_write_per_million under [[providers.prices]], or cached_input and "
        + "cache_write to the list that ledger.price_list names"
    case .twoPrices(let model, let provider):
      "provider \(provider) gives model \(model) another price than an entry before it; "
        + "give each model one price, or the models different names"
    case .unknownBaseline(let model):
      "savings are measured against model \(model), which has no price; set ledger.premium_model to a listed model"
    case .badChatTemplate(let found, let allowed):
      "models.chat_template \"\(found)\" is not known; allowed are auto, \(allowed.joined(separator: ", "))"
    case .badTemplate(let place, let id, let problem): "\(place): answer \"\(id)\": \(problem)"
    case .badRule(let place, let rule, let problem): "\(place): rule \"\(rule)\": \(problem)"
    case .badEnsemble(let tier):
      "routing.ensemble asks tier \(tier.rawValue), which no provider serves: name a model for it under [[providers]]"
    case .cannotResume:
      "--resume needs an output that can be read back; give --output FILE, or append with >> FILE"
    case .noState(let path): "there is no \(path): name the folder of a node that has routed prompts with --state"
    case .noHome: "no home folder is known; name the file with --config"
    case .noDocuments:
      "no documents are configured: write documents = [\"folder\"] at the top of the configuration file"
    case .noCacheEntry(let id):
      "there is no entry \(id) in the cache: it may have been replaced, expired or evicted; weir cache list shows what is "
        + "there"
    case .noReviewSample(let id):
      "there is no review sample \(id): weir review export shows those of this node with their ids"
    case .noAnswer(let traceID):
      "this node gave no answer with the trace id \(traceID): it stands in the reply as trace"
    case .noOtherAnswer(let id): "sample \(id) has one answer only: leave --other out"
    case .cacheIsOff: "the cache is turned off: set cache.enabled = true in the configuration file"
    case .badPrompt(let reason): "the prompt cannot be read: \(reason)"
    case .tooFewIntents(let found):
      "\(found) \(found == 1 ? "intent" : "intents") found in the examples, training needs at least 2: label more examples"
    case .cannotCreate(let path): "the folder \(path) cannot be created: check the path and its permissions"
    case .alreadyPacked(let path): "\(path) is packed already: name it in the configuration as it is"
    case .notPacked(let path, let reason): "\(path) is not packed: \(reason)"
    case .exists(let path): "\(path) is there already; --force replaces it"
    }
  }
}
