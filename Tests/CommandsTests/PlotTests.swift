import Commands
import Language
import Reports
import Testing

/// Every plot on the built-in sample.
@Suite struct PlotTests {
  private func interpreter(_ more: String) throws -> Interpreter {
    var interpreter = Interpreter()
    let text = "load data\nsplit tasks\n" + more
    try #require(interpreter.run(Source(text: text), host: RecordingHost()) == .completed)
    return interpreter
  }

  private func curves(
    _ line: String, _ interpreter: inout Interpreter, _ host: RecordingHost = RecordingHost()
  ) throws -> [Curve] {
    var found: Report?
    let result = interpreter.run(Source(text: line), host: host) { found = $0.report }
    try #require(result == .completed, "\(line): \(result)")
    return found?.blocks.compactMap { if case .curve(let curve) = $0 { curve } else { nil } } ?? []
  }

  @Test func whatCanBeDrawnIsSaidWhenNothingIsNamed() throws {
    var interpreter = Interpreter()
    let result = interpreter.run(Source(text: "load data\nplot"), host: RecordingHost())
    guard case .invalid(let faults) = result else {
      Issue.record("`plot` alone ran")
      return
    }
    let fault = try #require(faults.first { $0.code == "E0205" })
    #expect(fault.help.last == "known: " + plots.members.names.joined(separator: ", "))
  }

  @Test func aSweepIsShownByWhatItTried() throws {
    var interpreter = try interpreter(
      "meta-train maml steps=1..3 inner-lr=[0.01, 0.1] epochs=1")
    let curve = try #require(try curves("plot sweep", &interpreter).first)
    #expect(curve.names == ["1", "2", "3"] && curve.xLabel == "steps")
    #expect(curve.series.map(\.name) == ["inner-lr=0.01", "inner-lr=0.1"])
    #expect(curve.series.allSatisfy { $0.points.count == 3 })
  }

  @Test func withoutASweepItSaysWhatOneIs() throws {
    var interpreter = try interpreter("meta-train maml epochs=1")
    guard
      case .failed(let fault) = interpreter.run(
        Source(text: "plot sweep"), host: RecordingHost())
    else {
      Issue.record("it ran")
      return
    }
    #expect(fault.help.contains { $0.contains("steps=1..5") })
  }

  @Test func adaptationIsShownAgainstRatingsAndSteps() throws {
    var interpreter = try interpreter("meta-train maml steps=2 epochs=2")
    let both = try curves("plot adaptation users=20", &interpreter)
    #expect(both.map(\.xLabel) == ["ratings known of a user", "inner steps"])
    let (ratings, steps) = (both[0].series[0].points, both[1].series[0].points)
    #expect(steps.count == 11)
    // Nobody has adapted yet at no ratings and at no steps; all have at all ratings and the trained steps.
    #expect(abs(ratings[0].y - steps[0].y) < 1e-5)
    #expect(abs((ratings.last?.y ?? 0) - steps[2].y) < 1e-5)
    #expect(ratings[0].y != ratings.last?.y)
    #expect(try curves("plot adaptation users=5 against=steps steps=3", &interpreter).count == 1)
    interpreter = try self.interpreter("meta-train ridge epochs=1")
    #expect(try curves("plot adaptation users=5", &interpreter).count == 1)
    let refused = interpreter.run(
      Source(text: "plot adaptation against=steps"), host: RecordingHost())
    guard case .failed(let fault) = refused else { return }
    #expect(fault.code == "E0305")
  }

  @Test func itemsLieApartByWhatTheModelMakesOfThem() throws {
    var interpreter = try interpreter("meta-train maml epochs=1")
    let host = RecordingHost()
    let curve = try #require(
      try curves("plot embedding items=100 file=\"items.svg\"", &interpreter, host).first)
    #expect(curve.mark == .point && curve.series.count <= 7)
    #expect(curve.series.reduce(0) { $0 + $1.points.count } == 100)
    #expect(curve.xLabel.contains("% of variance"))
    #expect(host.text("items.svg")?.hasPrefix("<svg") == true)
    let prices = try curves("plot embedding colour=price", &interpreter)
    #expect(prices.first?.series.count == 4)
    guard
      case .failed(let fault) = interpreter.run(
        Source(text: "plot embedding colour=prise"), host: host)
    else { return }
    #expect(fault.code == "E0502")
  }

  @Test func aPictureCanBeShownAsWhatOthersDraw() throws {
    var interpreter = try interpreter("")
    var found: Report?
    _ = interpreter.run(Source(text: "plot popularity as=vega"), host: RecordingHost()) {
      found = $0.report
    }
    guard case .code(let text)? = found?.blocks.first else {
      Issue.record("\(found as Any)")
      return
    }
    #expect(JSON(parsing: text)?["$schema"]?.string?.contains("vega-lite") == true)
  }

  @Test(arguments: ["attention", "graph layers=1", "transformer layers=1 width=8"])
  func whatIsAttendedToIsAMapOfItemsAndRatings(network: String) throws {
    var interpreter = try interpreter("model \(network) embed=4\nmeta-train ridge epochs=1")
    let host = RecordingHost()
    let curve = try #require(
      try curves(
        "plot attention user=42 items=3 ratings=5 file=\"a.svg\"", &interpreter, host
      ).first)
    #expect(curve.mark == .heat && curve.names.count == 5 && curve.series.count == 3)
    for series in curve.series {
      let shares = series.points.map(\.y)
      #expect(shares.count == 5 && shares.allSatisfy { $0 >= 0 } && shares.reduce(0, +) < 1.0001)
    }
    let picture = String(decoding: host.files["a.svg"] ?? [], as: UTF8.self)
    #expect(picture.ranges(of: "<rect").count == 15)
    // Without a name it is the first test user.
    #expect(try curves("plot attention", &interpreter).count == 1)
  }

  @Test func ofAMemoryThePrototypesAreShown() throws {
    var interpreter = try interpreter("model memory slots=3 width=8\nmeta-train ridge epochs=1")
    let curve = try #require(try curves("plot attention user=42", &interpreter).first)
    #expect(curve.names == ["1", "2", "3"] && curve.series.map(\.name) == ["user 42"])
    #expect(abs(curve.series[0].points.map(\.y).reduce(0, +) - 1) < 1e-5)
  }

  @Test func whatAttendsToNothingSaysWhatDoes() throws {
    var interpreter = try interpreter("meta-train ridge epochs=1")
    guard
      case .failed(let fault) = interpreter.run(
        Source(text: "plot attention user=42"), host: RecordingHost())
    else {
      Issue.record("it ran")
      return
    }
    #expect(fault.code == "E0306" && fault.help.contains { $0.contains("model transformer") })
  }

  @Test func weightsOfFeaturesAreAMap() throws {
    var interpreter = try interpreter("model factor embed=4\nmeta-train ridge epochs=1")
    let all = try #require(try curves("plot heat", &interpreter).first)
    #expect(all.names == ["1", "2", "3", "4", "w"] && all.mark == .heat)
    #expect(all.series.first?.name == "item id" && all.series.count > 2)
    let one = try #require(
      try curves("plot heat feature=item values=6", &interpreter).first)
    #expect(one.series.count == 6)
    guard
      case .failed(let fault) = interpreter.run(
        Source(text: "plot heat feature=colour"), host: RecordingHost())
    else {
      Issue.record("it ran")
      return
    }
    #expect(fault.code == "E0502")
  }
}
