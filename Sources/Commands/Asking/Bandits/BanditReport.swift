import Datasets
import Evaluation
import Kernels
import Language
import Reports

/// What one policy comes to, over all its ways through the log.
struct BanditRow {
  let name: String
  /// By replay; nil of what is no policy.
  let replayed: ClusteredMean?
  /// How many impressions counted in one replay, in the mean; nil of what is no policy.
  let matches: Double?
  let played: ClusteredMean?
  /// The same over as many visits, from the first on, as replay learns from.
  let playedAsLong: ClusteredMean?
  let regret: ClusteredMean?
  /// The mean regret of each impression over all ways through the log; empty where it is not known.
  let regrets: [Double]

  init(
    _ policy: any BanditPolicy, on stream: ImpressionStream, ridge: Double, key: RandomKey,
    seeds: Int, _ threads: Int
  ) {
    let name = type(of: policy).name
    let courses = orderedMap(seeds, threads: threads) { seed in
      let trial = BanditTrial(
        of: policy, on: stream, ridge: ridge, key: key.derived(name).derived(seed))
      return (replayed: trial.replayed(), played: stream.knowsTruth ? trial.played() : nil)
    }
    let replayed = courses.map(\.replayed.rewards)
    self.init(
      name, replayed: replayed, courses.compactMap(\.played), of: stream.users)
  }

  /// What would be best for every visitor.
  init(bestOn stream: ImpressionStream) {
    self.init("best", replayed: [], [stream.playedBest()], of: stream.users)
  }

  private init(
    _ name: String, replayed: [[Double?]], _ played: [BanditCourse], of users: [Int32]
  ) {
    func mean(_ values: [[Double?]]) -> ClusteredMean? {
      let all = values.flatMap(\.self)
      return ClusteredMean(all[...], clusters: values.flatMap { _ in users }[...])
    }
    // A way that was stopped has fewer.
    let played = played.filter { $0.regrets.count == users.count }
    self.name = name
    self.replayed = mean(replayed)
    let counts = replayed.map { $0.count { $0 != nil } }
    matches = counts.isEmpty ? nil : Double(counts.reduce(0, +)) / Double(counts.count)
    self.played = mean(played.map(\.rewards))
    playedAsLong = mean(
      zip(played, counts).map { course, count in
        course.rewards.enumerated().map { $0 < count ? $1 : nil }
      })
    regret = mean(played.map(\.regrets))
    regrets =
      played.isEmpty
      ? []
      : users.indices.map { event in
        played.reduce(0) { $0 + ($1.regrets[event] ?? 0) } / Double(played.count)
      }
  }
}

/// What is said of policies on a log.
struct BanditReport {
  let data: Dataset
  let stream: ImpressionStream
  let rows: [BanditRow]
  let own: String
  let seeds: Int

  var report: Report {
    Report([.table(table)] + (stream.knowsTruth ? [.curve(curve)] : []), result: result)
  }

  private var users: Int { Set(stream.users).count }

  private var table: Table {
    Table(
      "\(grouped(stream.count)) impressions of \(counted(stream.arms, "item")) to "
        + counted(users, "user"),
      columns: [
        .init("policy"), .init("reward by replay", .right), .init("impressions used", .right),
      ]
        + (stream.knowsTruth
          ? ["played as long", "played to the end", "regret"].map { .init($0, .right) } : []),
      rows: rows.map { row in
        [
          .text(row.name), .mean(row.replayed, digits: 4),
          row.matches.map { .count(Int($0.rounded())) } ?? .missing,
        ]
          + (stream.knowsTruth
            ? [row.playedAsLong, row.played, row.regret].map { .mean($0, digits: 4) } : [])
      }, emphasis: rows.firstIndex { $0.name == own }, footnotes: footnotes)
  }

  private var footnotes: [String] {
    var notes = [
      "reward: the mean rating of what is shown, of clicks their rate; ± 95 % interval over users (cluster-robust, "
        + "Student's t), \(counted(seeds, "way")) through the log",
      "by replay: over the impressions whose item the policy would have shown, which it learns from",
    ]
    if stream.knowsTruth {
      notes.append(
        "played: every visitor is shown what the policy chooses, clicks are drawn by their known chances; as long: for as "
          + "many visitors as replay learns from")
      notes.append(
        "regret: what the best item would have brought more, over all visits; best: who knows all chances"
      )
    }
    notes.append(
      stream.showsOnce
        ? "no user is shown an item again: policies choose among the others"
        : "users are shown items again: policies choose among all")
    if data.interactions.times.isEmpty {
      notes.append("the data have no times: impressions are taken in the order of the rows")
    }
    return notes
  }

  /// Where sums of regret are shown.
  private var ends: [Int] {
    let places = min(60, stream.count)
    return (0..<places).map { ($0 + 1) * stream.count / places }
  }

  private func sums(_ row: BanditRow) -> [Double] {
    var (sums, sum, place) = ([Double](), 0.0, 0)
    for end in ends {
      while place < min(end, row.regrets.count) {
        sum += row.regrets[place]
        place += 1
      }
      sums.append(sum)
    }
    return sums
  }

  private var curve: Curve {
    Curve(
      "Regret of policies that choose for \(grouped(stream.count)) visits", x: "impressions",
      y: "regret, summed up",
      series: rows.filter { $0.name != "best" }.map { row in
        .init(row.name, zip(ends, sums(row)).map { .init(Double($0), $1) })
      })
  }

  private var result: Record {
    func record(_ row: BanditRow) -> Record {
      var record = Record()
      if let matches = row.matches {
        record["replayed"] = row.replayed.map { .number($0.mean) } ?? .missing
        record["matches"] = .number(matches)
      }
      record["played"] = row.played.map { .number($0.mean) } ?? .missing
      record["regret"] = row.regret.map { .number($0.mean) } ?? .missing
      record["regrets"] = .list(row.regrets.isEmpty ? [] : sums(row).map { .number($0) })
      return record
    }
    var result = rows.first { $0.name == own }.map(record) ?? Record()
    result["impressions"] = .number(Double(stream.count))
    result["users"] = .number(Double(users))
    result["ends"] = .list(ends.map { .number(Double($0)) })
    for row in rows where ["random", "greedy", "best"].contains(row.name) {
      result[row.name] = .record(record(row))
    }
    return result
  }
}
