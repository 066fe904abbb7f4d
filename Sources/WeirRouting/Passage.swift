internal import WeirCache
internal import WeirDomain
internal import WeirReview

/// What is known about one request so far.
struct Passage {
  let request: RouteRequest
  let traceID: ULID
  let at: Timestamp
  let claim: DeferredQueue.Claim?
  var timer: StepTimer
  /// Nil where there is no cache.
  var canonical: CanonicalRequest?
  /// What the caches may do with the request; nil where there is no cache, and before an exact hit is ruled out.
  var cachePlan: CachePlan?
  /// The prompt's values; none before they are read.
  private(set) var values = PromptValues()
  private var hasValues = false
  /// What the policy decided from; nil before step 7.
  var facts: RouteFacts?
  /// The approved answer that fits, filled; nil before step 7.
  var template: Cascade.Answer?
  /// As the encoder counts them.
  var promptTokens = 0
  /// True where the encoder read the prompt's beginning only.
  var isCut = false
  var reading: RouteFacts.Reading?
  var complexity: Double?
  var complexityOrigin = RouteFacts.ComplexityOrigin.given
  /// Probability, by tier, that its answer is good enough; empty where nobody learned it.
  var sufficiency: [Tier: Double] = [:]
  /// True where the classifier did not read all of the conversation that a rule asks about.
  var isPartlyUnread = false
  var band: ReviewBands.Band?
  var reasons: [RouteReason] = []
  /// What the answerers are given; nil where it was not asked for.
  var turns: GroundedTurns?
  /// What this request is asked for in the background, if it is.
  var background: BackgroundQueue.Claim?
  /// True where a remote model is to be asked once the answer was given.
  var wantsBackground = false
  /// What a policy that does not act made of it.
  var shadow: ShadowCase?
  /// An expired answer that is given because nobody else could answer.
  var stale: CacheHit?
  /// A semantic hit that is answered anew, and what the verifier said of it.
  var audit: (hit: CacheHit, probability: Double)?
  /// What the verifier said of the hit, 0...1.
  var hitProbability = 1.0
  /// What others wait for, and when this request stops waiting for others; nil where it does not lead.
  var flight: (ticket: FlightTable.Ticket, deadline: Int64)?
  /// True once the answer is in the cache.
  var isStored = false
  /// When the answer is of no more use, in monotonic nanoseconds; nil where the request does not say.
  var deadline: Int64?
  /// True for an answer that is given although its confidence is too low: it is not cached.
  var isDoubtful = false
  /// True for an answer that is not the last word: the queue fetches a better one for the cache.
  var wantsUpgrade = false
  /// Where pieces of the answer go as they come; nil where it is given whole.
  var stream: StreamPort?

  /// Milliseconds until the prompt may be tried again, where it was never really asked: the link is down, no endpoint is
  /// healthy, or its bytes are withheld. Nil where somebody was asked.
  var recess: Int64?

  init(request: RouteRequest, clock: NodeClock, claim: DeferredQueue.Claim?) {
    self.request = request
    self.claim = claim
    traceID = clock.makeID()
    at = clock.wall()
    timer = StepTimer(now: clock.monotonic)
    deadline = request.deadlineMilliseconds.map { clock.monotonic() + Int64($0) * 1_000_000 }
  }

  /// Finds the prompt's values, the first time.
  mutating func readValues(constants: [String: String]) {
    guard !hasValues else { return }
    hasValues = true
    values = PromptValues(prompt: request.prompt, constants: constants)
  }

  /// Times one step.
  mutating func measure<Value>(
    _ step: RouteStep, _ body: (inout Passage) throws(RouteError) -> Value
  ) throws(RouteError) -> Value {
    let begin = timer.mark()
    defer { timer.finish(step, since: begin) }
    return try body(&self)
  }
}
