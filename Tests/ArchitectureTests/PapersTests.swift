import Commands
import Datasets
import FoundationEssentials
import Language
import Testing

/// The scripts of `examples/papers` are right, and run to their end on toys in the format of their data.
@Suite struct PapersTests {
  static let folder = "examples/papers"
  static let scripts =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/" + folder)) ?? [])
    .filter { $0.hasSuffix(".mrs") }.sorted()

  @Test func allTablesAreThere() {
    #expect(
      Self.scripts == [
        "clicks-ml-100k.mrs", "clicks-ml-1m.mrs", "cold-items-ml-1m.mrs", "melu.mrs",
        "metarec-ml-100k.mrs", "metarec-ml-1m.mrs", "new-items-ml-1m.mrs", "surprise-ml-100k.mrs",
      ])
  }

  @Test(arguments: scripts)
  func nothingIsWrongWithTheScript(name: String) throws {
    let source = Source(name: name, text: try SourceTree.text(Self.folder + "/" + name))
    let found = Interpreter().check(source, lints: true).filter { $0.severity == .error }
    #expect(found.isEmpty, "\(found.map(\.message))")
  }

  /// The whole script, with less of everything: two seeds or folds, one epoch, ten users to choose by. What
  /// it expects of real numbers is passed over, what it prints is there.
  @Test(arguments: scripts)
  func theScriptRunsOnToys(name: String) throws {
    var text = try SourceTree.text(Self.folder + "/" + name)
    for (pattern, less) in [
      (#/seeds=\d+/#, "seeds=2"), (#/folds=\d+/#, "folds=2"), (#/epochs=\d+/#, "epochs=1"),
      (#/valid=200/#, "valid=10"), (#/phases 20 20 20/#, "phases 5 5 5"),
      (#/after-20/#, "after-5"), (#/after-40/#, "after-10"), (#/after-60/#, "after-15"),
      (#/min=60 max=200/#, "min=16 max=60"),
    ] {
      text = text.replacing(pattern, with: less)
    }
    let host = try Toys.host(for: name)
    var interpreter = Interpreter()
    interpreter.parameters["folder"] = .text("toys")
    interpreter.execution.variation.passesOverExpectations = true
    var fields: Set<String> = []
    var titles: [String] = []
    let result = interpreter.run(Source(name: name, text: text), host: host) { outcome in
      fields.formUnion(outcome.report?.result.fields.map(\.name) ?? [])
      for case .table(let table) in outcome.report?.blocks ?? [] {
        titles += table.rows.compactMap { row in
          if case .text(let title)? = row.first { title } else { nil }
        }
      }
    }
    #expect(result == .completed, "\(result)")
    let always =
      name.hasPrefix("clicks")
      ? ["chance", "popularity", "episodic-ease", "episodic-ridge", "hybrid"]
      : name.hasPrefix("cold-items")
        ? ["chance", "popularity", "episodic-ease", "ease", "als"] : ["chance", "item-mean", "mf"]
    #expect(always.allSatisfy { titles.contains($0) })
    // What others printed stands in the same table.
    for file in Toys.references(of: name) {
      let printed = try ReferenceTable(host.read(file))
      #expect(!printed.rows.isEmpty && printed.rows.allSatisfy { titles.contains($0.name) })
    }
  }
}

/// Small data in the formats of MovieLens, RecBole and MeLU: users who like one of two kinds of films.
enum Toys {
  private static let users = 1...90
  private static let films = 1...60
  private static let genres = ["Comedy", "Drama"]

  static func references(of script: String) -> [String] {
    if script == "melu.mrs" { return ["melu-user-cold.csv"] }
    let name = script.replacing(".mrs", with: "")
    return (name.hasPrefix("clicks") ? ["-5", "-20", "-80"] : [""]).map { name + $0 + ".csv" }
  }

  static func host(for script: String) throws -> MemoryHost {
    let host = MemoryHost()
    let papers = SourceTree.root + "/" + PapersTests.folder
    for file in try FileManager.default.contentsOfDirectory(atPath: papers)
    where file.hasSuffix(".csv") {
      let text = try SourceTree.text(PapersTests.folder + "/" + file)
      try host.write(Array(text.utf8), to: file)
    }
    let files =
      switch script {
      case "melu.mrs", "new-items-ml-1m.mrs", "cold-items-ml-1m.mrs": states
      case "metarec-ml-1m.mrs", "clicks-ml-1m.mrs": release1M
      default: recBole
      }
    for (name, text) in files { try host.write(Array(text.utf8), to: "toys/" + name) }
    return host
  }

  /// Every user's ratings, 30 to 49 each: the same in every run.
  private static var ratings: [(user: Int, film: Int, rating: Int)] {
    users.flatMap { user in
      (0..<30 + user % 20).map { number in
        let film = 1 + (user * 7 + number * 11) % films.count
        let likes = (film + user) % 2 == 0 ? 1 : -1
        return (user, film, min(5, max(1, 3 + likes + (film * user + number) % 3 - 1)))
      }
    }
  }

  private static var recBole: [(String, String)] {
    [
      (
        "ml-100k.inter",
        "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
          + ratings.map { "\($0.user)\t\($0.film)\t\($0.rating)\t\($0.film)\n" }.joined()
      ),
      (
        "ml-100k.user",
        "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
          + users.map { "\($0)\t\(20 + $0 % 9)\t\("MF".dropFirst($0 % 2).prefix(1))\twriter\t1\n" }
          .joined()
      ),
      (
        "ml-100k.item",
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
          + films.map { "\($0)\tFilm \($0)\t\(1960 + $0)\t\(genres[$0 % 2])\n" }.joined()
      ),
    ]
  }

  private static var release1M: [(String, String)] {
    [
      ("ratings.dat", ratings.map { "\($0.user)::\($0.film)::\($0.rating)::9\n" }.joined()),
      ("users.dat", people), ("movies.dat", titles),
    ]
  }

  private static var people: String {
    users.map { "\($0)::\($0 % 2 == 0 ? "M" : "F")::25::\($0 % 5)::1\n" }.joined()
  }

  private static var titles: String {
    films.map { "\($0)::Film \($0) (\(1960 + $0))::\(genres[$0 % 2])\n" }.joined()
  }

  /// MeLU's split: a third of the users and of the films are new.
  private static var states: [(String, String)] {
    let rows = ratings.map { user, film, rating -> String in
      let state =
        switch (user % 3 == 0, film > 30) {
        case (true, true): "both-cold"
        case (true, false): "user-cold"
        case (false, true): "item-cold"
        case (false, false): "warm"
        }
      return "\(user),\(film),\(rating),\(state)\n"
    }
    let credits = films.map {
      "\($0)::Film \($0)::\(1960 + $0)::PG::1 Jan::\(genres[$0 % 2])::Dir \($0 % 7)::W::A, B \($0 % 3)::P::x\n"
    }
    return [
      ("ratings.csv", "user,item,rating,state\n" + rows.joined()), ("users.dat", people),
      ("movies.dat", titles), ("movies_extrainfos.dat", credits.joined()),
    ]
  }
}
