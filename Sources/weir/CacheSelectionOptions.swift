import ArgumentParser
import WeirCache
import WeirDomain

/// Which entries a command means; each option narrows the choice.
struct CacheSelectionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only this entry; may be given more than once.", valueName: "n"))
  var id: [Int64] = []

  @Option(
    help: ArgumentHelp(
      "Only entries with this tag: your own, source:DOCUMENT, model:NAME or intent:NAME. May be given more than once.",
      valueName: "tag"))
  var tag: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only prompts like this: * is any text, ? one character, capitals do not matter.", valueName: "pattern"))
  var match: String?

  @Option(help: "Only this tenant's entries.")
  var tenant: String?

  @Option(help: ArgumentHelp("Only answers that this tier gave: generator, economy, standard, premium or template."))
  var tier: Tier?

  @Flag(help: "Only entries whose time is over.")
  var expired = false

  @Flag(help: "Only entries whose time is not over.")
  var live = false

  func validate() throws {
    if expired, live { throw ValidationError("--expired and --live do not go together.") }
    if id.count > CacheSelection.mostIDs {
      throw ValidationError("--id may be given at most \(CacheSelection.mostIDs) times; use --tag or --match.")
    }
    if let match, TextPattern(match) == nil {
      throw ValidationError("--match must be a text of 1 to \(TextPattern.longest) bytes.")
    }
    if tenant == "" { throw ValidationError("--tenant must not be empty.") }
    if tag.contains("") { throw ValidationError("--tag must not be empty.") }
    if tier?.isCache == true { throw ValidationError("--tier names who gave the answer, which a cache never did.") }
  }

  var selection: CacheSelection {
    var selection = CacheSelection()
    (selection.ids, selection.tags, selection.tenant, selection.tier) = (id, tag, tenant, tier)
    selection.match = match.flatMap { TextPattern($0) }
    selection.state = expired ? .expired : live ? .live : .any
    return selection
  }
}

extension Tier: ExpressibleByArgument {
  /// Those that give answers: what errors list.
  package static var allValueStrings: [String] { allCases.filter { !$0.isCache }.map(\.rawValue) }
}
