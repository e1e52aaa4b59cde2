extension Dataset {
  /// The feature of items that says which data set they come from.
  package static let domainFeature = "domain"

  /// The data as one of several that stand side by side: ids get its name, so that two data sets never
  /// mean one item by the same number.
  ///
  /// - Parameter sharesUsers: whether a user id means the same person in all of them.
  package func asDomain(_ name: String, sharesUsers: Bool) -> Dataset {
    var data = self
    data.name = name
    data.domains = [name]
    // What was shown was chosen among the items of this data set alone.
    data.showings = nil
    data.items.ids = Vocabulary(items.ids.names.map { "\(name)/\($0)" })
    if !sharesUsers { data.users.ids = Vocabulary(users.ids.names.map { "\(name)/\($0)" }) }
    for index in data.items.features.indices
    where data.items.features[index].name == Self.domainFeature {
      data.items.features[index].name = "\(name).\(Self.domainFeature)"
    }
    data.items.features.append(
      Feature(
        Self.domainFeature,
        .categories(
          Vocabulary([name]), offsets: (0...Int32(items.count)).map { $0 },
          codes: Array(repeating: 0, count: items.count))))
    return data
  }

  /// The data without one of their domains; nil when nothing is left.
  package func without(domain: String) -> Dataset? {
    guard domains.contains(domain) else { return self }
    var isOwn = [Bool](repeating: false, count: items.count)
    for (item, own) in self.items(of: domain).enumerated() { isOwn[item] = own }
    let rows = (0..<Int32(interactions.count)).filter {
      !isOwn[Int(interactions.items[Int($0)])]
    }
    guard !rows.isEmpty else { return nil }
    var rest = keeping(rows: rows) { !isOwn[Int($0)] }
    rest.domains = domains.filter { $0 != domain }
    rest.name = rest.domains.joined(separator: " + ")
    return rest
  }

  /// For each item whether it belongs to that domain.
  package func items(of domain: String) -> [Bool] {
    guard let feature = items.features.first(where: { $0.name == Self.domainFeature }),
      case .categories(let vocabulary, let offsets, let codes) = feature.values,
      let code = vocabulary[domain]
    else { return Array(repeating: false, count: items.count) }
    return (0..<items.count).map { item in
      codes[Int(offsets[item])..<Int(offsets[item + 1])].contains(Int32(code))
    }
  }

  /// Two data sets as one. Features of one name and kind become one feature; the ratings of the other are
  /// moved to the scale of this one.
  package func joined(with other: Dataset) -> Dataset {
    var data = self
    data.domains = domains + other.domains
    data.name = data.domains.joined(separator: " + ")
    let prefix = other.domains.first ?? other.name
    let users = data.users.join(other.users, prefix: prefix)
    let items = data.items.join(other.items, prefix: prefix)
    var added = other.interactions
    if scale != other.scale {
      added.ratings = added.ratings.map { other.scale.moved($0, to: scale) }
      data.notes.append(
        "the ratings of \(prefix), from \(other.scale.text), are moved to the scale of "
          + "\(domains.first ?? name), \(scale.text)")
    }
    added.users = added.users.map { users[Int($0)] }
    added.items = added.items.map { items[Int($0)] }
    data.interactions.append(added)
    data.log = nil
    data.sources += other.sources
    data.notes += other.notes
    data.remarks += other.remarks
    data.readings += other.readings
    return data
  }
}

extension RatingScale {
  fileprivate func moved(_ rating: Float, to other: RatingScale) -> Float {
    guard highest > lowest else { return other.highest }
    return other.lowest + (rating - lowest) / (highest - lowest) * (other.highest - other.lowest)
  }
}

extension Interactions {
  /// The times in finer units.
  private func times(inTicks finer: Int64) -> [Int64] {
    let factor = max(1, finer / ticks)
    return factor == 1
      ? times
      : times.map {
        $0 == Self.unknownTime ? $0 : $0.multipliedReportingOverflow(by: factor).partialValue
      }
  }

