import Kernels
import Language

/// How ratings become tasks, and tasks become parts. A task is always the ratings in one part of one user, or of one
/// item; what is dealt out to the parts is a matter of choice.
package struct TaskSplitting: Sendable {
  /// What is dealt out to train, validation and test.
  package enum Dealing: String, ArgumentChoice {
    case user, item, category, domain, group, time, rating

    package var summary: String {
      switch self {
      case .user: "users: no user is in two parts"
      case .item: "items: no item is in two parts"
      case .category: "categories of items, such as genres: test on new ones"
      case .domain: "data sets loaded side by side with `load … as=`: test on a new one"
      case .group: "groups of users, such as ages: test on new ones"
      case .rating: "single ratings: the same users with other ratings in every part"
      case .time: "stretches of time: train on the past, test on the newest ratings"
      }
    }
  }

  /// Who is new in the test tasks (Lee et al. 2019, MeLU: four states).
  package enum Cold: String, ArgumentChoice {
    case user, item, both, none

    package var summary: String {
      switch self {
      case .user: "new users rate known items"
      case .item:
        "known users rate new items; of interactions they are known by those with all others"
      case .both: "new users rate new items"
      case .none: "known users rate known items, with other ratings than were trained on"
      }
    }

    /// `items` is understood, too.
    package static func read(_ value: Value) -> Cold? {
      String.read(value).flatMap { Cold(rawValue: $0 == "items" ? item.rawValue : $0) }
    }
  }

  /// Whose ratings a task is.
  package var of = TaskOwner.users
  /// Nil for those whose tasks they are.
  package var by: Dealing?
  package var cold: Cold?
  /// How many ratings each phase adds to what is known of the new ones; none where there are no phases.
  package var phases: [Int] = []
  package var order = Order.random
  /// Whether the order is turned round.
  package var isDescending = false
  package var support = SetSize.rest
  /// The usual number or, where that leaves too few users, fewer, if nil; with items held out of interactions
  /// all of those.
  package var query: SetSize?
  /// The fewest and the most ratings of a user who becomes a task.
  package var min: Int?
  package var max: Int?
  /// A column that says for each row which part it is for.
  package var from: String?
  /// The values of that column whose rows are trained on.
  package var train: [String] = []
  package var valid = PartSize.share(0.1)
  package var test = PartSize.share(0.1)
  /// Values of the `from` column that are test parts of their own.
  package var others: [String] = []
  /// The feature whose categories are dealt out.
  package var feature: String?
  /// Deals users into that many parts, of which one is the test part.
  package var folds: Int?
  package var fold = 1

  package init() {}

  /// The fewest ratings a user needs.
  package var leastRatings: Int {
    let usual = asked.count(of: 0).map { Swift.max($0, 2) + 3 } ?? 5
    return Swift.max(min ?? usual, asked.least + support.least)
  }

  /// How many ratings are judged on, the usual number where nothing says.
  var asked: SetSize { query ?? .count(Self.usualQuery) }

  /// The tasks of the data, in parts; chance derives from `key` and the users' ids only, so that
  /// neither the order of the rows of others nor other users change a user's task.
  package func split(_ data: Dataset, key: RandomKey) throws(DatasetError) -> TaskSplit {
    do throws(DatasetError) {
      return try ownersSplit(data.seen(by: of), key: key)
    } catch {
      throw error.worded(for: of)
    }
  }

  /// The same of the data as the owners of the tasks see them.
  private func ownersSplit(_ data: Dataset, key: RandomKey) throws(DatasetError) -> TaskSplit {
    try check(data)
    if !phases.isEmpty {
      let (parts, others, unjudged) = try phased(data, key: key)
      var split = finished(parts, others, of: data)
      (split.knownCounts, split.unjudged) = (knownCounts, unjudged)
      split.test = split.others.last?.tasks ?? []
      return split
    }
    if holdsItemsOut(of: data) {
      let (parts, items) = try holdingItemsOut(of: data, key: key)
      var split = finished(parts, try otherParts(of: data, key: key), of: data)
      split.heldOut = items
      return split
    }
    let division = try division(of: data, key: key)
    let (sized, fit) = try fitted(to: data, division)
    var split = try sized.split(data, division, key: key)
    split.fittedSize = fit
    return split
  }

  private func split(
    _ data: Dataset, _ division: RowDivision?, key: RandomKey
  ) throws(DatasetError) -> TaskSplit {
    let parts =
      if by == .rating {
        try byRatings(of: data, key: key)
      } else if let division {
        try tasks(of: division, in: data, key: key)
      } else {
        try byUsers(of: data, key: key)
      }
    var split = finished(parts, try otherParts(of: data, key: key), of: data)
    split.dealt = division?.dealt
    return split
  }

  /// The split that has these parts, without what is not to be learnt from.
  private func finished(
    _ parts: Parts, _ others: [TaskSplit.NamedPart], of data: Dataset
  ) -> TaskSplit {
    var (parts, others) = (parts, others)
    // Only what is trained on is known beyond the sizes of a task.
    for index in parts.valid.indices { parts.valid[index].spare = [] }
    for index in parts.test.indices { parts.test[index].spare = [] }
    for part in others.indices {
      for index in others[part].tasks.indices { others[part].tasks[index].spare = [] }
    }
    var screening = Screening(data.interactions, training: parts.train)
    func screen(_ tasks: inout [UserTask], isJudged: Bool) {
      guard
        let kept = screening?.screened(
          tasks, data.interactions, isJudged: isJudged, least: phases.isEmpty ? support.least : 0)
      else { return }
      tasks = kept
    }
    screen(&parts.train, isJudged: false)
    screen(&parts.valid, isJudged: true)
    screen(&parts.test, isJudged: true)
    for index in others.indices { screen(&others[index].tasks, isJudged: true) }
    var split = TaskSplit(
      train: parts.train, valid: parts.valid, test: parts.test,
      recipe: recipe(holdsItemsOut: holdsItemsOut(of: data)),
      fingerprint: data.fingerprint(with: [parts.train, parts.valid]))
    split.splitting = self
    split.owner = of
    split.others = others
    split.screening = screening
    return split
  }

  /// Refuses options that contradict each other or the data.
  private func check(_ data: Dataset) throws(DatasetError) {
    let holdsItemsOut = holdsItemsOut(of: data)
    let least =
      holdsItemsOut
      ? Swift.max(min ?? 0, 2)
      : query == nil ? Swift.max(min ?? 0, 1 + support.least) : leastRatings
    if support == .rest, query == .rest, !holdsItemsOut {
      throw DatasetError(
        "support=rest and query=rest leave open which ratings are which",
        help: ["say how many one of them gets: query=10"], code: "E0520")
    }
    if case .share(let a) = support, case .share(let b) = query, a + b > 1, !holdsItemsOut {
      throw DatasetError("support and query are more than all ratings", code: "E0520")
    }
    if order == .time || by == .time, data.interactions.times.isEmpty {
      throw DatasetError(
        "the ratings have no times", help: ["load data with times, or leave out what needs them"],
        code: "E0520")
    }
    let known = data.interactions.times.lazy.filter { $0 != Interactions.unknownTime }
    if by == .time, known.min() == known.max() {
      throw DatasetError(
        known.isEmpty ? "no rating has a known time" : "all ratings have one time",
        help: ["by=time deals out stretches of time; by=\(of.noun) deals out users"],
        argument: "by",
        code: "E0520")
    }
    if of == .items, by == .domain {
      throw DatasetError(
        "by=domain has no meaning with of=items", help: ["of=users"],
        argument: "by", code: "E0520")
    }
    if let folds, !(1...folds).contains(fold) {
      throw DatasetError(
        "there is no fold \(fold) of \(folds)", argument: "fold", code: "E0520")
    }
    if asked == .count(0) {
      throw DatasetError(
        "query=0 leaves nothing to be judged on", help: ["try query=10"], argument: "query",
        code: "E0520")
    }
    if let max, phases.isEmpty, max < least {
      throw DatasetError(
        "max=\(max) is less than \(least), the fewest ratings of a task",
        help: holdsItemsOut ? [] : [why],
        argument: "max", code: "E0520")
    }
    if [from != nil, cold != nil, folds != nil && by != .rating, dealing != .user].count(where: {
      $0
    })
      > 1
    {
      throw DatasetError(
        "by=, cold=, from= and folds= each decide alone what the test part is",
        help: ["leave all but one of them out"], code: "E0520")
    }
  }

  /// What the fewest ratings of a task come from.
  private var why: String {
    min == nil ? "the fewest are query + 3 where min= does not say: min=…" : "min=\(leastRatings)"
  }

  /// The options in one line.
  private func recipe(holdsItemsOut: Bool) -> String {
    var words =
      (of == .users ? [] : ["of=\(of.rawValue)"]) + ["by=\((by ?? dealing.seen(by: of)).rawValue)"]
    func add(_ name: String, _ text: String?) {
      if let text { words.append("\(name)=\(text)") }
    }
    add("cold", cold?.rawValue)
    add("feature", feature)
    add("from", from)
    add("train", train.isEmpty ? nil : train.joined(separator: ","))
    add("folds", folds.map { "\($0) fold=\(fold)" })
    if phases.isEmpty {
      add("support", support.argumentText)
      add("query", holdsItemsOut ? query?.argumentText : asked.argumentText)
    } else {
      add("phases", phases.map { "\($0)" }.joined(separator: ","))
    }
    add("order", order == .random ? nil : order.argumentText)
    add("descending", isDescending ? "yes" : nil)
    add("min", phases.isEmpty && !holdsItemsOut ? "\(leastRatings)" : min.map { "\($0)" })
    add("max", max.map { "\($0)" })
    add("valid", valid.argumentText)
    add("test", folds == nil ? test.argumentText : nil)
    add("others", others.isEmpty ? nil : others.joined(separator: ","))
    return words.joined(separator: " ")
  }
}
