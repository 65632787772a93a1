// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "hopxguard",
  dependencies: [
    // The command line: parsing, help, completions and the man page. The field's standard in Swift.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // PCRE2: the pattern language that rules are written in, with a JIT that searches at memory speed.
    .systemLibrary(
      name: "CPCRE2", pkgConfig: "libpcre2-8",
      providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]),

    // libsodium, for SHA-256 (fingerprints). A few kilobytes, static, no start-up cost;
    // swift-crypto would bring BoringSSL and FoundationEssentials into a hook for one hash.
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium",
      providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),

    // libdeflate inflates what is whole in memory twice as fast as zlib: nearly all of a repository.
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate",
      providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]),
    // zlib inflates piece by piece, which libdeflate cannot: objects too large for memory, and the
    // header of a loose object, which tells its size.
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    // toml++ (Debian's libtomlplusplus-dev, header only), behind a C interface. Of the TOML parsers
    // at hand it alone tells the line of every node, which an error about a rule must name;
    // TOMLKit wraps the same parser but hides the lines and imports Foundation.
    .target(name: "CTOML", cxxSettings: [.define("TOML_ENABLE_FORMATTERS", to: "0")]),
    .target(name: "TOML", dependencies: ["CTOML"], swiftSettings: strict),

    // rules/* as bytes of the binary.
    .target(name: "CRules"),

    // System calls that Swift's view of the C library hides.
    .systemLibrary(name: "CPOSIX"),
    .target(name: "POSIX", dependencies: ["CPOSIX"], swiftSettings: strict),
    .target(
      name: "Detection", dependencies: ["CPCRE2", "CSodium", "CRules", "TOML"],
      swiftSettings: strict),
    .target(name: "Inputs", dependencies: ["POSIX"], swiftSettings: strict),
    .target(name: "Git", dependencies: ["POSIX", "CDeflate", "CZlib"], swiftSettings: strict),
    .target(
      name: "Coverage", dependencies: ["CRules", "TOML", "POSIX", "Inputs", "Git"],
      swiftSettings: strict),
    .target(name: "Reporting", dependencies: ["Detection", "POSIX"], swiftSettings: strict),
    .executableTarget(
      name: "hopxguard",
      dependencies: [
        "Detection", "Inputs", "Git", "Coverage", "Reporting", "POSIX", "TOML",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Keys made at run time, the oracle of what a key is, fresh folders, and the real binary.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(
      name: "DetectionTests", dependencies: ["Detection", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["hopxguard", "TestSupport"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x,
  cxxLanguageStandard: .cxx17
)
