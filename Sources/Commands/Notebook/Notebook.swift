import Language
import Reports

/// A session at a prompt: its cells, and the state after each of them. A value; since a state is one,
/// too, going back to any of them costs nothing.
package struct Notebook: Sendable {
  package private(set) var cells: [Cell] = []
  package private(set) var interpreter: Interpreter
  /// The states that were visited, as the number of the cell that made each; 0 is the empty session.
  package private(set) var path = [0]
  /// Where in the path the session is.
  package private(set) var place = 0
  private var states: [Int: Interpreter]
  /// For each state, which cell made what is in it.
  private(set) var makers: [Int: [Slot: Int]] = [:]
  /// What failed last: a cell, or a command of the notebook as if it were one.
  package private(set) var failed: Cell?
  /// The lesson that is being taken.
  package var lesson: LessonProgress?
  /// How many steps of each lesson are done, by its name.
  package var lessonsDone: [String: Int] = [:]
  private var branches: [(name: String, cell: Int)] = []

  /// - Parameters:
  ///   - store: where results of long commands are kept.
  ///   - catalog: the verbs that are known.
  package init(
    keepingResultsIn store: (any ResultStore)? = nil, catalog: Catalog<any Command> = commands
  ) {
    interpreter = Interpreter(session: Session(), catalog: catalog)
    interpreter.execution.store = store
    states = [0: interpreter]
  }

  /// The number that the next cell has.
  package var number: Int { (cells.last?.number ?? 0) + 1 }

  /// Runs what was typed as a new cell.
  ///
  /// A command of the notebook (`undo`, `rerun 3`) is not itself a cell: what it wants done comes back.
  ///
  /// - Parameter again: the cell that it does again.
  package mutating func run(
    _ text: String, again: Int? = nil, host: any Host, observe: (StatementOutcome) -> Void
  ) -> Outcome {
    let text = spelledOut(text)
    let source = Source(name: "cell \(number)", text: text)
    if let command = notebookCommand(in: source) {
      let faults = interpreter.check(source, host: host).filter { $0.severity == .error }
      guard faults.isEmpty else {
        failed = Cell(failing: text, faults, number: number, before: path[place])
        return .ran(.invalid(faults))
      }
      do {
        return .request(try command.run(in: &self, host: host))
      } catch let failure as CommandFailure {
        let fault = failure.diagnostic(at: SourceRange(0, text.utf8.count))
        failed = Cell(failing: text, [fault], number: number, before: path[place])
        return .ran(.failed(fault))
      } catch {
        return .ran(.interrupted)
      }
    }
    return .ran(runCell(source, again, host: host, observe: observe))
  }

  /// Runs a text that is to be no cell: what it changes belongs to the state that the last cell left.
  package mutating func runAside(
    _ text: String, host: any Host, observe: (StatementOutcome) -> Void
  ) -> RunResult {
    let source = Source(name: "aside", text: spelledOut(text))
    let result = interpreter.run(source, host: host, observe: observe)
    states[path[place]] = interpreter
    return result
  }

  /// The state that a cell found.
  package func state(before cell: Cell) -> Interpreter {
    states[cell.before] ?? interpreter
  }

  /// What came of a line.
  package enum Outcome: Sendable {
    case ran(RunResult)
    case request(NotebookRequest)
  }

  private mutating func runCell(
    _ source: Source, _ again: Int?, host: any Host, observe: (StatementOutcome) -> Void
  ) -> RunResult {
    var cell = Cell(number: number, text: source.text)
    cell.again = again
    cell.before = path[place]
    let start = host.now()
    let before = interpreter
    let lines = recordings(in: source)
    let result = interpreter.run(source, host: host) { outcome in
      if let report = outcome.report {
        cell.reports.append(report)
        cell.places.append(lines.lastIndex { $0.statements.lower <= outcome.range.lower } ?? 0)
      }
      observe(outcome)
    }
    cell.seconds = host.now() - start
    var access = noted(in: &cell, since: before)
    cell.changesNothing = result == .completed && access.changesNothing
    cell.close(result)
    if !cell.faults.isEmpty { failed = cell }
    cell.isPartial = interpreter.stopped(since: before) != nil
    access.writes.formUnion(bindResult(of: cell).map { .variable($0) })
    for slot in access.writes { cell.makes[slot] = interpreter.content(of: slot) }
    cells.append(cell)
    // Statements before the one that failed have changed the session.
    if result == .completed || interpreter.log.count != before.log.count {
      states[cell.number] = interpreter
      makers[cell.number] = makers[cell.before] ?? [:]
      for slot in access.writes { makers[cell.number]?[slot] = cell.number }
      // Looking does not end what can be redone.
      visit(cell.number, staysOnPath: cell.changesNothing)
    }
    return result
  }

  /// What the statements of a cell have read and written, which it remembers.
  private mutating func noted(in cell: inout Cell, since before: Interpreter) -> Access {
    var access = Access()
    let entries = interpreter.session.log.entries.indices.dropFirst(before.log.count)
    for index in entries {
      interpreter.session.log.entries[index].cell = cell.number
      access.add(interpreter.session.log.entries[index].access)
    }
    let here = makers[cell.before] ?? [:]
    for slot in access.reads {
      cell.takes[slot] = Cell.Taken(
        maker: here[slot] ?? 0, content: access.contents[slot] ?? Session.nothing)
    }
    cell.facts = access.facts
    return access
  }

  /// `$_` is the last result, `$_3` that of cell 3; returns the names that were bound.
  private mutating func bindResult(of cell: Cell) -> [String] {
    guard let result = cell.reports.last?.result, !result.fields.isEmpty else { return [] }
    let value = BoundValue(result.asValue, origin: "the result of cell \(cell.number)")
    let names = ["_", "_\(cell.number)"]
    for name in names { interpreter.variables[name] = value }
    return names
  }

  private mutating func visit(_ cell: Int, staysOnPath: Bool = false) {
    if !staysOnPath { path.removeSubrange((place + 1)...) }
    path.insert(cell, at: place + 1)
    place += 1
  }
}

