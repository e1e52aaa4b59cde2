import MetaRec

/// Tests of a command of one's own that hold whatever it does, for any test framework: they throw what they find.
///
///     try CommandTest(Shelf.self).run()
public struct CommandTest<Command: LaboratoryCommand> {
  private let host: any LaboratoryHost
  private let preparation: [String]
  private let data: Interactions?

  /// - Parameters:
  ///   - command: what is to be tested.
  ///   - host: where its examples find files.
  ///   - data: ratings to work on; the sample of the language when nil.
  ///   - preparation: lines that run before each example, behind those that make what the declaration reads. By default
  ///     none.
  public init(
    _ command: Command.Type, host: any LaboratoryHost = MemoryHost(), data: Interactions? = nil,
    preparation: [String] = []
  ) {
    self.host = host
    self.data = data
    self.preparation = preparation
  }

  /// Tests that the declaration is right, that every example passes the checker and runs, that each result has the
  /// declared fields and kinds, that the command gives what it says, that it reads what it says (all examples
  /// together), that its help can be shown, that completion offers it, and that running twice gives the same.
  ///
  /// - Returns: what the examples said, in their order.
  /// - Throws: ``CommandTestFailure`` with all that was found.
  @discardableResult
  public func run() throws -> [Output] {
    var findings = declarationFindings()
    var outputs: [Output] = []
    var read: Set<Slot> = []
    let declaration = Command.declaration
    for example in declaration.examples {
      do {
        let (laboratory, again) = (try prepared(), try prepared())
        let (said, reads) = try laboratory.watched(example)
        outputs += said
        for (statement, slots) in reads where statement.contains(declaration.name) {
          read.formUnion(slots)
        }
        findings += try fieldFindings(example)
        if try again.perform(example).map(Self.lasting) != said.map(Self.lasting) {
          findings.append("`\(example)` says something else when it runs again")
        }
      } catch {
        findings.append("`\(example)` failed: \(error)")
      }
    }
    if !declaration.examples.isEmpty {
      for slot in declaration.reads where !read.contains(slot) {
        findings.append("no example reads \(slot.rawValue), which the declaration names")
      }
    }
    guard findings.isEmpty else { throw CommandTestFailure(findings: findings) }
    return outputs
  }

  /// A laboratory that has the command, and all that it reads.
  public func prepared() throws -> Laboratory {
    let laboratory = try Laboratory(host: host)
    try laboratory.add(Command.self)
    var wanted = Set(Command.declaration.reads)
    if wanted.contains(.adapted) { wanted.insert(.model) }
    if wanted.contains(.model) { wanted.insert(.tasks) }
    if wanted.contains(.tasks) { wanted.insert(.data) }
    if let data {
      try laboratory.give(data)
    } else if wanted.contains(.data) {
      try laboratory.perform("load data")
    }
    if wanted.contains(.tasks) { try laboratory.perform("split tasks") }
    if wanted.contains(.model) { try laboratory.perform("meta-train maml steps=1 epochs=1") }
    if wanted.contains(.adapted), let user = try laboratory.data().userIDs.first {
      try laboratory.perform("adapt user \"\(user)\"")
    }
    for line in preparation { try laboratory.perform(line) }
    return laboratory
  }

  private func declarationFindings() -> [String] {
    let declaration = Command.declaration
    var findings: [String] = []
    let summary = declaration.summary
    if summary.first?.isUppercase != true || !summary.hasSuffix(".") {
      findings.append("the summary is no sentence: \(summary)")
    }
    if declaration.examples.isEmpty { findings.append("there is no example") }
    for example in declaration.examples where !example.contains(declaration.name) {
      findings.append("`\(example)` does not show `\(declaration.name)`")
    }
    do {
      let laboratory = try Laboratory()
      try laboratory.add(Command.self)
      try laboratory.perform("help \(declaration.name)")
      let offered = laboratory.completions(in: declaration.name, at: declaration.name.utf8.count)
      if !offered.contains(where: { $0.text == declaration.name }) {
        findings.append("completion does not offer `\(declaration.name)`")
      }
    } catch {
      findings.append("it cannot be added: \(error)")
    }
    return findings
  }

  /// What is wrong with the fields of the result that an example of one call comes to.
  private func fieldFindings(_ example: String) throws -> [String] {
    let declaration = Command.declaration
    guard !example.contains(where: { ";|\n".contains($0) }), example.hasPrefix(declaration.name)
    else {
      return []
    }
    let laboratory = try self.prepared()
    try laboratory.perform("let result-of-example = \(example)")
    let fields = (try? laboratory["result-of-example"].fields) ?? []
    var findings: [String] = []
    for field in fields where !declaration.fields.contains(where: { $0.name == field.name }) {
      findings.append(
        "`\(example)` has the field `\(field.name)`, which the declaration does not name")
    }
    for declared in declaration.fields {
      guard let field = fields.first(where: { $0.name == declared.name }) else {
        findings.append("`\(example)` lacks the declared field `\(declared.name)`")
        continue
      }
      if !declared.describes(field.value) {
        findings.append(
          "`\(example)`: the field `\(declared.name)` is of another kind than declared")
      }
    }
    return findings
  }

  /// An output without the time that the statement took.
  private static func lasting(_ output: Output) -> String { output.json }
}

/// What a test of a command has found.
public struct CommandTestFailure: Error, CustomStringConvertible {
  /// Each a sentence; never empty.
  public let findings: [String]

  public var description: String { findings.joined(separator: "\n") }
}
