import Testing

/// Files and functions stay small enough to be read at one sitting (Sources/README.md).
@Suite struct SizeTests {
  static let longestFile = 400
  static let longestFunction = 60

  @Test func noFileIsLongerThanItsLimit() {
    for file in SourceTree.all {
      let lines = file.lineCount
      #expect(lines <= Self.longestFile, "\(file.path): look for the second idea in it")
    }
  }

  @Test func noFunctionIsLongerThanItsLimit() {
    for file in SourceTree.all {
      for function in functions(in: file) {
        #expect(function.lines <= Self.longestFunction, "\(file.path): \(function.name)")
      }
    }
  }

  @Test func functionsAreMeasuredFromTheirNameToTheirLastBrace() {
    let file = SourceFile(
      path: "Sources/X/X.swift",
      text: """
        protocol P { func required() -> Int }
        func short() { let text = "} \\("{")" }  // }
        func long(
          a: Int = { 1 }()
        ) -> Int
        where Int: P {
          /* } */ if a > 0 { return 1 }
          return 2
        }
        """)
    #expect(functions(in: file).map(\.name) == ["short", "long"])
    #expect(functions(in: file).map(\.lines) == [1, 7])
  }
}

private struct Function {
  var name: String
  var lines: Int
}

/// Every function and initialiser with a body, in order.
private func functions(in file: SourceFile) -> [Function] {
  file.code.matches(of: #/\b(?:func\s+([^\s(<]+)|(init)[?!]?)\s*[(<]/#).compactMap { match in
    guard !file.code[..<match.range.lowerBound].hasSuffix("."),
      let end = endOfBody(in: file.code, from: match.range.lowerBound)
    else { return nil }
    let lines = file.code[match.range.lowerBound..<end].utf8.count { $0 == 10 } + 1
    return Function(name: String(match.1 ?? match.2 ?? ""), lines: lines)
  }
}

/// Where the body of the function declared at `start` ends; nil for a requirement without one.
private func endOfBody(in code: String, from start: String.Index) -> String.Index? {
  var brackets = 0
  var braces = 0
  for index in code[start...].indices {
    switch code[index] {
    case "(", "[": brackets += 1
    case ")", "]": brackets -= 1
    case "{" where brackets == 0: braces += 1
    case "}" where brackets == 0:
      braces -= 1
      if braces <= 0 { return braces == 0 ? code.index(after: index) : nil }
    case "\n" where brackets == 0 && braces == 0:
      let next = code[index...].drop { $0.isWhitespace }
      let goesOn = ["{", "->", "where", "throws", "async", "rethrows"].contains {
        next.hasPrefix($0)
      }
      if !goesOn { return nil }
    default: break
    }
  }
  return nil
}
