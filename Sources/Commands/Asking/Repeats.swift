import Datasets
import Evaluation

/// The same rows judged several times, under other seeds or on other tasks, as one judgement for each row:
/// a user counts with the mean over the times they were judged.
struct Repeats {
  /// Each user's task, from the first time they were judged.
  private(set) var tasks: [UserTask] = []
  private var places: [Int32: Int] = [:]
  private var rows: [Row] = []

  private struct Row {
    var title: String
    var judgements: [(judgement: Judgement, places: [Int])] = []
  }

  /// How often the row of that title was judged, each time over all users.
  func judgements(of title: String) -> [Judgement] {
    rows.first { $0.title == title }?.judgements.map(\.judgement) ?? []
  }

  mutating func add(_ judgement: Judgement, of tasks: [UserTask]) {
    let own = tasks.map { task in
      if let place = places[task.user] { return place }
      places[task.user] = self.tasks.count
      self.tasks.append(task)
      return self.tasks.count - 1
    }
    if let index = rows.firstIndex(where: { $0.title == judgement.title }) {
      rows[index].judgements.append((judgement, own))
    } else {
      rows.append(Row(title: judgement.title, judgements: [(judgement, own)]))
    }
  }

  /// The mean of every row, in the order the rows came.
  var means: [Judgement] { rows.compactMap { mean(of: $0) } }

  private func mean(of row: Row) -> Judgement? {
    guard var mean = row.judgements.first?.judgement else { return nil }
    let count = Double(row.judgements.count)
    for metric in mean.values.indices {
      var sums = Array(repeating: 0.0, count: tasks.count)
      var times = Array(repeating: 0.0, count: tasks.count)
      for (judgement, places) in row.judgements {
        for (place, value) in zip(places, judgement.values[metric]) {
          guard let value else { continue }
          sums[place] += value
          times[place] += 1
        }
      }
      mean.values[metric] = zip(sums, times).map { $1 > 0 ? $0 / $1 : nil }
      let totals = row.judgements.compactMap { $0.judgement.totals[metric] }
      mean.totals[metric] = totals.isEmpty ? nil : totals.reduce(0, +) / Double(totals.count)
    }
    mean.tieRate = row.judgements.reduce(0) { $0 + $1.judgement.tieRate } / count
    let flat = row.judgements.reduce(0.0) { $0 + $1.judgement.shareOfFlatTasks }
    mean.taskCount = tasks.count
    mean.flatTasks = Int((flat / count * Double(tasks.count)).rounded())
    return mean
  }
}
