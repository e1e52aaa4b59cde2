import Kernels
import Models

/// Scores of all items as a product: a few numbers of a user, times a table with a column for each item.
struct ItemTable: Recommender {
  /// Where the numbers of a user come from.
  enum Profile: Sendable {
    /// A one for each item that they took: the table has a row for each item.
    case taken
    /// Computed from what they took, a row for each user.
    case computed(@Sendable ([[TakenItem]], Matrix) -> Void)
  }

  let title: String
  let columns: ItemColumns
  /// What a user who took nothing is shown: how many training users took each item.
  let popularity: [Float]
  let table: PanelMatrix
  let profile: Profile
  let kernels: KernelSet
  let predictsRatings = false

  init(
    title: String, _ clicks: TrainingClicks, _ table: PanelMatrix, profile: Profile = .taken,
    kernels: KernelSet
  ) {
    self.title = title
    (columns, popularity) = (clicks.columns, clicks.popularity)
    (self.table, self.profile, self.kernels) = (table, profile, kernels)
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let taken = columns.taken(by: user)
    guard !taken.isEmpty else { return items.map { popularity[Int($0)] } }
    return columns.scores(of: items, all: columnScores(taken))
  }

  /// The scores of all columns for one who took that.
  ///
  /// - Parameter other: a table with the same rows, in place of the own one.
  func columnScores(_ taken: [TakenItem], of other: PanelMatrix? = nil) -> [Float] {
    let table = other ?? table
    let width = PanelMatrix.width
    var all = [Float](repeating: 0, count: table.panelCount * width)
    all.withUnsafeMutableBufferPointer { all in
      guard let base = all.baseAddress else { return }
      withProfiles(of: [taken]) { profiles in
        for panel in 0..<table.panelCount {
          profiles.score(
            table.panel(panel), into: Matrix(base + panel * width, rows: 1, columns: width))
        }
      }
    }
    return all
  }
}

/// An item that a user took, by its column, and how much.
struct TakenItem: Sendable {
  var column: Int32
  var count: Float
}

extension ItemTable {
  /// The numbers of some users, ready to be multiplied with panels of the table.
  fileprivate struct Profiles {
    let owner: ItemTable
    /// As bags of rows of the table.
    var offsets: [Int32] = []
    var indices: [Int32] = []
    var ones: [Float] = []
    /// As factors.
    var rows = Matrix.none

    func score(_ panel: Matrix, into scores: Matrix) {
      if offsets.isEmpty {
        owner.kernels.product(rows, panel.rows(0..<rows.columns), into: scores)
      } else {
        owner.kernels.embed(offsets, indices, ones, panel, into: scores)
      }
    }
  }

  fileprivate func withProfiles(of users: [[TakenItem]], _ body: (Profiles) -> Void) {
    switch profile {
    case .taken:
      var offsets: [Int32] = [0]
      for taken in users { offsets.append(offsets[offsets.count - 1] + Int32(taken.count)) }
      let indices = users.flatMap { $0.map(\.column) }
      body(
        Profiles(
          owner: self, offsets: offsets, indices: indices,
          ones: [Float](repeating: 1, count: indices.count)))
    case .computed(let compute):
      let memory = FloatBuffer(count: users.count * table.rows)
      let rows = Matrix(memory.base, rows: users.count, columns: table.rows)
      compute(users, rows)
      body(Profiles(owner: self, rows: rows))
      withExtendedLifetime(memory) {}
    }
  }
}

extension ItemTable {
  /// The users whose scores one thread computes at once.
  private static let block = 64

  func best(
    _ count: Int, notTakenBy users: [UserContext], threads: Int
  ) throws(ScoreError) -> [[(item: Int32, score: Float)]]? {
    let blocks = (users.count + Self.block - 1) / Self.block
    let found: [[[(item: Int32, score: Float)]]] = orderedMap(
      blocks, threads: threads, abandoned: []
    ) { block in
      let range = block * Self.block..<min((block + 1) * Self.block, users.count)
      return best(count, notTakenBy: users[range])
    }
    let lists = found.flatMap { $0 }
    for (user, list) in zip(users, lists) {
      if let odd = list.first(where: { !$0.score.isFinite }) {
        throw ScoreError(title: title, user: user.user, item: odd.item)
      }
    }
    return lists
  }