  /// Adds the rows of another table; a column that one of them lacks is empty there.
  fileprivate mutating func append(_ other: Interactions) {
    let (before, after) = (count, other.count)
    if !counts.isEmpty || !other.counts.isEmpty {
      counts =
        (0..<before).map { count(of: $0) } + (0..<after).map { other.count(of: $0) }
    }
    if times.isEmpty || other.times.isEmpty {
      times = []
    } else {
      let joint = max(ticks, other.ticks)
      times = times(inTicks: joint) + other.times(inTicks: joint)
      ticks = joint
    }
    if !screened.isEmpty || !other.screened.isEmpty {
      screened =
        (screened.isEmpty ? ratings : screened)
        + (other.screened.isEmpty ? other.ratings : other.screened)
    }
    for name in Set(columns.keys).union(other.columns.keys).sorted() {
      var vocabulary = columns[name]?.vocabulary ?? Vocabulary()
      func codes(_ column: CategoricalColumn?, _ rows: Int) -> [Int32] {
        guard let column else {
          return Array(repeating: Int32(vocabulary.insert("")), count: rows)
        }
        let numbers = column.vocabulary.names.map { Int32(vocabulary.insert($0)) }
        return column.codes.map { numbers[Int($0)] }
      }
      let joint = codes(columns[name], before) + codes(other.columns[name], after)
      columns[name] = CategoricalColumn(vocabulary: vocabulary, codes: joint)
    }
    users += other.users
    items += other.items
    ratings += other.ratings
  }
}

extension Entities {
  /// Adds the entities of another table; returns the number that each of them has here.
  fileprivate mutating func join(_ other: Entities, prefix: String) -> [Int32] {
    let before = count
    let numbers = other.ids.names.map { Int32(ids.insert($0)) }
    var place = [Int32](repeating: -1, count: count)
    for (entity, number) in numbers.enumerated() { place[Int(number)] = Int32(entity) }
    if !titles.isEmpty || !other.titles.isEmpty {
      let own = self
      titles = (0..<count).map { entity in
        if entity < before, entity < own.titles.count { return own.titles[entity] }
        let there = place[entity]
        return there >= 0 && Int(there) < other.titles.count ? other.titles[Int(there)] : ""
      }
    }
    var others = other.features
    for index in features.indices {
      let same = others.firstIndex {
        $0.name == features[index].name && $0.isCategorical == features[index].isCategorical
      }
      let added = same.map { others.remove(at: $0) }
      features[index] = features[index].joined(added, before: before, place)
    }
    for var feature in others {
      if features.contains(where: { $0.name == feature.name }) {
        feature.name = "\(prefix).\(feature.name)"
      }
      let empty: Feature =
        feature.isCategorical
        ? Feature(
          feature.name,
          .categories(Vocabulary(), offsets: Array(repeating: 0, count: before + 1), codes: []))
        : Feature(feature.name, .numbers(Array(repeating: .nan, count: before)))
      features.append(empty.joined(feature, before: before, place))
    }
    return numbers
  }
}

extension Feature {
  fileprivate var isCategorical: Bool {
    if case .categories = values { true } else { false }
  }

  /// The feature of the first entities as this one has it, of the others as another one does.
  ///
  /// - Parameter place: for each entity of both its number in the other table, or -1.
  fileprivate func joined(_ other: Feature?, before: Int, _ place: [Int32]) -> Feature {
    var joined = self
    joined.fillsWithMean = fillsWithMean || other?.fillsWithMean == true
    switch (values, other?.values) {
    case (.numbers(let own), let added):
      var theirs: [Float] = []
      if case .numbers(let numbers)? = added { theirs = numbers }
      joined.values = .numbers(
        place.indices.map { entity in
          if entity < before, !own[entity].isNaN { return own[entity] }
          return place[entity] >= 0 && !theirs.isEmpty ? theirs[Int(place[entity])] : .nan
        })
    case (.categories(var vocabulary, let offsets, let codes), let added):
      var newOffsets: [Int32] = [0]
      var newCodes: [Int32] = []
      var numbers: [Int32] = []
      var theirs: (offsets: [Int32], codes: [Int32]) = ([], [])
      if case .categories(let names, let offsets, let codes)? = added {
        numbers = names.names.map { Int32(vocabulary.insert($0)) }
        theirs = (offsets, codes)
      }
      for entity in place.indices {
        var list: [Int32] = []
        if entity < before {
          list = Array(codes[Int(offsets[entity])..<Int(offsets[entity + 1])])
        }
        if list.isEmpty, place[entity] >= 0, !theirs.offsets.isEmpty {
          let there = Int(place[entity])
          list = theirs.codes[Int(theirs.offsets[there])..<Int(theirs.offsets[there + 1])]
            .map { numbers[Int($0)] }
        }
        newCodes += list
        newOffsets.append(Int32(newCodes.count))
      }
      joined.values = .categories(vocabulary, offsets: newOffsets, codes: newCodes)
    }
    return joined
  }
}
