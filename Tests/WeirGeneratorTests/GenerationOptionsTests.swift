import Testing
import WeirDomain
import WeirGenerator

struct GenerationOptionsTests {
  @Test func `a request's settings win and what it leaves open stays`() throws {
    let base = GenerationOptions(sampling: SamplingOptions(temperature: 0.7, topK: 9), maxTokens: 33, stop: ["#"])
    let open = GenerationOptions(ModelSettings(), base: base)
    #expect(open == base)
    let asked = GenerationOptions(
      ModelSettings(maxTokens: 5, temperature: 0, topP: 0.5, seed: 8, stop: ["\n"]), base: base)
    #expect(asked.maxTokens == 5 && asked.stop == ["#", "\n"])
    #expect(asked.sampling == SamplingOptions(temperature: 0, topK: 9, topP: 0.5, seed: 8))
    try asked.check()
  }

  @Test func `a setting outside its range is refused by name`() {
    #expect(throws: GeneratorFailure.badOption(name: "max_tokens", found: "-1", allowed: "1 or more")) {
      try GenerationOptions(ModelSettings(maxTokens: -1)).check()
    }
    #expect(throws: GeneratorFailure.badOption(name: "top_p", found: "2.0", allowed: "0 to 1")) {
      try GenerationOptions(ModelSettings(topP: 2)).check()
    }
  }
}
