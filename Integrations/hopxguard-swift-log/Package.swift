// swift-tools-version: 6.2
// A package of its own, so that only programs that log with swift-log fetch it. Its folder cannot be called swift-log:
// a package goes by the name of its folder.
import PackageDescription

let package = Package(
  name: "hopxguard-swift-log",
  products: [.library(name: "HopxguardLogging", targets: ["HopxguardLogging"])],
  dependencies: [
    .package(name: "hopxguard", path: "../.."),
    // From 1.16 on handlers get events, which carry errors.
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
  ],
  targets: [
    .target(
      name: "HopxguardLogging",
      dependencies: [
        .product(name: "Redaction", package: "hopxguard"),
        .product(name: "Detection", package: "hopxguard"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(name: "HopxguardLoggingTests", dependencies: ["HopxguardLogging"]),
  ])
