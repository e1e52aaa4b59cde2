import Commands
import Language
import Reports
import Testing

/// `audit privacy` and `plot privacy`: what trainings give away, and what hiding costs.
@Suite struct AuditTests: ToyScripts {
  private static let plain = "meta-train maml steps=1 epochs=4 batch=40"
  private static let hidden = plain + " privacy=gaussian epsilon=1 delta=1e-3"

  @Test func withoutNoiseTheAttackSucceeds() {
    let made = run([Self.plain, "audit privacy canaries=100 shadows=1"])
    #expect(made.result == .completed, "\(made.result)")
    let report = made.reports.last
    #expect(number(report, "auc-low") > 0.5)
    #expect(number(report, "tpr-10-low") > number(report, "fpr-10-high"))
    #expect(number(report, "epsilon-shown") > 0.5)
    #expect(number(report, "epsilon-accounted") == .infinity)
    #expect(!said(report).contains("gives away more"))
  }

  @Test(arguments: ["canaries=100 shadows=0 trainings=2", "canaries=60 shadows=3"])
  func withNoiseTheRatesAreWithinTheBound(options: String) {
    let made = run([Self.hidden, "audit privacy \(options)"])
    #expect(made.result == .completed, "\(made.result)")
    let report = made.reports.last
    let accounted = number(report, "epsilon-accounted")
    #expect(accounted > 0.9 && accounted <= 1 && number(report, "delta") == 1e-3)
    #expect(number(report, "excess") <= 0)
    #expect(number(report, "epsilon-shown") <= accounted)
    #expect(number(report, "auc-low") < 0.6)
    #expect(!said(report).contains("gives away more"))
    #expect(said(report).contains("who attacks is taken not to know it"))
  }

  @Test func theSessionAndItsModelStayAsTheyAre() {
    let lines = [Self.hidden, "adapt user 42"]
    let before = run(lines)
    let after = run(
      lines + ["audit privacy canaries=20 shadows=1", "plot privacy epsilon=[1, 4]"])
    #expect(after.result == .completed, "\(after.result)")
    func state(_ session: Session) -> String { StateFingerprint(session).text }
    #expect(state(before.session) == state(after.session))
    #expect(before.session.model?.weightsDigest == after.session.model?.weightsDigest)
    #expect(after.session.data?.items.count == before.session.data?.items.count)
    #expect(after.session.recipe != nil && after.session.adapted != nil)
  }

  @Test(arguments: ["audit privacy canaries=20", "plot privacy epsilon=[1, 4]"])
  func whoStopsItHasTheSessionOfBefore(line: String) {
    let host = RecordingHost()
    let before = run([Self.hidden], host)
    host.interruptsAt = host.progress.count * 2 + 3
    host.progress = []
    let stopped = run([Self.hidden, line], host)
    #expect(stopped.result == .interrupted, "\(stopped.result)")
    #expect(stopped.session.model?.weightsDigest == before.session.model?.weightsDigest)
    #expect(host.progress.last?.title.contains("training") == true)
  }

  @Test(arguments: [
    (["meta-train episodic-ridge epochs=1"], "E0306", "solved from all ratings at once"),
    (["meta-train maml heads=rating,click epochs=1"], "E0306", "one head"),
    (["model graph", "meta-train maml epochs=1"], "E0306", "graph of who rated what"),
    (
      ["binarize keep=all", "split tasks", "meta-train maml epochs=1"], "E0412", "is for ratings"
    ),
    (["split tasks of=items", "meta-train maml epochs=1"], "E0306", "are in several tasks"),
    ([hidden + " noise-source=system"], "E0409", "as much privacy once more"),
    (
      [plain, "save model \"m.safetensors\"", "open model \"m.safetensors\""], "E0409",
      "trained in this session"
    ),
  ])
  func whatCannotBePrivateIsNotAudited(lines: [String], code: String, message: String) {
    guard case .failed(let failure) = run(lines + ["audit privacy canaries=20"]).result else {
      Issue.record("\(lines) ran")
      return
    }
    #expect(failure.code == code, "\(failure.message)")
    #expect(failure.message.contains(message), "\(failure.message)")
  }

  @Test func aPictureOfEachMetricHasAllThatHide() throws {
    let host = RecordingHost()
    let made = run(
      [Self.hidden, "plot privacy mae ndcg@5 epsilon=[0.5, 4, 32] file=\"p.svg\""], host)
    #expect(made.result == .completed, "\(made.result)")
    let curves = try #require(made.reports.last).blocks.compactMap {
      if case .curve(let curve) = $0 { curve } else { nil }
    }
    #expect(curves.map(\.xLabel) == ["ε", "ε"])
    #expect(curves.map(\.yLabel) == ["MAE", "nDCG@5"])
    for curve in curves {
      #expect(
        curve.series.map(\.name) == [
          "maml", "noisy-item-mean", "noisy-bias", "maml without noise",
        ])
      #expect(curve.names == ["0.5", "4", "32"])
      #expect(curve.series.allSatisfy { $0.points.count == 3 })
      // Without noise ε changes nothing; with it everything.
      #expect(Set(curve.series[3].points.map(\.y)).count == 1)
      #expect(curve.series.prefix(3).allSatisfy { Set($0.points.map(\.y)).count == 3 })
      #expect(curve.title.contains("δ = 0.001"))
    }
    #expect(host.text("p.svg")?.contains("noisy-bias") == true)
  }

  @Test func whatHidesSaysWhatItSpends() {
    let made = run([
      "baseline noisy-bias epsilon=2 noise=laplace as=flat",
      "evaluate mae with=[noisy-item-mean, flat]",
    ])
    #expect(made.result == .completed, "\(made.result)")
    let text = said(made.reports.last)
    #expect(text.contains("noisy-item-mean: ε = 8 at δ = 1e-05 for each training user, simulated"))
    #expect(text.contains("flat: ε = 2 for each training user, simulated"))
  }
}
