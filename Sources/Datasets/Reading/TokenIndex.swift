import Kernels

extension ScannedTable {
  /// The ids of a column numbered in order of first appearance, and the number in each row; fewer rows when
  /// nobody wants them any more.
  package func indexed(
    _ name: String
  ) throws(DatasetError) -> (codes: [Int32], vocabulary: Vocabulary) {
    switch column(name) {
    case .smallIDs(let ids)?:
      var codes = ids
      let order = numberByAppearance(&codes)
      return (codes, Vocabulary(order.lazy.map { String($0) }))
    case .tokens(let tokens)?:
      return try indexed(tokens: tokens)
    default:
      return ([], Vocabulary())
    }
  }

  /// The same of two columns, which are taken out of the table.
  mutating func takeIndexed(
    _ names: (String, String)
  ) throws(DatasetError) -> (
    (codes: [Int32], vocabulary: Vocabulary), (codes: [Int32], vocabulary: Vocabulary)
  ) {
    guard names.0 != names.1, let first = takeSmallIDs(names.0) else {
      return try indexed(names)
    }
    guard let second = takeSmallIDs(names.1) else {
      replace(names.0, by: .smallIDs(first))
      return try indexed(names)
    }
    // In their own memory: that of large tables takes longer to get than numbers to find.
    var codes = [consume first, consume second]
    let orders = codes.indices.map { numberByAppearance(&codes[$0]) }
    let vocabularies = orderedMap(2) { Vocabulary(orders[$0].lazy.map { String($0) }) }
    return ((codes[0], vocabularies[0]), (codes[1], vocabularies[1]))
  }

  /// The same of two columns, and beside them the digest of the file.
  private func indexed(
    _ names: (String, String)
  ) throws(DatasetError) -> (
    (codes: [Int32], vocabulary: Vocabulary), (codes: [Int32], vocabulary: Vocabulary)
  ) {
    let passes = orderedMap(3) { pass in
      if pass == 2 { _ = contents.digest }
      return Result { () throws(DatasetError) in
        pass == 2 ? ([], Vocabulary()) : try indexed(pass == 0 ? names.0 : names.1)
      }
    }
    return (try passes[0].get(), try passes[1].get())
  }

  /// The ids of a column if they are small whole numbers; the table has them no longer.
  private mutating func takeSmallIDs(_ name: String) -> [Int32]? {
    guard let index = layout.fields.firstIndex(where: { $0.name == name }),
      case .smallIDs = columns[index]
    else { return nil }
    var taken = ScannedColumn.skipped
    swap(&taken, &columns[index])
    guard case .smallIDs(let ids) = consume taken else { return nil }
    return ids
  }

  /// Numbers through a hash table of the bytes, so that a text is made once for each name only.
  func indexed(
    tokens: [UInt64]
  ) throws(DatasetError) -> (codes: [Int32], vocabulary: Vocabulary) {
    var table = TokenTable(contents: contents)
    let codes = [Int32](unsafeUninitializedCapacity: tokens.count) { codes, count in
      for row in tokens.indices.whileWanted() {
        codes[row] = table.number(of: tokens[row])
        count = row + 1
      }
    }
    var names: [String] = []
    names.reserveCapacity(table.order.count)
    for token in table.order { names.append(try text(of: token)) }
    let vocabulary = Vocabulary(names)
    if vocabulary.count == names.count { return (codes, vocabulary) }
    // Different bytes can spell the same text: composed and decomposed accents.
    let numbers = names.map { Int32(vocabulary[$0] ?? 0) }
    return (codes.map { numbers[Int($0)] }, vocabulary)
  }
}

/// A hash table with open addressing from tokens to numbers.
private struct TokenTable {
  let contents: FileContents
  /// The tokens in order of first appearance.
  private(set) var order: [UInt64] = []
  /// One more than the number that hashes here; 0 is free.
  private var slots = [Int32](repeating: 0, count: 1 << 10)

  init(contents: FileContents) { self.contents = contents }

  mutating func number(of token: UInt64) -> Int32 {
    if order.count * 2 >= slots.count { grow() }
    var slot = hash(token) & (slots.count - 1)
    while slots[slot] != 0 {
      let number = slots[slot] - 1
      if same(order[Int(number)], token) { return number }
      slot = (slot + 1) & (slots.count - 1)
    }
    order.append(token)
    slots[slot] = Int32(order.count)
    return Int32(order.count - 1)
  }

  private mutating func grow() {
    slots = [Int32](repeating: 0, count: slots.count * 4)
    for (number, token) in order.enumerated() {
      var slot = hash(token) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(number + 1)
    }
  }

  private func same(_ a: UInt64, _ b: UInt64) -> Bool {
    if a == b { return true }
    if (a | b) & 1 == 1 || (a ^ b) & 0xFF_FFFC != 0 { return false }
    return contents.bytes(of: a).elementsEqual(contents.bytes(of: b))
  }

  private func hash(_ token: UInt64) -> Int {
    var hash: UInt64
    if token & 1 == 1 {
      hash = token
    } else {
      hash = 0xCBF2_9CE4_8422_2325
      for byte in contents.bytes(of: token) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: hash >> 29)
  }
}

/// Puts in the place of each id, which is not negative, its number in the order of first appearance; returns the ids in
/// that order. Rows at the end keep their ids when nobody wants them any more.
private func numberByAppearance(_ ids: inout [Int32]) -> [Int32] {
  let largest = Int(ids.bounds?.upperBound ?? -1)
  if largest >= max(1 << 22, 4 * ids.count) { return numberByDictionary(&ids) }
  return ids.withUnsafeMutableBufferPointer { buffer in
    nonisolated(unsafe) let ids = buffer
    // Each part finds the ids that are new in it; those that are new in all come from few.
    let parts = largest < ids.count / 64 ? 16 : 1
    @Sendable func range(_ part: Int) -> Range<Int> {
      ids.count * part / parts..<ids.count * (part + 1) / parts
    }
    let found = orderedMap(parts, abandoned: []) { part -> [Int32] in
      var isKnown = [Bool](repeating: false, count: largest + 1)
      var order: [Int32] = []
      isKnown.withUnsafeMutableBufferPointer { isKnown in
        for row in range(part).whileWanted() where !isKnown[Int(ids[row])] {
          isKnown[Int(ids[row])] = true
          order.append(ids[row])
        }
      }
      return order
    }
    var numbers = [Int32](repeating: -1, count: largest + 1)
    var order: [Int32] = []
    for id in found.joined() where numbers[Int(id)] < 0 {
      numbers[Int(id)] = Int32(order.count)
      order.append(id)
    }
    numbers.withUnsafeBufferPointer { buffer in
      nonisolated(unsafe) let numbers = buffer
      parallel(parts) { part in
        for row in range(part).whileWanted() { ids[row] = numbers[Int(ids[row])] }
      }
    }
    return order
  }
}

/// The same where the largest id is absurd for a table with a place for each.
private func numberByDictionary(_ ids: inout [Int32]) -> [Int32] {
  var numbers: [Int32: Int32] = [:]
  var order: [Int32] = []
  for row in ids.indices.whileWanted() {
    let id = ids[row]
    if let known = numbers[id] {
      ids[row] = known
    } else {
      ids[row] = Int32(order.count)
      numbers[id] = Int32(order.count)
      order.append(id)
    }
  }
  return order
}
