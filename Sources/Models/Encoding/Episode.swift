import Kernels

/// The rows of one task, ready for the tape: which rows of the table they use, numbered from 0 within the
/// task, so that a task's own copy of the table is small.
package struct Episode {
  /// Global numbers of the table rows that the task uses, each once.
  package var tableRows: UnsafeBufferPointer<Int32>
  package var support: EncodedRows
  package var query: EncodedRows

  package init(
    tableRows: UnsafeBufferPointer<Int32>, support: EncodedRows, query: EncodedRows
  ) {
    self.tableRows = tableRows
    self.support = support
    self.query = query
  }
}

/// Some ratings of one task.
package struct EncodedRows {
  package var count: Int
  /// Fields that differ from row to row; none when `fields` is 0.
  package var own: EmbeddingBag?
  package var ownFields: Int
  /// Fields that all rows of the task share, as a single row.
  package var common: EmbeddingBag?
  package var commonFields: Int
  /// Vectors that come with the rows (count × width), if there are any.
  package var vectors: Matrix?
  /// Ratings (count × 1), as the data have them; of several heads a column for each, see `RowTargets`.
  package var ratings: Matrix
  /// How many days each is older than the newest (count × 1), below 0 for one whose time is not known; nil where
  /// none is.
  package var ages: Matrix?
  /// How much each row counts in the loss (count × 1); nil where all count alike.
  package var weights: Matrix?
  /// Where the chance of regularisers comes from while training; nil otherwise, and then there is none.
  package var noise: RandomKey?

  package init(
    count: Int, own: EmbeddingBag? = nil, ownFields: Int, common: EmbeddingBag? = nil,
    commonFields: Int,
    vectors: Matrix? = nil, ratings: Matrix
  ) {
    self.count = count
    self.own = own
    self.ownFields = ownFields
    self.common = common
    self.commonFields = commonFields
    self.vectors = vectors
    self.ratings = ratings
  }
}

