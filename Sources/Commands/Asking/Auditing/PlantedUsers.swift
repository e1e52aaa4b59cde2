import Datasets
import Kernels
import MetaLearning
import Models

/// Made-up users whom a training shall not be able to hide, of each of whom a fair coin decides whether they are in it.
///
/// Each rates items that nobody else rates, half of them with the lowest rating and half with the highest, by chance: what
/// a model foretells of these it can only know from that very user. The catalogue is public, so that an attacker may know
/// such items as well.
struct PlantedUsers {
  /// The data with them and their items behind all others.
  let data: Dataset
  /// A task for each.
  let tasks: [UserTask]
  private let key: RandomKey
  private static let mostLoss = 1e6

  /// - Parameter items: how many items each rates, at least 2.
  init(_ count: Int, items: Int, in data: Dataset, key: RandomKey) {
    self.key = key
    var planted = data
    planted.log = nil
    planted.interactions.columns = [:]
    let (users, own) = (data.users.count, data.items.count)
    planted.users.extend(with: Self.names(count, unknownTo: data.users))
    planted.items.extend(with: Self.names(count * items, unknownTo: data.items))
    tasks = (0..<count).map { number in
      let row = Int32(planted.interactions.count)
      var stream = key.derived("ratings").derived(number).stream
      let isHigh = stream.shuffled((0..<items).map { $0 % 2 == 0 })
      for place in 0..<items {
        planted.interactions.append(
          user: users + number, item: own + number * items + place,
          rating: isHigh[place] ? data.scale.highest : data.scale.lowest)
      }
      let rows = (0..<Int32(items)).map { row + $0 }
      return UserTask(
        user: Int32(users + number), support: Array(rows.prefix(items / 2)),
        query: Array(rows.dropFirst(items / 2)))
    }
    self.data = planted
  }

  private static func names(_ count: Int, unknownTo known: Entities) -> [String] {
    var prefix = "planted"
    while (0..<count).contains(where: { known.ids["\(prefix)-\($0)"] != nil }) { prefix += "+" }
    return (0..<count).map { "\(prefix)-\($0)" }
  }

  /// Who is in a training, by a fair coin each.
  func members(of training: Int) -> [Bool] {
    var stream = key.derived("coins").derived(training).stream
    return tasks.map { _ in stream.next() & 1 == 1 }
  }

  /// The tasks with those who are in.
  func split(_ split: TaskSplit, with members: [Bool]) -> TaskSplit {
    var split = split
    split.train += zip(tasks, members).filter { $0.1 }.map(\.0)
    return split
  }

  /// For each how well a model foretells one half of their ratings from the other, both ways: the negative loss.
  func scores(by model: TrainedModel, threads: Int) -> [Double] {
    let interactions = data.interactions
    return spreadMap(tasks.count, threads: threads, abandoned: 0.0) { number in
      let task = tasks[number]
      let turned = UserTask(user: task.user, support: task.query, query: task.support)
      let loss = [task, turned].reduce(0.0) {
        $0 + Double(model.queryLoss(of: $1, interactions))
      }
      // What is no number tells as little as can be.
      return loss.isFinite ? -min(loss / 2, Self.mostLoss) : -Self.mostLoss
    }
  }
}

extension Interactions {
  fileprivate mutating func append(user: Int, item: Int, rating: Float) {
    users.append(Int32(user))
    items.append(Int32(item))
    ratings.append(rating)
    if !times.isEmpty { times.append(Interactions.unknownTime) }
  }
}

/// What trainings beside the one that is attacked say of each planted user: how well they are foretold when they are not
/// in.
struct ShadowScores {
  private var absent: [[Double]]

  init(_ count: Int) { absent = Array(repeating: [], count: count) }

  mutating func add(_ scores: [Double], _ members: [Bool]) {
    for (user, (score, isMember)) in zip(scores, members).enumerated() where !isMember {
      absent[user].append(score)
    }
  }

  /// The scores less what each is expected to be without the user: the likelihood ratio of Carlini et al. 2022 ("Membership
  /// inference attacks from first principles", offline), where all have the same spread. Means of few shadows are shrunk
  /// towards that of all by how much users differ.
  func calibrated(_ scores: [Double]) -> [Double] {
    let all = absent.flatMap { $0 }
    guard !all.isEmpty else { return scores }
    let mean = all.reduce(0, +) / Double(all.count)
    let means = absent.map { $0.isEmpty ? mean : $0.reduce(0, +) / Double($0.count) }
    var (within, degrees) = (0.0, 0.0)
    for (own, mean) in zip(absent, means) where own.count > 1 {
      within += own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      degrees += Double(own.count - 1)
    }
    guard degrees > 0 else { return scores }
    within /= degrees
    let known = zip(absent, means).filter { !$0.0.isEmpty }
    let spread =
      known.reduce(0) { $0 + ($1.1 - mean) * ($1.1 - mean) - within / Double($1.0.count) }
      / Double(known.count)
    let between = max(0, spread)
    return scores.indices.map { user in
      let count = Double(absent[user].count)
      let weight = between > 0 && count > 0 ? between / (between + within / count) : 0
      return scores[user] - (mean + weight * (means[user] - mean))
    }
  }
}