extension Notebook {
  /// The command that a line is, if it is one of the notebook and nothing else.
  private func notebookCommand(in source: Source) -> (any NotebookCommand)? {
    let statements = source.parsed.script.statements
    guard statements.count == 1, case .pipeline(let calls) = statements[0].kind, calls.count == 1,
      let type = interpreter.catalog.types.first(where: { $0.name == calls[0].verb.text }),
      type is any NotebookCommand.Type
    else { return nil }
    var root: any Configurable = type.init()
    var evaluator = Evaluator(interpreter.variables)
    let arguments = calls[0].arguments.map {
      Argument($0, evaluator.value(of: $0.value))
    }
    _ = bind(arguments, to: &root)
    return root as? any NotebookCommand
  }

  /// The cell of that number.
  package func cell(_ number: Int) throws -> Cell {
    if let cell = cells.first(where: { $0.number == number }) { return cell }
    throw CommandFailure(
      "E0802", "there is no cell \(number)",
      help: [cells.isEmpty ? "nothing has run yet" : "there are cells 1 to \(self.number - 1)"])
  }

  /// Goes `steps` along the states that were visited, back when negative; returns the cell whose
  /// state it is now.
  package mutating func step(_ steps: Int) throws -> Int {
    let goal = place + steps
    guard path.indices.contains(goal) else {
      let left = steps < 0 ? place : path.count - 1 - place
      throw CommandFailure(
        "E0802",
        "there is nothing \(left == 0 ? "" : "that far ")to \(steps < 0 ? "undo" : "redo")",
        help: [left == 0 ? "`history` shows the cells" : "at most \(left)"])
    }
    place = goal
    interpreter = states[path[place]] ?? interpreter
    return path[place]
  }

  /// Goes to the state after a cell, which `undo` leaves again.
  package mutating func go(to number: Int) throws {
    if number != 0 { _ = try cell(number) }
    guard let state = states[number] else {
      throw CommandFailure(
        "E0802", "cell \(number) failed and left no state", help: ["`history` shows which did"])
    }
    interpreter = state
    visit(number)
  }

  /// Gives the present state a name.
  package mutating func name(_ name: String) {
    branches.removeAll { $0.name == name }
    branches.append((name, path[place]))
  }

  /// Names and the cells whose states they are.
  package var named: [(name: String, cell: Int)] { branches }

  /// The numbers of cells whose changes the present state has not got: undone, failed, or elsewhere.
  package var abandoned: Set<Int> {
    Set(cells.filter { !$0.changesNothing }.map(\.number)).subtracting(way(to: path[place]))
  }

  /// The numbers of the cells that lead to the state after a cell, its own included.
  func way(to number: Int) -> Set<Int> {
    var way: Set<Int> = []
    var at = number
    while at > 0, at <= cells.count, way.insert(at).inserted { at = cells[at - 1].before }
    return way
  }
}