/// Encodes tasks into an arena, one after the other, with a scratch table it keeps.
package final class EpisodeBuilder {
  private let encoder: FeatureEncoder
  private let targets: RowTargets?
  private let number: RowNumbering

  /// - Parameter targets: what several heads learn from the rows; ratings alone if nil.
  package init(_ encoder: FeatureEncoder, targets: RowTargets? = nil) {
    self.encoder = encoder
    self.targets = targets
    number = RowNumbering(tableRows: encoder.tableRows)
  }

  /// - Parameters:
  ///   - user: their number, or nil when nothing is known of them.
  ///   - person: the features of somebody whom the data do not know, in place of those of `user`.
  ///   - support, query: items with their ratings.
  ///   - hidden: what of the items counts as unknown.
  ///   - asksQuery: whether the query is there to take the losses of all heads of, and not only to be scored.
  ///   - noise: for networks that regularise by chance, when the episode is trained on.
  package func episode(
    user: Int32?, person: EntityCodes? = nil, support: [UserContext.Rating],
    query: [UserContext.Rating], arena: Arena, hiding hidden: HiddenFields = [],
    asksQuery: Bool = true, noise: RandomKey? = nil
  ) -> Episode {
    var support = encode(support, hidden, asksAll: true, arena)
    var query = encode(query, hidden, asksAll: asksQuery, arena)
    let common =
      person.flatMap { commonBag(0, of: $0, arena) }
      ?? user.flatMap { commonBag(Int($0), of: encoder.users, arena) } ?? unknownUser(arena)
    (support.common, query.common) = (common, common)
    (support.noise, query.noise) = (noise?.derived("support"), noise?.derived("query"))
    return Episode(tableRows: number.finish(in: arena), support: support, query: query)
  }

  private func encode(
    _ ratings: [UserContext.Rating], _ hidden: HiddenFields, asksAll: Bool, _ arena: Arena
  ) -> EncodedRows {
    let codes = encoder.items
    let categories = asksAll && !ratings.isEmpty ? targets?.categories : nil
    let count = ratings.count + (categories?.rows.count ?? 0)
    let total =
      ratings.reduce(0) { $0 + codes.entries(of: Int($1.item)).count }
      + (count - ratings.count) * codes.fields
    let offsets = arena.integers(count * codes.fields + 1)
    let indices = arena.integers(max(1, total))
    let weights = arena.allocate(max(1, total))
    var next = 0
    offsets[0] = 0
    for (row, rating) in ratings.enumerated() {
      let first = Int(rating.item) * codes.fields
      for field in 0..<codes.fields {
        for at in Int(codes.offsets[first + field])..<Int(codes.offsets[first + field + 1]) {
          let known = codes.rows[at]
          indices[next] = number(hidden.isEmpty ? known : encoder.hidden(known, hidden))
          weights[next] = codes.weights[at]
          next += 1
        }
        offsets[row * codes.fields + field + 1] = Int32(next)
      }
    }
    // A category is an item of which nothing else is known.
    for (row, value) in (categories?.rows ?? 0..<0).enumerated() {
      for field in 0..<codes.fields {
        let isOwn = field == categories?.field
        indices[next] = number(isOwn ? value : encoder.unknownRow(ofItemField: field))
        weights[next] = 1
        next += 1
        offsets[(ratings.count + row) * codes.fields + field + 1] = Int32(next)
      }
    }
    var encoded = EncodedRows(
      count: count,
      own: EmbeddingBag(
        count: count * codes.fields, step: 1, offsets: offsets, indices: indices,
        weights: weights),
      ownFields: codes.fields, commonFields: encoder.users.fields,
      ratings: wanted(ratings, categories, arena))
    guard targets == nil else { return encoded }
    encoded.ages = ages(of: ratings, arena)
    if ratings.contains(where: { $0.weight != 1 }) {
      let shares = arena.matrix(rows: ratings.count, columns: 1)
      shares.copy(from: ratings.map(\.weight))
      encoded.weights = shares
    }
    return encoded
  }

  /// What is to be learnt from each row.
  private func wanted(
    _ ratings: [UserContext.Rating], _ categories: RowTargets.Categories?, _ arena: Arena
  ) -> Matrix {
    guard let targets else {
      let wanted = arena.matrix(rows: ratings.count, columns: 1)
      for (row, rating) in ratings.enumerated() { wanted[row, 0] = rating.rating }
      return wanted
    }
    let shares = categories.map { $0.shares(of: ratings, encoder.items) } ?? []
    let wanted = arena.matrix(rows: ratings.count + shares.count, columns: targets.columns.count)
    wanted.fill(.nan)
    for (place, column) in targets.columns.enumerated() {
      if column == .category {
        for (row, share) in shares.enumerated() { wanted[ratings.count + row, place] = share }
      } else {
        for (row, rating) in ratings.enumerated() { wanted[row, place] = column.target(rating) }
      }
    }
    return wanted
  }

  private func ages(of ratings: [UserContext.Rating], _ arena: Arena) -> Matrix? {
    guard let newest = ratings.lazy.compactMap(\.seconds).max() else { return nil }
    let ages = arena.matrix(rows: ratings.count, columns: 1)
    for (row, rating) in ratings.enumerated() {
      ages[row, 0] = rating.seconds.map { Float(Double(newest) - Double($0)) / 86400 } ?? -1
    }
    return ages
  }

  private func commonBag(_ user: Int, of codes: EntityCodes, _ arena: Arena) -> EmbeddingBag? {
    guard codes.fields > 0 else { return nil }
    let entries = codes.entries(of: user)
    let offsets = arena.integers(codes.fields + 1)
    let indices = arena.integers(max(1, entries.count))
    let weights = arena.allocate(max(1, entries.count))
    for (place, at) in entries.enumerated() {
      indices[place] = number(codes.rows[at])
      weights[place] = codes.weights[at]
    }
    let start = codes.offsets[user * codes.fields]
    for field in 0...codes.fields {
      offsets[field] = codes.offsets[user * codes.fields + field] - start
    }
    return EmbeddingBag(
      count: codes.fields, step: 1, offsets: offsets, indices: indices, weights: weights)
  }

  /// The unknown row of every user field.
  private func unknownUser(_ arena: Arena) -> EmbeddingBag? {
    let unknown = encoder.fields.filter { $0.side == .user }.map { Int32($0.start) }
    guard !unknown.isEmpty else { return nil }
    let offsets = arena.integers(unknown.count + 1)
    let indices = arena.integers(unknown.count)
    let weights = arena.allocate(unknown.count)
    for (place, row) in unknown.enumerated() {
      offsets[place] = Int32(place)
      indices[place] = number(row)
      weights[place] = 1
    }
    offsets[unknown.count] = Int32(unknown.count)
    return EmbeddingBag(
      count: unknown.count, step: 1, offsets: offsets, indices: indices, weights: weights)
  }
}
