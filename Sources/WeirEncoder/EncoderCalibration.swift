import WeirTensor

/// How far each column of each linear map's input reaches on a few texts: what the weights are smoothed by.
///
/// A few columns of a BERT's hidden states are many times larger than the rest, in every text. Without smoothing their
/// 128 neighbours are rounded too coarsely: the mean cosine to F32 of all-MiniLM-L6-v2 is 0.9986 without, 0.9994 with.
struct EncoderCalibration {
  /// The inputs of a layer's maps, in the order of the computation.
  enum Input: Int, CaseIterable {
    case queryKeyValue, attentionOutput, up, down
  }

  private var maxima: [[Float]] = []

  init(layers: Int) { maxima = Array(repeating: [], count: layers * Input.allCases.count) }

  /// Takes in what a map is about to read, which must not be smoothed yet.
  mutating func add(_ codes: TokenCodes, layer: Int, _ input: Input) {
    let index = layer * Input.allCases.count + input.rawValue
    if maxima[index].isEmpty { maxima[index] = Array(repeating: 0, count: codes.columns) }
    codes.raise(&maxima[index])
  }

  subscript(layer: Int, input: Input) -> [Float] { maxima[layer * Input.allCases.count + input.rawValue] }

  /// Questions, statements, commands, names, numbers and signs: outliers depend on the kind of token more than on what
  /// is said. They are part of what a vector is, so they never change.
  static let texts = [
    "", "where is my order?", "I'd like to cancel the subscription and get my money back.",
    "what time does the train to Berlin leave on Monday 14 March?", "transfer $250.00 from savings to checking",
    "The river rose by three metres overnight; nobody was hurt.", "thank you so much, that was really helpful!",
    "How do I reset the password of my account (user: jsmith_42)?", "translate good morning into Spanish, please",
    "ERROR 404: file /var/log/app.txt not found", "play some jazz in the living room", "no",
    "My daughter's phone fell into the water and its screen stays black, what can be done?",
    "Which of the two is cheaper per kilogram, the small bag or the large one?",
    "set an alarm for 6:30 am & remind me to call the dentist", "A weir is a low dam across a river.",
  ]
}
