// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

let strictC: [CSetting] = [.treatAllWarnings(as: .error)]

/// A Swift target with the package's settings.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of the target called `name`; fixtures are read from the source folder.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.target(name: name)] + dependencies, exclude: fixtures[name] ?? [],
    swiftSettings: strict)
}

let fixtures = [
  "WeirEncoder": ["Fixtures"], "WeirGenerator": ["Fixtures"], "WeirModelFiles": ["Fixtures"],
  "WeirRetrieval": ["Fixtures"], "WeirRouting": ["Golden/decisions.txt"], "WeirTensor": ["Fixtures"],
]

let package = Package(
  name: "weir",
  products: [.executable(name: "weir", targets: ["weir"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
  ],
  targets: [
    // Level 0: C, and the vocabulary.
    .target(name: "CWeirKernels", exclude: ["README.md"], cSettings: strictC),
    .target(name: "CWeirThreads", cSettings: strictC),
    .target(name: "CWeirBundle", cSettings: strictC),
    .target(name: "COpenBLAS", cSettings: strictC, linkerSettings: [.linkedLibrary("openblas")]),
    .target(name: "CCurl", cSettings: strictC, linkerSettings: [.linkedLibrary("curl")]),
    module("WeirDomain"),
    // Level 1: files, numbers, rows, bytes on the wire, settings.
    module("WeirFiles", [.product(name: "Crypto", package: "swift-crypto")]),
    module("WeirTensor", ["COpenBLAS", "CWeirKernels", "CWeirThreads"]),
    module("WeirStore", ["WeirDomain", .product(name: "GRDB", package: "GRDB.swift")]),
    module("WeirHTTP", ["WeirDomain", "CCurl"]),
    module("WeirConfiguration", ["WeirDomain"]),
    module("WeirRisk"),
    // Level 2: formats, indexes, tables, remote answerers.
    module("WeirModelFiles", ["WeirDomain", "WeirFiles", "WeirTensor"]),
    module("WeirVectorIndex", ["WeirDomain", "WeirFiles", "WeirTensor"]),
    module("WeirLedger", ["WeirDomain", "WeirStore"]),
    module("WeirReview", ["WeirDomain", "WeirStore"]),
    module("WeirProviders", ["WeirDomain", "WeirFiles", "WeirHTTP"]),
    module("WeirEvaluation", ["WeirDomain", "WeirFiles", "WeirRisk"]),
    module("WeirDownload", ["WeirDomain", "WeirFiles", "WeirHTTP"]),
    module("WeirEntities", ["WeirDomain"]),
    module("WeirGrammar", ["WeirDomain"]),
    // Level 3: the models and the cache.
    module("WeirEncoder", ["WeirDomain", "WeirFiles", "WeirModelFiles", "WeirTensor"]),
    module("WeirClassifier", ["WeirDomain", "WeirFiles", "WeirModelFiles", "WeirRisk", "WeirTensor"]),
    module("WeirGenerator", ["WeirDomain", "WeirFiles", "WeirGrammar", "WeirModelFiles", "WeirTensor"]),
    module("WeirCache", ["WeirDomain", "WeirFiles", "WeirModelFiles", "WeirRisk", "WeirStore", "WeirVectorIndex"]),
    module("WeirRetrieval", ["WeirDomain", "WeirFiles", "WeirStore", "WeirVectorIndex"]),
    // Level 4: the request's way.
    module(
      "WeirRouting",
      [
        "WeirDomain", "WeirEntities", "WeirFiles", "WeirStore", "WeirLedger", "WeirReview", "WeirProviders",
        "WeirEncoder", "WeirClassifier", "WeirGenerator", "WeirGrammar", "WeirCache", "WeirRetrieval", "WeirRisk",
      ]),
    module(
      "WeirTraining",
      [
        "WeirDomain", "WeirFiles", "WeirTensor", "WeirModelFiles", "WeirEncoder", "WeirClassifier", "WeirEvaluation",
        "WeirRisk",
      ]),
    // Level 5: the one place where parts are put together.
    module(
      "WeirAssembly",
      [
        "CWeirBundle", "WeirDomain", "WeirEntities", "WeirFiles", "WeirTensor", "WeirModelFiles", "WeirStore",
        "WeirHTTP", "WeirConfiguration", "WeirLedger", "WeirReview", "WeirProviders", "WeirEncoder", "WeirClassifier",
        "WeirGenerator", "WeirGrammar", "WeirCache", "WeirVectorIndex", "WeirRetrieval", "WeirRouting", "WeirDownload",
        "WeirEvaluation", "WeirTraining", "WeirRisk",
      ]),
    // Level 6: what measures the whole.
    module(
      "WeirBenchmark",
      [
        "WeirAssembly", "WeirCache", "WeirConfiguration", "WeirDomain", "WeirEncoder", "WeirFiles", "WeirGenerator",
        "WeirModelFiles", "WeirRouting", "WeirStore", "WeirTensor", "WeirVectorIndex",
      ]),
    // Level 7: the commands.
    .executableTarget(
      name: "weir",
      dependencies: [
        "WeirAssembly", "WeirBenchmark", "WeirCache", "WeirClassifier", "WeirConfiguration", "WeirDomain",
        "WeirDownload", "WeirEncoder",
        "WeirEvaluation", "WeirFiles",
        "WeirGrammar", "WeirLedger", "WeirRetrieval", "WeirReview", "WeirRouting", "WeirStore",
        "WeirTraining", "WeirEntities", "WeirProviders", "WeirRisk",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    // Killed at random instants by Tools/Checks/crash/run.
    .executableTarget(
      name: "CrashDriver", dependencies: ["WeirCache", "WeirDomain", "WeirStore", "WeirVectorIndex"],
      path: "Tools/Checks/crash/Driver", swiftSettings: strict),
    // Tests: one target a module, shared parts, and the real binary.
    .target(
      name: "WeirTestSupport", dependencies: ["WeirDomain", "WeirProviders"], path: "Tests/WeirTestSupport",
      swiftSettings: strict),
    tests("WeirDomain", ["WeirTestSupport"]),
    tests("WeirFiles"),
    tests("WeirRisk", ["WeirDomain"]),
    tests("WeirTensor", ["WeirTestSupport"]),
    tests("WeirStore"),
    tests("WeirLedger", ["WeirDomain", "WeirStore", "WeirTestSupport"]),
    tests("WeirReview", ["WeirDomain", "WeirStore", "WeirTestSupport"]),
    tests("WeirHTTP", ["WeirDomain", "WeirTestSupport"]),
    tests("WeirConfiguration", ["WeirDomain"]),
    tests("WeirModelFiles", ["WeirFiles", "WeirTensor", "WeirTestSupport"]),
    tests("WeirVectorIndex", ["CrashDriver", "WeirFiles", "WeirTestSupport"]),
    tests("WeirEvaluation", ["WeirDomain", "WeirFiles", "WeirRisk", "WeirTestSupport"]),
    tests("WeirProviders", ["WeirDomain", "WeirHTTP", "WeirTestSupport"]),
    tests("WeirDownload", ["WeirDomain", "WeirFiles", "WeirHTTP", "WeirTestSupport"]),
    tests("WeirEntities", ["WeirTestSupport"]),
    tests("WeirGrammar", ["WeirDomain", "WeirTestSupport"]),
    tests("WeirEncoder", ["WeirFiles", "WeirModelFiles", "WeirTensor"]),
    tests("WeirClassifier", ["WeirDomain", "WeirFiles", "WeirModelFiles", "WeirRisk", "WeirTestSupport"]),
    tests(
      "WeirTraining",
      [
        "WeirClassifier", "WeirDomain", "WeirEvaluation", "WeirFiles", "WeirModelFiles", "WeirRisk", "WeirTensor",
        "WeirTestSupport",
      ]),
    tests(
      "WeirGenerator", ["WeirDomain", "WeirFiles", "WeirGrammar", "WeirModelFiles", "WeirTensor", "WeirTestSupport"]),
    tests("WeirCache", ["WeirDomain", "WeirStore", "WeirTestSupport", "WeirVectorIndex"]),
    tests("WeirRetrieval", ["WeirDomain", "WeirFiles", "WeirStore", "WeirTestSupport"]),
    tests(
      "WeirRouting",
      [
        "WeirCache", "WeirClassifier", "WeirDomain", "WeirEncoder", "WeirEntities", "WeirFiles", "WeirHTTP",
        "WeirLedger", "WeirModelFiles", "WeirProviders", "WeirRetrieval", "WeirReview", "WeirRisk", "WeirStore",
        "WeirTestSupport",
      ]),
    tests("WeirBenchmark", ["WeirDomain"]),
    tests(
      "WeirAssembly",
      ["WeirConfiguration", "WeirDomain", "WeirFiles", "WeirHTTP", "WeirModelFiles", "WeirRouting", "WeirTestSupport"]),
    .testTarget(name: "WeirBinaryTests", dependencies: ["weir", "WeirTestSupport"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x
)
