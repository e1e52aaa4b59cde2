import Language
import Reports
import Synchronization

/// Where the examples of `help` run: sessions on the built-in sample that hold what an example needs, each made once,
/// and the files that examples read.
package final class ExampleStage: Sendable {
  private let host: any Host
  private let made = Mutex<[[Noun]: Interpreter]>([:])
  private let written = Mutex<FilesInMemory?>(nil)

  /// - Parameter host: what computes and tells the time; its files are neither read nor written.
  package init(_ host: any Host) { self.host = host }

  /// A host with the files that examples may read: what the examples of `save` and `meta-train` write, and small
  /// tables made up here.
  package var files: FilesInMemory {
    let known = written.withLock { written in
      let known = written ?? Self.files(host)
      written = known
      return known
    }
    return FilesInMemory(host, known)
  }

  /// A session in which every one of the nouns is there; nil where a line that should give one does not.
  package func interpreter(with nouns: [Noun]) -> Interpreter? {
    let order = nouns.reduce(into: [Noun]()) { Self.add($1, to: &$0) }
    return made.withLock { made in
      if let known = made[order] { return known }
      guard let interpreter = Self.interpreter(order, FilesInMemory(host)) else { return nil }
      made[order] = interpreter
      return interpreter
    }
  }

  /// The lines that give nouns, in order.
  package static func remedies(_ nouns: [Noun]) -> [String] {
    nouns.reduce(into: [Noun]()) { add($1, to: &$0) }.map(\.remedy)
  }

  private static func interpreter(_ order: [Noun], _ host: any Host) -> Interpreter? {
    var interpreter = Interpreter()
    for noun in order {
      let result = interpreter.run(Source(name: "prelude", text: noun.remedy), host: host)
      guard result == .completed else { return nil }
    }
    return interpreter
  }

  private static func files(_ outer: any Host) -> FilesInMemory {
    let host = FilesInMemory(outer)
    let events = [(1, 2), (2, 3)].map { user, item in
      "{\"user\": \"\(user)\", \"item\": \"\(item)\", \"rating\": 4, \"time\": 170000000\(item)}\n"
    }
    let texts = [
      "materials.csv": "item,made\n1,wood\n2,tin\n",
      "new.csv": "item,title\n901,A kite\n902,A drum\n",
      "people.csv": "user,height\n1,120\n2,-1\n",
      "trust.csv": "truster,trusted,weight\n1,2,1\n2,3,0.5\n", "events.jsonl": events.joined(),
      "setup.mrs": "load data; split tasks",
      "shown.csv": "user,item,rating,time\n1,a,0,1\n2,b,1,2\n1,b,0,3\n3,a,1,4\n2,a,0,5\n",
    ]
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      try? host.write(Array(text.utf8), to: name)
    }
    for form in saveables.members.forms + [MetaTrain.form] {
      let order = form.needs.reduce(into: [Noun]()) { add($1, to: &$0) }
      guard var interpreter = interpreter(order, host) else { continue }
      for example in form.examples {
        _ = interpreter.run(Source(name: "prelude", text: example.line), host: host)
      }
    }
    return host
  }

  /// Adds a noun after those it is made from.
  private static func add(_ noun: Noun, to order: inout [Noun]) {
    for source in noun.sources { add(source, to: &order) }
    if let whole = noun.kindOf {
      add(whole, to: &order)
      // Ratings are what data are without more.
      guard [.interactions, .randomShowings].contains(noun), !order.contains(noun),
        let place = order.firstIndex(of: whole)
      else { return }
      order.insert(noun, at: place + 1)
      return
    }
    // Items shown at random are loaded last: users who were shown one alone make no tasks.
    if !order.contains(noun) {
      order.insert(noun, at: order.firstIndex(of: .randomShowings) ?? order.endIndex)
    }
  }
}

extension Example {
  /// What its calls need that those before them do not give; what is expected to fail needs nothing.
  package var needs: [Noun] {
    var (needed, given): ([Noun], [Noun]) = ([], [])
    func add(_ statements: [Statement]) {
      for statement in statements {
        if case .expectation = statement.kind { continue }
        for call in statement.calls {
          let nouns = Example.nouns(of: call)
          needed += nouns.needs.filter { !given.contains($0) }
          given += nouns.gives
        }
        add(statement.blocks.flatMap(\.statements))
      }
    }
    add(parse(line).script.statements)
    return needed
  }

  private static func nouns(of call: Call) -> (needs: [Noun], gives: [Noun]) {
    guard let type = commands.types.first(where: { $0.name == call.verb.text }) else {
      return ([], [])
    }
    var evaluator = Evaluator(Scope())
    let arguments = call.arguments.map {
      Argument($0, evaluator.value(of: $0.value))
    }
    return BoundArguments(arguments, of: type).nouns(of: type)
  }
}
