import Kernels
import Models

/// Which regressors stand for what is known of users: one for each value that enough training users have, one
/// for the other values of a feature together, and one for the constant. Numbers, also those that are written as
/// categories, are told apart as they are or by eighths of the users.
struct UserRegressors: Sendable {
  /// Fewer users than these do not make a value of its own.
  private static let fewest = 10
  /// Of more numbers than these, parts are told apart.
  private static let (manyNumbers, parts) = (16, 8)

  /// The first table row of the features of users.
  private let start: Int
  /// For each table row from there its regressor, or −1 where no training user has it.
  private var regressors: [Int32]
  /// How many training users have each of those rows.
  private let counts: [Int]
  /// Features, then the constant.
  private(set) var count = 0

  init(_ encoder: FeatureEncoder, users: [Int32]) {
    let start = RegressorPlaces(encoder).features
    self.start = start
    regressors = Array(repeating: -1, count: encoder.tableRows - start)
    var counts = Array(repeating: 0, count: encoder.tableRows - start)
    for user in users {
      for at in encoder.users.entries(of: Int(user)) {
        counts[Int(encoder.users.rows[at]) - start] += 1
      }
    }
    self.counts = counts
    for field in encoder.fields where field.side == .user { add(field) }
    count += 1
  }

  private mutating func add(_ field: FeatureField) {
    let first = field.start - start
    let rows = first..<first + field.rows
    let groups = field.kind == .number ? [[first + 1]] : grouped(field, rows)
    for group in groups {
      for row in group { regressors[row] = Int32(count) }
      count += 1
    }
    let rest = rows.filter { regressors[$0] < 0 && counts[$0] > 0 }
    guard !rest.isEmpty else { return }
    // Values that few have, and later ones that nobody has yet, are as good as unknown.
    for row in rows where regressors[row] < 0 { regressors[row] = Int32(count) }
    count += 1
  }

  /// The rows of values that stand together.
  private func grouped(_ field: FeatureField, _ rows: Range<Int>) -> [[Int]] {
    let own = rows.dropFirst()
    let numbers = field.values.compactMap { Double(decimal: $0) }
    guard numbers.count == field.values.count, numbers.count > Self.manyNumbers else {
      return own.filter { counts[$0] >= Self.fewest }.map { [$0] }
    }
    let order = zip(numbers, own).sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { $0.1 }
    let total = order.reduce(0) { $0 + counts[$1] }
    var groups = Array(repeating: [Int](), count: Self.parts)
    var before = 0
    for row in order {
      groups[min(Self.parts - 1, before * Self.parts / max(1, total))].append(row)
      before += counts[row]
    }
    return groups.filter { !$0.isEmpty }
  }

  /// What is known of a user, in rising order of the regressors, the constant last.
  func values(of user: Int, _ encoder: FeatureEncoder) -> [(regressor: Int32, number: Float)] {
    var sums: [Int32: Float] = [:]
    for at in encoder.users.entries(of: user) {
      let regressor = regressors[Int(encoder.users.rows[at]) - start]
      if regressor >= 0 { sums[regressor, default: 0] += encoder.users.weights[at] }
    }
    sums[Int32(count - 1)] = 1
    return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Writes the weights of items and regressors (rows) for items (columns) into a table that has a row for each
  /// value. A value of which training says nothing is what the mean user has.
  func write(
    _ solution: PanelMatrix, items: Int, into table: Matrix, _ encoder: FeatureEncoder
  ) {
    let places = RegressorPlaces(encoder)
    parallel(solution.panelCount) { panel in
      let from = solution.panel(panel)
      let first = panel * PanelMatrix.width
      let columns = first..<max(first, min(items, first + PanelMatrix.width))
      func copy(_ row: Int, to place: Int) {
        for column in columns { table[place, column + 1] = from[row, column - first] }
      }
      if Cancellation.isRequested { return }
      for item in 0..<items { copy(item, to: item + 1) }
      for (row, regressor) in regressors.enumerated() where regressor >= 0 {
        copy(items + Int(regressor), to: places.items + row)
      }
      copy(items + count - 1, to: places.constant)
      for field in encoder.fields where field.side == .user && field.kind != .number {
        let rows = field.start - start..<field.start - start + field.rows
        let total = rows.reduce(0) { $0 + counts[$1] }
        for column in columns where total > 0 {
          let mean =
            rows.reduce(Float(0)) { sum, row in
              counts[row] == 0
                ? sum : sum + Float(counts[row]) * table[places.items + row, column + 1]
            } / Float(total)
          for row in rows where regressors[row] < 0 {
            table[places.items + row, column + 1] = mean
          }
        }
      }
    }
  }
}
