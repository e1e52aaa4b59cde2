import Language
import Reports

/// `show`, `show graph`, `show machine`: what the session holds.
package struct Show: Command {
  var view: any View = SessionView()

  package init() {}

  package static let signature = Signature<Self>(
    "show", "Shows what the session holds: data, tasks, model, adapted model, settings.",
    details:
      "Behind `show` may also stand a value: a result that `let` has bound, or `$_`, the last one.",
    [
      .choice(
        "what", \.view, from: views, "what to show",
        otherwise: { $0.isWrittenWord ? nil : ValueView($1) })
    ],
    examples: [Example("show"), Example("let k = 5; show $k", "what a name stands for")])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    try view.report(of: session)
  }
}

/// Something of a session that can be looked at.
package protocol View: Configurable {
  func report(of session: Session) throws -> Report
}

/// Everything that `show` can show.
package let views = Catalog<any View>(
  "view", [SessionView.self, GraphView.self, MachineView.self, RatesView.self, ValueView.self])

/// What a session holds, in a few words each.
package struct SessionView: View {
  package init() {}

  package static let signature = Signature<Self>(
    "session", "Data, tasks, network, model, adapted model and settings.",
    examples: [Example("show session")])

  package func report(of session: Session) -> Report {
    var rows: [(String, String)] = []
    if let data = session.data {
      rows.append(
        (
          "data",
          "\(data.name): \(counted(data.interactions.count, "rating")) of "
            + "\(counted(data.items.count, "item")) by \(counted(data.users.count, "user"))"
        ))
    }
    if let tasks = session.tasks {
      let parts = [("train", tasks.train), ("valid", tasks.valid), ("test", tasks.test)]
      let counts = parts.map { "\(grouped($0.1.count)) \($0.0)" }.joined(separator: ", ")
      rows.append(("tasks", "\(counts) (\(tasks.recipe))"))
    }
    rows.append(("network", described(session.network)))
    if let model = session.model {
      rows.append(("model", model.title))
      if let privacy = model.privacy { rows.append(("privacy", privacy.sentence)) }
    }
    if let adapted = session.adapted {
      rows.append(
        ("adapted", "to \(adapted.name), on \(counted(adapted.context.support.count, "rating"))"))
    }
    rows.append(("settings", described(session.settings)))
    return Report([
      .table(
        Table(
          columns: [.init("what"), .init("it is")],
          rows: rows.map { [.text($0.0), .text($0.1)] }))
    ])
  }
}
