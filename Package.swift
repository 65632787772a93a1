// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

// What no loop depends on is made for size: the wheel has a limit.
let small: [SwiftSetting] = strict + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

let package = Package(
  name: "hopxguard",
  products: [
    .executable(name: "hopxguard", targets: ["hopxguard"]),
    // For other programs: bytes in and matches out, a stream's filter, and whole scans.
    .library(name: "Detection", targets: ["Detection", "Rules"]),
    .library(name: "Redaction", targets: ["Redaction"]),
    .library(name: "Scanning", targets: ["Scanning", "Findings"]),
    // What scripts/library links libhopxguard.so from.
    .library(name: "Library", type: .static, targets: ["Library"]),
  ],
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

    // SHA-1, which libsodium has not: for checking that git's objects are what their IDs say.
    .target(name: "CHash"),

    // libdeflate inflates what is whole in memory twice as fast as zlib: nearly all of a repository.
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate",
      providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]),
    // zlib inflates piece by piece, which libdeflate cannot: objects too large for memory, and the
    // header of a loose object, which holds its size.
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

    // libarchive reads tar, zip, 7z, cpio, ar and what compresses them, as streams: the library of
    // bsdtar, fuzzed for a decade. Only the formats that are asked for are linked, so
    // that a static binary needs neither its XML nor its ACL library; it is called only when a mark
    // of an archive was seen.
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),

    // toml++ (Debian's libtomlplusplus-dev, header only), with a C interface. Of the TOML parsers
    // at hand it alone knows the line of every node, which an error about a rule must name;
    // TOMLKit wraps the same parser but hides the lines and imports Foundation.
    .target(name: "CTOML", cxxSettings: [.define("TOML_ENABLE_FORMATTERS", to: "0")]),

    // The loops that a scan's time goes into, in C's vector types.
    .target(name: "CSearch"),

    // rules/* and hooks/* as bytes of the binary.
    .target(name: "CEmbedded"),

    // What runs before Swift's runtime starts; the executable's alone.
    .target(name: "CStart"),

    // VERSION, and the commit that `make` passes in, as texts of the binary.
    .target(
      name: "CVersion",
      cSettings: Context.environment["HOPXGUARD_COMMIT"].map { [.define("HOPXGUARD_COMMIT", to: "\"\($0)\"")] }),

    // Headers of the C library that its Swift module leaves out.
    .systemLibrary(name: "CPlatform"),

    // Level 1: bytes and the system. Each level uses only those above it here.
    .target(name: "Bytes", swiftSettings: strict),
    .target(name: "Platform", dependencies: ["CPlatform", "Bytes"], swiftSettings: strict),
    .target(name: "TOML", dependencies: ["CTOML", "Bytes"], swiftSettings: strict),

    // Level 2: rules and search (no system calls), inputs, archives, git, .gitignore.
    .target(name: "Rules", dependencies: ["CPCRE2", "CSodium", "Bytes", "TOML"], swiftSettings: strict),
    .target(
      name: "Detection", dependencies: ["CPCRE2", "CEmbedded", "CSearch", "CZlib", "Bytes", "Rules"],
      swiftSettings: strict),
    .target(name: "Redaction", dependencies: ["Bytes", "Rules", "Detection"], swiftSettings: strict),
    // The C library: its header, and what is exported under those names.
    .target(name: "CHopxguard"),
    .target(
      name: "Library",
      dependencies: ["CHopxguard", "CVersion", "Rules", "Detection", "Redaction"], swiftSettings: strict),
    .target(name: "Inputs", dependencies: ["Bytes", "Platform"], swiftSettings: strict),
    .target(
      name: "Archives", dependencies: ["CArchive", "CZlib", "CSearch", "Bytes", "Platform", "Inputs"],
      swiftSettings: strict),
    .target(
      name: "GitStore", dependencies: ["CDeflate", "CHash", "CSodium", "CZlib", "Bytes", "Platform"],
      swiftSettings: strict),
    .target(
      name: "GitCommand", dependencies: ["Bytes", "Platform", "GitStore"], swiftSettings: strict),

    // Level 3: what is found and what of it counts.
    .target(
      name: "Findings", dependencies: ["Bytes", "Platform", "TOML", "Rules"], swiftSettings: strict),
    .target(
      name: "Coverage",
      dependencies: ["CEmbedded", "Bytes", "TOML", "Platform", "Inputs", "GitStore", "GitCommand"],
      swiftSettings: small),

    // What is asked about a key, and what the answer means. It sends nothing itself.
    .target(name: "Verification", dependencies: ["Bytes", "Findings"], swiftSettings: small),

    // Code that would leak a key: a lexer for every language, and what it knows of values.
    .target(
      name: "Linting", dependencies: ["CEmbedded", "CSearch", "Bytes", "TOML", "Platform", "Rules"],
      swiftSettings: strict),

    // Level 4: a run from its inputs to its findings, and the formats of its report.
    .target(
      name: "Scanning",
      dependencies: [
        "Bytes", "Platform", "Rules", "Detection", "Inputs", "Archives", "GitStore", "GitCommand", "Findings",
        "Linting",
      ],
      swiftSettings: strict),
    .target(
      name: "Reporting", dependencies: ["CDeflate", "CEmbedded", "CVersion", "Bytes", "Platform", "Rules", "Findings"],
      swiftSettings: small),

    // What the keys that a scan has found say together: age, environments, places.
    .target(
      name: "Audit", dependencies: ["Bytes", "Platform", "Rules", "Findings", "Scanning"], swiftSettings: small),

    // What coding agents send and want to hear, and how their settings and transcripts are changed.
    .target(
      name: "Agents", dependencies: ["Bytes", "TOML", "Rules", "Detection", "Redaction"], swiftSettings: small),

    // Level 5: the command line.
    .executableTarget(
      name: "hopxguard",
      dependencies: [
        "CStart",
        "Agents", "CEmbedded", "Bytes", "Platform", "TOML", "Rules", "Detection", "Redaction", "Inputs", "Archives",
        "GitStore", "GitCommand", "Findings", "Coverage", "Linting", "Scanning", "Reporting", "Verification",
        "Audit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: small,
      // A static binary, by options of the linker alone: the tests start what is released, and nothing is compiled
      // twice. The two libraries are what a static FoundationEssentials, which ArgumentParser imports, needs.
      linkerSettings: [
        .unsafeFlags(
          [
            "-static-executable", "-Xlinker", "--icf=safe", "-l_FoundationCollections", "-l_FoundationCShims",
          ], .when(platforms: [.linux], configuration: .release))
      ]),

    // Packs that no git would write, for the tests of the pack reader and its fuzzer.
    .target(
      name: "PackFixtures", dependencies: ["CZlib"], path: "Tests/PackFixtures",
      swiftSettings: strict),
    // Ways of hiding a key, and back: one catalogue for the tests of scans, those of streams, and the fuzzers.
    .target(
      name: "Disguises", dependencies: ["Rules", "PackFixtures"], path: "Tests/Disguises", swiftSettings: strict),
    // What a key is and what redaction must come to, said once more without the program's code.
    .target(
      name: "RedactionOracle", dependencies: ["Detection", "Rules", "Bytes"], path: "Tests/RedactionOracle",
      swiftSettings: strict),
    // Keys made at run time, fresh folders, and the real binary.
    .target(
      name: "TestSupport", dependencies: ["Rules", "RedactionOracle"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: strict),
    .testTarget(name: "PlatformTests", dependencies: ["Platform", "TestSupport"], swiftSettings: strict),
    .testTarget(name: "TOMLTests", dependencies: ["TOML"], swiftSettings: strict),
    .testTarget(name: "ArchivesTests", dependencies: ["Archives", "Inputs"], swiftSettings: strict),
    .testTarget(name: "InputsTests", dependencies: ["Inputs", "Platform"], swiftSettings: strict),
    .testTarget(
      name: "FindingsTests", dependencies: ["Findings", "Rules", "Platform", "TOML"], swiftSettings: strict),
    .testTarget(
      name: "DetectionTests", dependencies: ["Detection", "Rules", "Bytes", "TestSupport"], swiftSettings: strict),
    // The tests of the binary are three targets, so that they compile beside one another.
    .testTarget(
      name: "CommandTests", dependencies: ["Rules", "TestSupport", "PackFixtures", "Disguises"],
      exclude: ["Reports/Golden", "Reports/Schemas", "Verify/service.py"], swiftSettings: strict),
    .testTarget(
      name: "RepositoryTests", dependencies: ["Rules", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FilterTests", dependencies: ["Detection", "Rules", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests",
      dependencies: ["Reporting", "Scanning", "Findings", "Detection", "Rules", "Platform", "Bytes", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "LintingTests", dependencies: ["Linting", "Platform", "Rules", "TestSupport"], exclude: ["Corpus"],
      swiftSettings: strict),
    .testTarget(
      name: "CoverageTests", dependencies: ["Coverage", "GitStore", "GitCommand", "Platform", "TOML", "Bytes"],
      swiftSettings: strict),
    .testTarget(
      name: "RedactionTests", dependencies: ["Redaction", "Detection", "Rules", "RedactionOracle", "Disguises"],
      swiftSettings: strict),
    .testTarget(
      name: "AgentTests", dependencies: ["TestSupport"], exclude: ["random_events.py"],
      swiftSettings: strict),
    .testTarget(
      name: "GitStoreTests", dependencies: ["GitStore", "GitCommand", "Platform", "PackFixtures"], swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c2x,
  cxxLanguageStandard: .cxx17
)

// libFuzzer instruments what it is built with: Fuzzing/run asks for it.
if Context.environment["HOPXGUARD_FUZZING"] != nil {
  func fuzzer(_ name: String, _ dependencies: [Target.Dependency], exclude: [String]) -> Target {
    .executableTarget(
      name: name, dependencies: ["FuzzDriver"] + dependencies, path: "Fuzzing/\(name)", exclude: exclude,
      swiftSettings: strict)
  }
  package.targets += [
    .target(name: "FuzzDriver", path: "Fuzzing/Driver", swiftSettings: strict),
    fuzzer("RedactionFuzz", ["Redaction", "Detection", "Rules", "RedactionOracle", "Disguises"], exclude: ["corpus"]),
    fuzzer("DecoderFuzz", ["Detection", "Rules", "Disguises"], exclude: ["corpus"]),
    fuzzer("ArchiveFuzz", ["Archives", "Inputs", "CZlib"], exclude: ["make_corpus"]),
    fuzzer("PackFuzz", ["GitStore", "Platform", "PackFixtures"], exclude: ["corpus"]),
  ]
}
