import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `interview user 42 10`: which items a new user should be asked about first, and what the answers would be.
package struct Interview: ConstrainedCommand, FrugalCommand {
  var isNew = false
  var user: String?
  var number: Int?
  var policy: (any QuestionPolicy)?

  package init() {}

  package static let signature = Signature<Self>(
    "interview", "Says which items a new user should be asked about first.",
    details: """
      A user of the data answers with the support ratings; an item that is not rated is a question \
      without an answer, and the query is never asked about. `new` is a user of whom nothing is known: the \
      list is what to ask first. `plot adaptation policy=[variance, popularity, random]` compares policies on the \
      test users.
      """,
    [
      .filler("user"),
      .flag("new", \.isNew, "a user who is not in the data"),
      .positional(
        "id", \.user, "the user's id; behind `new` how many items", isRequired: false,
        expects: "the id of a user", completion: .live("user")),
      .positional(
        "k", \.number, "how many items to ask about; 10 if not given", isRequired: false,
        expects: "a whole number of 1 or more", where: { $0.map { $0 >= 1 } ?? true }),
      .choice(
        "policy", \.policy, from: questionPolicies,
        "what decides; variance if not given, of interactions popularity"),
    ],
    needs: [.data, .tasks, .model],
    examples: [
      Example("interview user 42 10"), Example("interview new 5 policy=popularity"),
      Example("interview user 42 policy=evidence", "the evidence candidates of MeLU"),
    ])

  package var resultFields: [ResultField]? {
    ["items", "titles", "worths", "answers"].map { ResultField($0, .list) } + ["answered"]
  }

  package var unneeded: [Noun] { policy?.needsInnerSteps == true ? [] : [.model] }

  package var contradiction: CommandFailure? {
    if !isNew, user == nil {
      return CommandFailure(
        "E0205", "interview needs a user", help: ["interview user 42 10", "interview new 10"])
    }
    guard isNew, let user, number != nil || (Int(user) ?? 0) < 1 else { return nil }
    return CommandFailure(
      "E0205", "a new user has no id", help: ["interview new \(number ?? 10)"], argument: user)
  }

  private var count: Int { number ?? (isNew ? user.flatMap { Int($0) } : nil) ?? 10 }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    if let contradiction { throw contradiction }
    guard let data = session.data, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    let policy = policy ?? (data.feedback == .ratings ? VarianceReduction() : PopularQuestions())
    var notes: [Report.Block] = []
    let person = try person(in: data, tasks, &notes)
    let hidden = Set(person.query.map(\.item))
    let pool = data.items(in: tasks.testedDomain(of: data)).filter { !hidden.contains($0) }
    guard count <= pool.count else {
      throw CommandFailure(
        "E0302",
        "k=\(count) is more than the \(counted(pool.count, "item")) that can be asked about",
        help: ["allowed: 1 to \(pool.count)"], argument: "\(count)")
    }
    let interviewer = try Interviewer(policy, in: session, data, tasks)
    try host.checkpoint(Progress("interview", done: 0, total: Double(count), unit: "questions"))
    let questioning = try interviewer.ask(
      count, of: pool, of: person.context.user, answers: person.context.support,
      assumesAnswers: isNew)
    return report(questioning, type(of: policy).name, data, tasks, notes)
  }

  /// Who is asked, what they can answer, and what they are not asked about.
  private func person(
    in data: Dataset, _ tasks: TaskSplit, _ notes: inout [Report.Block]
  ) throws -> LearnableRatings {
    guard !isNew, let user else {
      return LearnableRatings(context: UserContext(user: nil, support: []), query: [])
    }
    let number = try data.userNumber(user)
    return data.learnable(number, tasks, dividingAll: true, notes: &notes)
  }

  private func report(
    _ questioning: Questioning, _ policy: String, _ data: Dataset, _ tasks: TaskSplit,
    _ notes: [Report.Block]
  ) -> Report {
    let questions = questioning.questions
    let names = questions.map { data.items.ids.names[Int($0.item)] }
    let titles = questions.map { data.items.label(Int($0.item)) }
    let known = tasks.shareOfRaters(of: questions.map(\.item), in: data.interactions)
    var table = Table(
      "What to ask " + (isNew ? "a new user" : "user \(user ?? "")") + ", by \(policy)",
      columns: [
        .init("#", .right), .init("item", .right), .init("title"), .init("known by", .right),
        .init("worth", .right),
      ] + (isNew ? [] : [.init("answer", .right)]),
      rows: questions.indices.map { place in
        [
          .count(place + 1), .text(names[place]), .text(titles[place]),
          .number(known[place], digits: 2),
          .number(questions[place].worth.asWritten, digits: 4),
        ] + (isNew ? [] : [answer(questions[place].answer, data)])
      },
      footnotes: ["known by: the share of training users who have the item"])
    let answered = questioning.answered(among: questions.count)
    if isNew {
      let given = data.feedback == .ratings ? "\(names.first ?? "50")=…" : "likes=[…]"
      table.footnotes.append("`adapt new \(given)` takes the answers")
    } else {
      table.footnotes.append(
        "\(answered) of \(counted(questions.count, "question")) answered by the support")
    }
    return Report(
      notes + [.table(table)],
      result: Record([
        .init("items", .list(names.map { .text($0) })),
        .init("titles", .list(titles.map { .text($0) })),
        .init("worths", .list(questions.map { .number($0.worth.asWritten) })),
        .init(
          "answers",
          .list(questions.map { $0.answer.map { .number($0.rating.asWritten) } ?? .missing })),
        .init("answered", .number(Double(answered))),
      ]))
  }

  private func answer(_ rating: UserContext.Rating?, _ data: Dataset) -> Table.Cell {
    guard let rating else { return .missing }
    return data.feedback == .ratings
      ? .number(rating.rating.asWritten, digits: 0) : .text("yes")
  }
}
