package import WeirDomain

extension GenerationOptions {
  /// What a request's settings ask for; what they leave open stays as in `base`.
  ///
  /// A request without a temperature is answered as `base` says; values outside their range are kept, so that `check`
  /// names them.
  package init(_ settings: ModelSettings, base: GenerationOptions = GenerationOptions()) {
    self = base
    if let temperature = settings.temperature { sampling.temperature = Float(temperature) }
    if let topP = settings.topP { sampling.topP = Float(topP) }
    if let seed = settings.seed { sampling.seed = seed }
    if let maxTokens = settings.maxTokens { self.maxTokens = maxTokens }
    stop += settings.stop
  }
}
