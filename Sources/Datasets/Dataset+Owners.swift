import Kernels

extension Dataset {
  /// The same data as those of one of several owners, who have a catalogue and a scale in common.
  ///
  /// - Parameter items: has all items of these data, in the order that all owners know.
  package func owned(among owners: OwnerShare, items: Entities, scale: RatingScale) -> Dataset {
    var (data, catalogue) = (self, items)
    let numbers = self.items.ids.names.map { Int32(catalogue.ids.insert($0)) }
    data.interactions.items = interactions.items.map { numbers[Int($0)] }
    (data.items, data.scale, data.owners) = (catalogue, scale, owners)
    return data
  }
}
