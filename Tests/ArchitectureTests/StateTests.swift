import Testing

/// What two interpreters in one process could disturb each other by: state that belongs to neither.
@Suite struct StateTests {
  /// State of the process itself, by file and name, and why no interpreter can own it.
  static let permitted: [String: String] = [
    "Sources/CKernels/kernels.c count": "written once, before main; only a test changes it",
    "Sources/CKernels/kernels.c variants": "written once, before main; only a test changes it",
    "Sources/CLineEditor/signals.c interrupts": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c is_resized": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c is_stopping": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c is_at_prompt": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c is_hushed": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c second_ends": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c wake_pipe": "a signal's handler can reach nothing else",
    "Sources/CLineEditor/signals.c original": "the process has one terminal",
    "Sources/CLineEditor/signals.c has_original": "the process has one terminal",
    "Sources/Shell/Terminal/Terminal+Streams.swift lost": "the process has one standard output",
  ]

  @Test func nothingIsGloballyMutable() {
    var found: Set<String> = []
    for file in SourceTree.sources {
      found.formUnion(mutableState(swift: file.code).map { "\(file.path) \($0)" })
    }
    for (path, code) in SourceTree.c {
      found.formUnion(mutableState(c: code).map { "\(path) \($0)" })
    }
    let others = found.subtracting(Self.permitted.keys).sorted()
    #expect(others.isEmpty, "give it to whoever owns the work: a host, a session, a pool")
    let gone = Set(Self.permitted.keys).subtracting(found).sorted()
    #expect(gone.isEmpty, "these need no permission any more")
  }

  /// How many threads there are is the session's to say; `ThreadPool.limit` tells whoever computes.
  @Test func nobodyButTheSessionCountsProcessors() {
    let asking = Set(
      SourceTree.sources.filter { $0.code.contains("processorCount") }.map(\.path))
    #expect(
      asking == [
        "Sources/Kernels/Parallel.swift", "Sources/Commands/Session.swift",
        "Sources/Shell/CommandLine/TestCommand.swift",
      ])
    let owners = Set(SourceTree.sources.filter { $0.code.contains("ThreadPool()") }.map(\.path))
    #expect(
      owners == [
        "Sources/Commands/Interpreter.swift", "Sources/Shell/Terminal/TerminalHost.swift",
        "Sources/MetaRec/Laboratory.swift", "Sources/MetaRec/Recommender.swift",
      ])
  }

  @Test func mutableStateIsFoundAndNothingElse() {
    let swift = """
      var a = 1
      package var b: Int = 2
      let c = 3
      var d: Int { 4 }
      nonisolated(unsafe) private let e = pointer
      private let f = Mutex<[Int]>([])
      struct S {
        var x = 5
        static var g = 6
        private static let h = Atomic(0)
        @TaskLocal static var i: Int?
        static var j: Int { 7 }
        static let k = 8
        package nonisolated(unsafe) static var l: Int = 9
        func local() { nonisolated(unsafe) let m = x }
        static var n = 1 {
          didSet {}
        }
      }
      """
    #expect(mutableState(swift: swift) == ["a", "b", "e", "f", "g", "h", "l", "n"])
    let c = """
      static int a, b = 2;
      static const int c = 3;
      static __thread int d;
      atomic_int e;
      static int f(int x) { static int g; return x; }
      static const struct t h[] = {
        {1},
      };
      struct s { int i; };
      static pthread_mutex_t j = PTHREAD_MUTEX_INITIALIZER;
      int k(void);
      static char l[4][2];
      static const char *const m = "static int n";
      typedef int o;
      extern int p;
      static struct { int a; } q;
      static void (*r)(int);
      void s(void (*work)(int));
      struct u { int a; };
      enum { V = 1, W = 2 };
      """
    #expect(mutableState(c: c) == ["a", "b", "d", "e", "g", "j", "l", "q", "r"])
  }
}

/// The names of globals and static members that can change: variables, and constants that hold what changes.
private func mutableState(swift code: String) -> [String] {
  let holders = #/\b(?:Mutex|Atomic|ManagedBuffer|Cache)\s*[<(]|nonisolated\(unsafe\)/#
  let declaration = #/^(\s*)((?:[@\w]+(?:\(\w+\))?\s+)*)(var|let)\s+`?(\w+)`?(.*)$/#
  return code.split(separator: "\n").compactMap { line -> String? in
    guard let found = line.firstMatch(of: declaration) else { return nil }
    let words = found.2.split(separator: " ")
    guard found.1.isEmpty || words.contains("static"), !words.contains("@TaskLocal") else {
      return nil
    }
    let isComputed = found.5.contains("{") && !found.5.contains("=")
    let changes = found.3 == "var" ? !isComputed : line.firstMatch(of: holders) != nil
    return changes ? String(found.4) : nil
  }
}

/// The names of variables that live as long as the process: those outside of functions, and static ones
/// inside.
private func mutableState(c code: String) -> [String] {
  let fixed = #/\b(?:const|typedef|extern|enum|return)\b/#
  return statements(c: code).flatMap { text, depth -> [String] in
    let declaration = String(text.split(separator: "=", maxSplits: 1)[0])
    guard depth == 0 || declaration.contains("static"),
      declaration.firstMatch(of: fixed) == nil
    else { return [] }
    if let open = declaration.firstIndex(of: "(") {
      // A pointer to a function; without the star it is a function.
      let pointer = declaration[open...].prefixMatch(of: #/\(\s*\*\s*(\w+)/#)
      return pointer.map { [String($0.1)] } ?? []
    }
    guard declaration.split(separator: #/\s+/#).count > 1 else { return [] }
    return text.split(separator: ",").compactMap { part in
      let name = part.split(separator: #/=|\[/#)[0]
      return name.matches(of: #/\w+/#).last.map { String($0.0) }
    }
  }
}

/// The statements of C code that end in a semicolon, and how deep in braces each stands. What stands in the
/// braces of a type or a value does not belong to the statement around it.
private func statements(c code: String) -> [(text: String, depth: Int)] {
  let plain = code.replacing(#/"(?:[^"\\\n]|\\.)*"/#, with: "0")
    .replacing(#/(?m)^\s*#(?:.*\\\n)*.*$/#, with: "")
  var found: [(String, Int)] = []
  var (text, outer) = ("", [String]())
  for character in plain {
    switch character {
    case "{":
      // Of a type only that it is one: its name is no variable's.
      let type = text.firstMatch(of: #/\b(struct|union|enum)\b[^()=]*$/#)
      let before = type.map { text[..<$0.range.lowerBound] + $0.1 }
      outer.append(before.map { String($0) } ?? (text.contains("=") ? text : ""))
      text = ""
    case "}": text = outer.popLast() ?? ""
    case ";":
      if text.contains(where: { !$0.isWhitespace }) { found.append((text, outer.count)) }
      text = ""
    default: text.append(character)
    }
  }
  return found
}
