import Kernels
import Language

/// How ratings become tasks, and tasks become parts. A task is always one user's ratings of one
/// part; what is dealt out to the parts is a matter of choice.
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
      case .item: "known users rate new items"
      case .both: "new users rate new items"
      case .none: "known users rate known items, with other ratings than were trained on"
      }
    }
  }

  /// Which ratings of a task are kept to be judged on.
  package enum Order: String, ArgumentChoice {
    case random, time

    package var summary: String {
      switch self {
      case .random: "any of them"
      case .time: "the newest: a model never adapts on what came later"
      }
    }
  }

  package var by = Dealing.user
  package var cold: Cold?
  package var order = Order.random
  package var support = SetSize.rest
  /// The usual number or, where that leaves too few users, fewer, if nil.
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
    try check(data)
    let division = try division(of: data, key: key)
    let (sized, fit) = try fitted(to: data, division)
    var split = try sized.split(data, division, key: key)
    split.fittedSize = fit
    return split
  }

  private func split(
    _ data: Dataset, _ division: RowDivision?, key: RandomKey
  ) throws(DatasetError) -> TaskSplit {
    var parts =
      if by == .rating {
        try byRatings(of: data, key: key)
      } else if let division {
        try tasks(of: division, in: data, key: key)
      } else {
        try byUsers(of: data, key: key)
      }
    var others = try otherParts(of: data, key: key)
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
          tasks, data.interactions, isJudged: isJudged, least: support.least)
      else { return }
      tasks = kept
    }
    screen(&parts.train, isJudged: false)
    screen(&parts.valid, isJudged: true)
    screen(&parts.test, isJudged: true)
    for index in others.indices { screen(&others[index].tasks, isJudged: true) }
    var split = TaskSplit(
      train: parts.train, valid: parts.valid, test: parts.test, recipe: recipe,
      fingerprint: data.fingerprint(with: [parts.train, parts.valid]))
    split.splitting = self
    split.dealt = division?.dealt
    split.others = others
    split.screening = screening
    return split
  }

  /// Refuses options that contradict each other or the data.
  private func check(_ data: Dataset) throws(DatasetError) {
    if support == .rest, query == .rest {
      throw DatasetError(
        "support=rest and query=rest leave open which ratings are which",
        help: ["say how many one of them gets: query=10"], code: "E0520")
    }
    if case .share(let a) = support, case .share(let b) = query, a + b > 1 {
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
        help: ["by=time deals out stretches of time; by=user deals out users"], argument: "by",
        code: "E0520")
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
    let least = query == nil ? Swift.max(min ?? 0, 1 + support.least) : leastRatings
    if let max, max < least {
      throw DatasetError(
        "max=\(max) is less than \(least), the fewest ratings of a task", help: [why],
        argument: "max", code: "E0520")
    }
    if [from != nil, cold != nil, folds != nil && by != .rating, by != .user].count(where: { $0 })
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
  private var recipe: String {
    var words = ["by=\(by.rawValue)"]
    func add(_ name: String, _ text: String?) {
      if let text { words.append("\(name)=\(text)") }
    }
    add("cold", cold?.rawValue)
    add("feature", feature)
    add("from", from)
    add("train", train.isEmpty ? nil : train.joined(separator: ","))
    add("folds", folds.map { "\($0) fold=\(fold)" })
    add("support", support.argumentText)
    add("query", asked.argumentText)
    add("order", order == .random ? nil : order.rawValue)
    add("min", "\(leastRatings)")
    add("max", max.map { "\($0)" })
    add("valid", valid.argumentText)
    add("test", folds == nil ? test.argumentText : nil)
    add("others", others.isEmpty ? nil : others.joined(separator: ","))
    return words.joined(separator: " ")
  }
}
