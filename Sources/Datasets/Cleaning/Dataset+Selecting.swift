import Kernels

extension Dataset {
  /// The same data with those rows only; users and items that had rows before are gone with their last one.
  /// The data as they are when nobody wants them any more.
  ///
  /// - Parameter keepsItem: which of the items that nobody has rated stay.
  package func keeping(
    rows: [Int32], unrated keepsItem: (Int32) -> Bool = { _ in true }
  ) -> Dataset {
    var result = self
    result.interactions = interactions.selecting(rows)
    // Its rows are of users and items that may be gone.
    result.log = nil
    // What is left was not chosen by chance.
    result.showings = nil
    if Cancellation.isRequested { return self }
    let keptUsers = present(result.interactions.users, of: users.count)
    let wasRated = isRatedItem
    let isKept = result.isRatedItem
    let keptItems = (0..<Int32(items.count)).filter { item in
      isKept[Int(item)] || !wasRated[Int(item)] && keepsItem(item)
    }
    if keptUsers.count < users.count {
      result.users = users.selecting(keptUsers)
      result.interactions.users = renumbered(result.interactions.users, keptUsers, of: users.count)
    }
    if keptItems.count < items.count {
      result.items = items.selecting(keptItems)
      result.interactions.items = renumbered(result.interactions.items, keptItems, of: items.count)
    }
    return result
  }

  /// The numbers that occur, in order.
  private func present(_ numbers: [Int32], of count: Int) -> [Int32] {
    var occurs = [Bool](repeating: false, count: count)
    for number in numbers { occurs[Int(number)] = true }
    return (0..<Int32(count)).filter { occurs[Int($0)] }
  }

  private func renumbered(_ numbers: [Int32], _ kept: [Int32], of count: Int) -> [Int32] {
    var places = [Int32](repeating: -1, count: count)
    for (place, number) in kept.enumerated() { places[Int(number)] = Int32(place) }
    return numbers.map { places[Int($0)] }
  }
}

extension Interactions {
  /// Those rows, in that order; fewer when nobody wants them any more.
  package func selecting(_ rows: [Int32]) -> Interactions {
    func chosen<T>(_ values: [T]) -> [T] {
      values.isEmpty ? [] : rows.whileWanted().map { values[Int($0)] }
    }
    var selected = Interactions(
      users: chosen(users), items: chosen(items), ratings: chosen(ratings), times: chosen(times),
      columns: columns.mapValues {
        CategoricalColumn(vocabulary: $0.vocabulary, codes: chosen($0.codes))
      })
    selected.screened = chosen(screened)
    selected.ticks = ticks
    selected.counts = chosen(counts)
    return selected
  }
}

extension Entities {
  /// Those entities, in that order, with their titles and features.
  package func selecting(_ numbers: [Int32]) -> Entities {
    var selected = self
    selected.ids = Vocabulary(numbers.map { ids.names[Int($0)] })
    selected.titles = titles.isEmpty ? [] : numbers.map { titles[Int($0)] }
    selected.features = features.map { $0.selecting(numbers) }
    return selected
  }
}

extension Feature {
  /// The feature of those entities, in that order; categories keep their numbers.
  package func selecting(_ entities: [Int32]) -> Feature {
    switch values {
    case .numbers(let numbers):
      var chosen = Feature(name, .numbers(entities.map { numbers[Int($0)] }))
      chosen.fillsWithMean = fillsWithMean
      return chosen
    case .categories(let vocabulary, let offsets, let codes):
      var newOffsets: [Int32] = [0]
      var newCodes: [Int32] = []
      for entity in entities {
        newCodes += codes[Int(offsets[Int(entity)])..<Int(offsets[Int(entity) + 1])]
        newOffsets.append(Int32(newCodes.count))
      }
      var chosen = Feature(name, .categories(vocabulary, offsets: newOffsets, codes: newCodes))
      chosen.weights = weights
      return chosen
    }
  }
}
