// swift-tools-version: 6.2
import PackageDescription

// libFuzzer over the readers of model files, of labelled examples, and of grammars and schemas. Built and run by Tools/Fuzz/run; the sources are links to the product's own.
let fuzzed: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(["-sanitize=fuzzer,address"]),
]
let sanitizedC: [CSetting] = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]
let package = Package(
  name: "weir",
  dependencies: [.package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2")],
  targets: [
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
    .executableTarget(
      name: "FuzzExamples", dependencies: ["WeirDomain", "WeirEvaluation"],
      swiftSettings: fuzzed + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
    .target(name: "WeirGrammar", dependencies: ["WeirDomain"], swiftSettings: fuzzed),
    .executableTarget(
      name: "FuzzGrammars", dependencies: ["WeirDomain", "WeirGrammar"],
      swiftSettings: fuzzed + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
    .executableTarget(
      name: "FuzzModelFiles", dependencies: ["WeirFiles", "WeirModelFiles", "WeirTensor"],
      swiftSettings: fuzzed + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
