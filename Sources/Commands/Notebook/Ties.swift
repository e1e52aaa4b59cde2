import Language
import MetaLearning
import Models
import Reports

/// Something that a cell makes and later ones may take: what makes their results depend on each other.
package enum Tie: Hashable, Sendable {
  case noun(Noun)
  /// Models live side by side under their names, as do users adapted to: a new one among them makes
  /// nothing stale that another one gave.
  case model(String)
  case adapted(String)
  case variable(String)
  case seed
  case network

  /// `$_`
  static let lastResult = Tie.variable("_")

  /// What a message calls it.
  package var name: String {
    switch self {
    case .noun(let noun): noun.name
    case .model(let name): "the model \(name)"
    case .adapted(let name): "the model adapted to \(name)"
    case .variable(let name): "$" + name
    case .seed: "the seed"
    case .network: "the network"
    }
  }
}

/// What the statements of a cell take that was there before them.
struct TakenTies {
  private let interpreter: Interpreter
  private let host: any Host
  private(set) var ties: Set<Tie> = []
  /// What the statements so far have made themselves.
  private var made: Set<Tie> = []
  private var given: Set<Noun> = []
  /// The files being included, outermost first.
  private var files: [String]
  /// The files seen: what a file takes, it takes when it is first included.
  private var seen: Set<String>

  init(of source: Source, in interpreter: Interpreter, host: any Host) {
    self.interpreter = interpreter
    self.host = host
    files = [source.name]
    seen = [source.name]
    add(source)
  }

  private mutating func add(_ source: Source) {
    let script = parse(source.text).script
    for statement in script.statements { add(statement) }
    let bound = script.statements.compactMap { statement -> Tie? in
      if case .assignment(let name, _) = statement.kind { .variable(name.text) } else { nil }
    }
    for token in script.tokens where token.kind == .variable {
      let tie = Tie.variable(String(source.slice(token.range).dropFirst().prefix { $0 != "." }))
      if !bound.contains(tie) { take(tie) }
    }
    made.formUnion(bound)
  }

  private mutating func include(_ path: Expression) {
    var evaluator = Evaluator(interpreter.variables)
    guard let written = evaluator.value(of: path)?.text else { return }
    let name = pathBeside(files.last ?? "", written, isScript: files.count > 1)
    guard seen.insert(name).inserted, let file = try? Source(reading: name, host: host) else {
      return
    }
    files.append(name)
    add(file)
    files.removeLast()
  }

  private mutating func add(_ statement: Statement) {
    switch statement.kind {
    case .settings: made.insert(.seed)
    case .inclusion(let path): include(path)
    // What it does is done where it is called.
    case .definition: break
    default:
      for call in statement.calls { add(call) }
      for statement in statement.blocks.flatMap(\.statements) { add(statement) }
    }
  }

  private mutating func add(_ call: Call) {
    if let procedure = interpreter.procedures[call.verb.text] {
      // A procedure cannot call itself, so this comes to an end.
      for statement in procedure.definition.body.statements { add(statement) }
      return
    }
    guard let type = interpreter.catalog.types.first(where: { $0.name == call.verb.text }) else {
      return
    }
    var evaluator = Evaluator(interpreter.variables)
    let arguments = call.arguments.map {
      Argument(key: $0.key?.text, evaluator.value(of: $0.value))
    }
    let nouns = BoundArguments(arguments, of: type).nouns(of: type)
    for noun in nouns.needs + type.uses where !given.contains(noun) { take(noun) }
    // What names a model takes it, except the algorithm of a training, which makes one of that name.
    let named = arguments.filter { $0.key != nil || !nouns.gives.contains(.model) }
    for word in named.compactMap({ $0.value.flatMap { String.read($0) } })
    where interpreter.session.models[word] != nil {
      take(.model(word))
    }
    // What is made from the tasks or the data by chance takes the seed; what is read does not.
    if !nouns.needs.isEmpty, !nouns.gives.isEmpty { take(.seed) }
    if nouns.gives.contains(.model) { take(.network) }
    given.formUnion(nouns.gives)
    if type == ChooseModel.self { made.insert(.network) }
  }

  private mutating func take(_ noun: Noun) {
    let session = interpreter.session
    switch noun {
    case .model: if let model = session.model { take(.model(model.title)) }
    case .adapted: if let adapted = session.adapted { take(.adapted(adapted.name)) }
    default: take(.noun(noun))
    }
  }

