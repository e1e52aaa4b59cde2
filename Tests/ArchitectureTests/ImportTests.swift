import Testing

/// Targets import downwards only, and one of them alone knows the world outside.
///
/// `scripts/check` has the compiler hold that a used target is a declared one; the table here holds
/// that the declarations themselves stay what Sources/README.md says.
@Suite struct ImportTests {
  /// What each target may import of ours, from the ground up.
  static let layers: [(target: String, imports: Set<String>)] = [
    ("LibC", []),
    ("Language", ["CNumbers"]),
    ("Kernels", ["CKernels", "CNumbers"]),
    ("Reports", ["Language"]),
    ("Datasets", ["Language", "CKernels", "Kernels"]),
    ("Models", ["Language", "Kernels", "Datasets"]),
    ("MetaLearning", ["Language", "Kernels", "Datasets", "Models"]),
    ("Evaluation", ["Language", "Kernels", "Datasets", "Models"]),
    (
      "Commands",
      ["Language", "Kernels", "Reports", "Datasets", "Models", "MetaLearning", "Evaluation"]
    ),
    (
      "MetaRec",
      ["Commands", "Language", "Kernels", "Reports", "Datasets", "Models", "MetaLearning"]
    ),
    ("MetaRecTesting", ["MetaRec"]),
    ("MetaRecC", ["MetaRec", "CMetaRec"]),
    ("Jupyter", ["Commands", "Language", "Reports", "Datasets", "CZeroMQ"]),
    (
      "Service",
      ["Commands", "Language", "Kernels", "Reports", "Datasets", "Models", "MetaLearning"]
    ),
    ("MPI", ["Kernels", "CMPI"]),
    (
      "Shell",
      [
        "LibC", "CBuild", "Commands", "Kernels", "Language", "Reports", "Datasets", "Jupyter",
        "MPI", "Service",
        "CLineEditor",
      ]
    ),
    ("mrs", ["Shell"]),
  ]

  /// What may be imported of the system and of others: threads for those who compute, locks for what is made once, everything for the shell.
  static let foreign: [String: Set<String>] = [
    "LibC": ["Glibc", "Musl", "Darwin"],
    "Language": ["Synchronization"],
    "Kernels": ["Dispatch", "Synchronization"],
    "Reports": ["FoundationEssentials"],
    "Datasets": ["Synchronization"],
    "Models": ["FoundationEssentials"],
    "MetaLearning": ["Synchronization", "FoundationEssentials"],
    "Commands": ["Synchronization"],
    "MetaRec": ["Dispatch", "Synchronization"],
    "MetaRecTesting": ["Synchronization"],
    "Jupyter": ["Dispatch", "Synchronization"],
    "Service": [
      "Dispatch", "Synchronization", "HummingbirdCore", "NIOCore", "NIOHTTP1", "NIOPosix",
      "NIOHTTPTypes",
      "HTTPTypes", "Logging",
    ],
    "Shell": ["Dispatch", "Synchronization", "FoundationEssentials", "ArgumentParser"],
  ]

  /// Calls that reach files, the terminal, the clock, signals or the environment.
  static let outside = [
    "print", "debugPrint", "dump", "readLine", "putchar", "fputs", "puts", "fopen", "open", "mmap",
    "opendir", "unlink", "rename", "getenv", "setenv", "isatty", "signal", "sigaction", "time",
    "clock_gettime", "gettimeofday", "usleep", "sleep", "exit", "system", "popen",
  ]

  @Test func everyTargetHasItsPlaceInTheLayers() {
    #expect(Set(SourceTree.sources.map(\.target)) == Set(Self.layers.map(\.target)))
  }

  @Test func importsGoDownTheLayersOnly() throws {
    for file in SourceTree.sources {
      let layer = try #require(Self.layers.first { $0.target == file.target })
      let allowed = layer.imports.union(Self.foreign[file.target] ?? [])
      let others = imports(of: file).filter { !allowed.contains($0) }
      #expect(others.isEmpty, "\(file.path); \(file.target) may import \(allowed.sorted())")
    }
  }

  @Test func thePackageDeclaresNothingThatTheLayersDoNotAllow() throws {
    let manifest = try SourceTree.text("Package.swift")
    for layer in Self.layers {
      let declared = dependencies(of: layer.target, in: manifest)
      #expect(declared.subtracting(layer.imports).isEmpty, "\(layer.target) declares too much")
    }
  }

