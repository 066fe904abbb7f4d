// swift-tools-version: 6.2
import PackageDescription

// libFuzzer over the readers of model files, labelled examples, grammars and schemas, over the vector index, and over what providers and callers send. Built and run by Tools/Fuzz/run; the sources are links to the product's own.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]
let fuzzed = strict + [.unsafeFlags(["-sanitize=fuzzer,address"])]

/// A program that fuzzes what the targets of these names read.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzDriver"] + dependencies,
    swiftSettings: fuzzed + [.unsafeFlags(["-parse-as-library"])],
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])])
}

let sanitizedC: [CSetting] = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
let package = Package(
  name: "weir",
  dependencies: [.package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2")],
  targets: [
    .target(name: "FuzzDriver", swiftSettings: strict),
    .target(
      name: "WeirFiles", dependencies: [.product(name: "Crypto", package: "swift-crypto")], swiftSettings: fuzzed),
    .target(name: "CWeirKernels", cSettings: sanitizedC),
    .target(name: "CWeirThreads", cSettings: sanitizedC),
    // Without the one user of OpenBLAS.
    .target(
      name: "WeirTensor", dependencies: ["CWeirKernels", "CWeirThreads"],
      exclude: ["DenseProduct.swift", "FloatView+Training.swift"], swiftSettings: fuzzed),
    .target(name: "WeirDomain", swiftSettings: fuzzed),
    .target(name: "WeirModelFiles", dependencies: ["WeirDomain", "WeirFiles", "WeirTensor"], swiftSettings: fuzzed),
    .target(name: "WeirEvaluation", dependencies: ["WeirDomain", "WeirFiles"], swiftSettings: fuzzed),
    fuzzer("FuzzExamples", ["WeirDomain", "WeirEvaluation"]),
    .target(name: "WeirGrammar", dependencies: ["WeirDomain"], swiftSettings: fuzzed),
    fuzzer("FuzzGrammars", ["WeirDomain", "WeirGrammar"]),
    .target(
      name: "WeirVectorIndex", dependencies: ["WeirDomain", "WeirFiles", "WeirTensor"],
      // Interrupted checkpoints need calls that fail.
      swiftSettings: fuzzed + [.unsafeFlags(["-enable-testing"])]),
    fuzzer("FuzzIndex", ["WeirVectorIndex"]),
    // Without the client, and so without libcurl.
    .target(
      name: "WeirHTTP", dependencies: ["WeirDomain"],
      sources: [
        "HTTPFailure.swift", "HTTPFailure+Message.swift", "HTTPHeader.swift", "HTTPPhase.swift",
        "ServerSentEvent.swift",
        "ServerSentEvents.swift",
      ], swiftSettings: fuzzed),
    .target(
      name: "WeirProviders", dependencies: ["WeirDomain", "WeirHTTP"],
      sources: [
        "Anthropic", "OpenAI", "Completion.swift", "CompletionDelta.swift", "CompletionRequest.swift",
        "Duration+Seconds.swift",
        "PromptCacheMarks.swift", "ProviderCodec.swift", "ProviderErrorCode.swift", "ProviderFailure.swift",
        "ProviderFailure+Message.swift",
        "ReplyContent.swift", "Usage/ReportedUsage.swift", "Usage/TokenCounter.swift", "Usage/TokenEstimate.swift",
        "Usage/TokenFamily.swift",
      ], swiftSettings: fuzzed),
    fuzzer("FuzzProviders", ["WeirDomain", "WeirHTTP", "WeirProviders"]),
    fuzzer("FuzzModelFiles", ["WeirFiles", "WeirModelFiles", "WeirTensor"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
