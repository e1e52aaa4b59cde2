import Commands
import Language
import Testing

/// Where faults of data are shown, and what is put in the place.
@Suite struct DataFaultTests {
  private func fault(_ text: String, _ files: [String: String] = [:]) -> Diagnostic? {
    var interpreter = Interpreter()
    let result = interpreter.run(
      Source(name: "test", text: text), host: RecordingHost(files)
    ) { _ in }
    guard case .failed(let diagnostic) = result else { return nil }
    return diagnostic
  }

  @Test(arguments: [
    (
      "user,item,rating,time\na,x,1,3\na,x,5,2\nb,y,2,7\nb,y,3,7\n",
      "2 pairs of a user and an item are given more than once (4 ratings), all with different "
        + "ratings; `clean dedupe=last` keeps the newest of each, and the last in the file where times are equal "
        + "(1 pair)"
    ),
    (
      "user,item,rating\na,x,1\na,x,1\na,x,1\nb,y,2\n",
      "3 ratings repeat one pair of a user and an item, with equal ratings; `clean dedupe=last` "
        + "keeps the last in the file of each, without times"
    ),
  ])
  func whatIsGivenTwiceIsSaidAtOnce(file: String, sentence: String) {
    var interpreter = Interpreter()
    var said: [String] = []
    _ = interpreter.run(
      Source(text: "load csv \"a.csv\""), host: RecordingHost(["a.csv": file])
    ) { outcome in
      for case .warning(let text) in outcome.report?.blocks ?? [] { said.append(text) }
    }
    #expect(said == [sentence])
  }

  @Test func theColumnThatTellsRepeatedRowsApartIsNamedWhereTheyAreRefused() throws {
    let rows = (0..<12).flatMap { user in
      (0..<8).flatMap { ["u\(user),i\($0),1,buy\n", "u\(user),i\($0),\($0 + 2),play\n"] }
    }
    let text = "load csv \"a.csv\" rating=hours\nsplit tasks query=3 min=6\nevaluate mae"
    let found = try #require(fault(text, ["a.csv": "user,item,hours,what\n" + rows.joined()]))
    #expect(found.code == "E0410")
    #expect(found.help.first == "`load` with where=\"what=buy\" reads one kind")
  }

  @Test func whatTwoTablesSayOtherwiseIsNamed() {
    var interpreter = Interpreter()
    var said: [String] = []
    _ = interpreter.run(
      Source(
        text: "load csv \"a.csv\"\nattach items \"b.csv\"\nattach items \"c.csv\""),
      host: RecordingHost([
        "a.csv": "user,item,rating\nu,x,1\nu,y,2\nv,x,3\nv,z,3\n",
        "b.csv": "item,year,kind\nx,1990,a\ny,1991,b\nz,1992,a\n",
        "c.csv": "item,year,kind\nx,1990,b\ny,1981,a\nz,1992,a\n",
      ])
    ) { outcome in
      for case .warning(let text) in outcome.report?.blocks ?? [] { said.append(text) }
    }
    #expect(
      said == [
        "2 of the items have other values here than before, which are replaced: `year` of y, `kind` of x, y; "
          + "`undo` takes that back, and `as=` and a name keeps features of both beside each other"
      ])
  }

  @Test(arguments: [
    ("split tasks by=category feature=category test=plus query=1", "plus", "plush"),
    ("split tasks by=category feature=category test=[dolls, plus] query=1", "plus", "plush"),
    ("split tasks from=behavior test=buy", "behavior", "behaviour"),
    ("split tasks from=behaviour train=look test=by", "by", "buy"),
    ("split tasks by=group feature=regoin", "regoin", "region"),
    ("weigh behavior look=1 wish=2 buy=5", "behavior", "behaviour"),
    ("weigh behaviour look=1 wish=2 by=5", "by", "buy"),
  ])
  func whatIsMendedIsWhatIsWrong(line: String, wrong: String, right: String) throws {
    let text = "load data\n" + line
    let found = try #require(fault(text))
    #expect(found.code == "E0521" && found.fix?.replacement == right)
    let place = try #require(found.fix?.range)
    #expect(Source(name: "test", text: text).slice(place) == wrong)
  }
}
