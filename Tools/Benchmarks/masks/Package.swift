// swift-tools-version: 6.2
import PackageDescription

// What token masks cost, in a package of its own so that it is built in seconds; the sources are links to the product's own.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]
let package = Package(
  name: "weir",
  targets: [
    .target(name: "WeirDomain", swiftSettings: strict),
    .target(name: "WeirGrammar", dependencies: ["WeirDomain"], swiftSettings: strict),
    .executableTarget(name: "MeasureMasks", dependencies: ["WeirDomain", "WeirGrammar"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
