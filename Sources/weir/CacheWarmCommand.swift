import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirRouting

/// `weir cache warm`: answers that the operator brings along.
struct CacheWarmCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "warm", abstract: "Stores pairs of prompts and answers from a file, as if they had been asked.",
    discussion: """
      A CSV file has a header with prompt and answer, and as you like tenant, tags (between semicolons) and ttl. A JSON \
      line has the same fields, tags as a list, or messages for prompt. Lines that cannot be stored are named with their \
      reason; the others are. Exit status 1: some were not stored.

      Examples:
        weir cache warm faq.csv --tag faq --ttl 30d
        weir cache warm --tenant shop - < pairs.jsonl
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Tag all of them; may be given more than once.", valueName: "tag"))
  var tag: [String] = []

  @Option(
    help: ArgumentHelp("Their time to live, where the configuration's is longer: 90s, 12h, 7d.", valueName: "time"))
  var ttl: String?

  @Option(help: "The tenant of pairs that name none.")
  var tenant: String?

  @Flag(help: "No progress line, even on a terminal.")
  var quiet = false

  @Flag(help: "One JSON object.")
  var json = false

  /// Pairs that are embedded and stored together.
  private static let batch = 32
  private static let mostNamed = 20

  func validate() throws {
    if let ttl, TimeSpan.lifetime(ttl) == nil {
      throw ValidationError("--ttl \(ttl.printable) is no time such as 90s, 12h, 7d, up to 3650d.")
    }
    if let bad = tag.first(where: { !CacheTerms.isTag($0) }) {
      throw ValidationError("--tag \(bad.printable) is not \(CacheTerms.tagRule).")
    }
    if tag.count > CacheTerms.mostTags { throw ValidationError("At most \(CacheTerms.mostTags) tags are allowed.") }
    if tenant == "" { throw ValidationError("--tenant must not be empty.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      var pairs = try CachePairs(
        file: file, longestLine: configuration.limits.maxLineBytes,
        defaults: RouteRequest(
          id: "", messages: [], tenant: tenant ?? "default",
          cacheTerms: CacheTerms(
            lifetimeMilliseconds: ttl.flatMap(TimeSpan.lifetime).map { Int64($0) * 1000 }, tags: tag)))
      let node = try Node.open(configuration, environment: NodeOptions.environment)
      var (stored, refused) = (0, 0)
      var named: [String] = []
      func refuse(_ line: Int, _ reason: String) {
        refused += 1
        if named.count < Self.mostNamed { named.append("line \(line): \(reason)") }
      }
      let errors = OutputFile(descriptor: 2, name: "standard error")
      var isEnd = false
      while !isEnd {
        var batch: [(line: Int, pair: Router.WarmPair)] = []
        while batch.count < Self.batch, !isEnd {
          switch try pairs.next() {
          case nil: isEnd = true
          case (let line, .success(let pair))?: batch.append((line, pair))
          case (let line, .failure(let error))?: refuse(line, error.message)
          }
        }
        for (line, reason) in zip(batch.map(\.line), try node.router.warm(batch.map(\.pair))) {
          if let reason { refuse(line, reason) } else { stored += 1 }
        }
        if errors.isTerminal, !quiet { _ = try? errors.write("\r\u{1B}[K\(stored) stored, \(refused) not") }
      }
      if errors.isTerminal, !quiet { _ = try? errors.write("\r\u{1B}[K") }
      try await node.close()
      var writer = JSONWriter()
      writer.beginObject()
      writer.add("stored", stored)
      writer.add("refused", refused)
      writer.endObject()
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json ? writer.text + "\n" : (["\(stored) stored, \(refused) not"] + named).joined(separator: "\n") + "\n")
      if refused > 0 { throw ProcessExit.someNotAnswered }
    }
  }
}