  @Test func onlyTheShellReachesOutside() {
    for file in SourceTree.sources where file.target != "Shell" && file.target != "mrs" {
      let calls = file.code.matches(of: #/\b(\w+)\(/#)
      for call in calls where Self.outside.contains(String(call.1)) {
        let before = file.code[..<call.range.lowerBound]
        let isMethod = before.hasSuffix(".") || before.hasSuffix("func ")
        let isOurs = file.code.contains("func \(call.1)(") || file.code.contains("func \(call.1)<")
        let line = before.utf8.count { $0 == 10 } + 1
        #expect(isMethod || isOurs, "\(file.path):\(line) calls \(call.1); go through the Host")
      }
    }
  }

  /// Of the C library's mathematics only what is exact or rounds correctly by definition, as square roots,
  /// is the same on every machine.
  @Test func theElementaryFunctionsAreOurs() {
    let name = #/(?:^|[^\w.]|\bLibC\.)(?:__builtin_)?(\w+)\s*\(/#
    let ours = "Sources/Kernels/Elementary.swift"
    for (path, code) in SourceTree.sources.map({ ($0.path, $0.code) }) + SourceTree.c
    where path != ours {
      for line in code.split(separator: "\n", omittingEmptySubsequences: false) {
        for call in line.matches(of: name) where Self.isElementary(String(call.1)) {
          Issue.record("\(path): `\(call.1)` is the C library's; go through \(ours)")
        }
      }
    }
    #expect(SourceTree.c.count > 10)
  }

  /// Readers of the C library obey the locale, and not all round correctly.
  @Test func numbersAreReadByOneReader() {
    let readers = ["strtod", "strtof", "strtold", "atof", "sscanf", "fscanf", "strtod_l"]
    for (path, code) in SourceTree.sources.map({ ($0.path, $0.code) }) + SourceTree.c {
      for call in code.matches(of: #/\b(\w+)\s*\(/#) where readers.contains(String(call.1)) {
        Issue.record("\(path) calls `\(call.1)`; `Double(decimal:)` reads numbers")
      }
      let texts = #/\b(?:Double|Float)\((?:String\(|text\)|word\)|digits\)|\x22[^:])/#
      #expect(code.firstMatch(of: texts) == nil, "\(path): `Double(decimal:)` reads numbers")
    }
  }

  /// Swift's descriptions are the shortest decimals that are read back, in every locale.
  @Test func numbersArePrintedInNoLocale() {
    for file in SourceTree.sources {
      let formats = #/\bString\(\s*format:|\bNumberFormatter\b|\.formatted\(|\bvsn?printf\b/#
      #expect(file.code.firstMatch(of: formats) == nil, "\(file.path)")
    }
    for (path, code) in SourceTree.c {
      #expect(code.firstMatch(of: #/\x22[^\x22\n]*%[-+ #0-9.*lL]*[aefgAEFG]/#) == nil, "\(path)")
    }
  }

  private static func isElementary(_ name: String) -> Bool {
    let bare = elementary.contains(name) ? name : String(name.dropLast())
    return elementary.contains(bare) && (bare == name || "fl".contains(name.suffix(1)))
  }

  private static let elementary: Set<String> = [
    "exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p", "pow", "cbrt", "hypot", "sin",
    "cos", "tan", "sincos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh",
    "acosh",
    "atanh", "erf", "erfc", "lgamma", "lgamma_r", "tgamma",
  ]

  /// The whole of Foundation would multiply the size of the program and its start-up time.
  @Test func nothingImportsTheWholeOfFoundation() {
    for file in SourceTree.all {
      #expect(!imports(of: file).contains("Foundation"), "\(file.path)")
    }
  }
}

/// The modules that a file imports.
private func imports(of file: SourceFile) -> [String] {
  file.code.matches(of: #/\bimport\s+(?:(?:struct|class|enum|protocol|func|var|let)\s+)?(\w+)/#)
    .map { String($0.1) }
}

/// The targets of ours that the manifest lists for a target; products of others are left out.
private func dependencies(of target: String, in manifest: String) -> Set<String> {
  let entries = manifest.split(separator: #/\.(?:target|executableTarget)\(\s*name: /#)
  guard let entry = entries.first(where: { $0.hasPrefix("\"\(target)\"") }),
    let list = entry.firstMatch(of: #/dependencies:\s*\[([^\]]*)\]/#)
  else { return [] }
  let own = list.1.replacing(#/\.product\([^)]*\)/#, with: "")
    .replacing(#/condition: .*/#, with: "")
  return Set(own.matches(of: #/"(\w+)"/#).map { String($0.1) })
}