  private mutating func take(_ tie: Tie) {
    if !made.contains(tie) { ties.insert(tie) }
  }
}

extension Interpreter {
  /// What differs here from an earlier state: what a cell has made.
  func ties(since before: Interpreter) -> Set<Tie> {
    var made: Set<Tie> = []
    for noun in ledger.nouns where ledger.entry(noun) != before.ledger.entry(noun) {
      switch noun {
      case .model:
        // A sweep's choice may fall on the model that is there.
        if let model = session.model, !model.isSame(as: before.session.models[model.title]) {
          made.insert(.model(model.title))
        }
      case .adapted: if let adapted = session.adapted { made.insert(.adapted(adapted.name)) }
      // They come and go with the model.
      case .ratings: break
      default: made.insert(.noun(noun))
      }
    }
    for name in variables.changes(since: before.variables) { made.insert(.variable(name)) }
    if session.settings.seed != before.session.settings.seed { made.insert(.seed) }
    if described(session.network) != described(before.session.network) { made.insert(.network) }
    return made
  }
}

extension TrainedModel {
  fileprivate func isSame(as other: TrainedModel?) -> Bool {
    guard let other else { return false }
    return weightsDigest == other.weightsDigest && fingerprint == other.fingerprint
      && described(learner) == described(other.learner)
  }
}

/// Why what a cell said no longer holds in the present state.
package struct Staleness: Sendable, Equatable {
  /// What it took that is another now, and the cell that changed it.
  package var tie: Tie
  package var changedBy: Int

  /// "tasks: changed by cell 5"
  package var reason: String { "\(tie.name) changed by cell \(changedBy)" }
}

extension Notebook {
  /// The cells of the present state whose results come from something that is another now.
  package var stale: [Int: Staleness] {
    var stale: [Int: Staleness] = [:]
    let now = makers[path[place]] ?? [:]
    let abandoned = abandoned
    let kept = cells.filter { $0.status == .completed && !abandoned.contains($0.number) }
    for cell in kept { stale[cell.number] = staleness(of: cell, now, among: stale) }
    // One that was run again has a newer result.
    for cell in kept { if let again = cell.again { stale[again] = nil } }
    return stale
  }

  private func staleness(
    of cell: Cell, _ now: [Tie: Int], among stale: [Int: Staleness]
  ) -> Staleness? {
    var found: [Staleness] = []
    for (tie, maker) in cell.takes {
      if let reason = stale[maker] { found.append(reason) }
      // The last result is another after every cell, and was meant.
      if tie != .lastResult, let latest = now[tie], latest != maker,
        !isMade(latest, from: cell.number, of: tie)
      {
        found.append(Staleness(tie: tie, changedBy: latest))
      }
    }
    // The first change explains the later ones.
    return found.min { ($0.changedBy, $0.tie.name) < ($1.changedBy, $1.tie.name) }
  }

  /// Whether a cell changed something that an earlier one had left, rather than replaced it.
  private func isMade(_ cell: Int, from earlier: Int, of tie: Tie) -> Bool {
    var at = cell
    while at > earlier {
      guard let before = cells.first(where: { $0.number == at })?.takes[tie] else { return false }
      at = before
    }
    return at == earlier
  }

  /// What is worth saying of stale results after the last cell: that it uses some, and that it made some.
  package func remark(staleBefore before: [Int: Staleness]) -> Report? {
    guard let cell = cells.last, cell.status == .completed, !abandoned.contains(cell.number) else {
      return nil
    }
    let now = stale
    var blocks: [Report.Block] = []
    let used = cell.takes.filter { now[$0.value] != nil }
      .sorted { ($0.value, $0.key.name) < ($1.value, $1.key.name) }
    for (tie, maker) in used.prefix(3) {
      guard let reason = now[maker]?.reason else { continue }
      blocks.append(.note("\(tie.name) is of cell \(maker), which is stale: \(reason)."))
    }
    let fresh = now.keys.filter { before[$0] == nil && $0 != cell.number }.sorted()
    if let first = fresh.first, let reason = now[first]?.reason {
      let names = fresh.map { "\($0)" }.joined(separator: ", ")
      let (what, it) =
        fresh.count == 1 ? ("Cell \(names) is", "it") : ("Cells \(names) are", "them")
      blocks.append(.note("\(what) stale now: \(reason). `rerun stale` runs \(it) again."))
    }
    return blocks.isEmpty ? nil : Report(blocks)
  }
}