  private func best(
    _ count: Int, notTakenBy users: ArraySlice<UserContext>
  ) -> [[(item: Int32, score: Float)]] {
    let taken = users.map { columns.taken(by: $0) }
    var lists = users.map { _ in HighestScores(count) }
    var next = users.map { _ in 0 }
    let width = PanelMatrix.width
    let memory = FloatBuffer(count: users.count * width)
    withProfiles(of: taken) { profiles in
      for panel in 0..<table.panelCount {
        if Cancellation.isRequested { return }
        let first = panel * width
        let some = min(width, columns.count - first)
        profiles.score(
          table.panel(panel), into: Matrix(memory.base, rows: users.count, columns: width))
        for user in lists.indices where !taken[user].isEmpty {
          let scores = memory.base + user * width
          while next[user] < taken[user].count {
            let column = Int(taken[user][next[user]].column)
            guard column < first + width else { break }
            scores[column - first] = -.infinity
            next[user] += 1
          }
          lists[user].add(UnsafeBufferPointer(start: scores, count: some), from: first)
        }
      }
    }
    withExtendedLifetime(memory) {}
    return zip(lists, zip(users, taken)).map { list, user in
      if user.1.isEmpty { return mostPopular(count, for: user.0) }
      return list.found.map { (columns.items[$0.place], $0.score) }
    }
  }

  private func mostPopular(_ count: Int, for user: UserContext) -> [(item: Int32, score: Float)] {
    let known = Set(user.support.map(\.item))
    let items = popularity.indices.map { Int32($0) }.filter { !known.contains($0) }
    let scores = items.map { popularity[Int($0)] }
    return highest(count, of: scores).map { (items[$0], scores[$0]) }
  }
}

/// The highest of many scores, the highest first and the earlier of two equals first. What is −∞ is left out;
/// what is no number comes first, so that it is noticed.
struct HighestScores {
  private let most: Int
  private(set) var found: [(place: Int, score: Float)] = []
  /// The score that a new one has to surpass.
  private var bar = -Float.infinity

  init(_ most: Int) {
    self.most = most
    found.reserveCapacity(most + 1)
    if most == 0 { bar = .infinity }
  }

  /// Adds scores whose places begin at `first`, all behind those before.
  mutating func add(_ scores: UnsafeBufferPointer<Float>, from first: Int) {
    let raw = UnsafeRawBufferPointer(scores)
    var start = 0
    while start < scores.count {
      let end = min(start + 8, scores.count)
      // Most stretches have nothing that is high enough.
      let isLow =
        end - start == 8
        && all(raw.loadUnaligned(fromByteOffset: 4 * start, as: SIMD8<Float>.self) .<= bar)
      if !isLow {
        for offset in start..<end where !(scores[offset] <= bar) {
          insert(first + offset, scores[offset])
        }
      }
      start = end
    }
  }

  private mutating func insert(_ place: Int, _ score: Float) {
    let known = score.isNaN ? Float.infinity : score
    var at = found.count
    while at > 0, found[at - 1].score < known { at -= 1 }
    if at == most { return }
    found.insert((place, known), at: at)
    if found.count > most { found.removeLast() }
    if found.count == most { bar = found[most - 1].score }
  }
}

extension ItemColumns {
  /// What a user took, in rising order of the columns, each once.
  func taken(by user: UserContext) -> [TakenItem] {
    // Columns and places in one number, which sorts faster than pairs.
    var keys: [UInt64] = []
    keys.reserveCapacity(user.support.count)
    for (place, taken) in user.support.enumerated() {
      let column = column[Int(taken.item)]
      if column >= 0 { keys.append(UInt64(column) << 32 | UInt64(place)) }
    }
    keys.sort()
    var merged: [TakenItem] = []
    merged.reserveCapacity(keys.count)
    for key in keys {
      let (column, count) = (Int32(key >> 32), user.support[Int(key & 0xFFFF_FFFF)].count)
      if let last = merged.last, last.column == column {
        merged[merged.count - 1].count += count
      } else {
        merged.append(TakenItem(column: column, count: count))
      }
    }
    return merged
  }

  /// The scores of items, of those of all columns; items without one come last.
  func scores(of items: [Int32], all scores: [Float]) -> [Float] {
    var least: Float?
    return items.map { item in
      let place = Int(column[Int(item)])
      if place >= 0 { return scores[place] }
      let below = least ?? (scores.prefix(count).min() ?? 0) - 1
      least = below
      return below
    }
  }
}
