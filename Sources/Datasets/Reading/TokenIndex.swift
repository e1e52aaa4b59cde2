import Kernels

extension ScannedTable {
  /// The ids of a column numbered in order of first appearance, and the number in each row; fewer rows when
  /// nobody wants them any more.
  package func indexed(
    _ name: String
  ) throws(DatasetError) -> (codes: [Int32], vocabulary: Vocabulary) {
    switch column(name) {
    case .smallIDs(let ids)?:
      return indexedSmall(ids)
    case .tokens(let tokens)?:
      return try indexed(tokens: tokens)
    default:
      return ([], Vocabulary())
    }
  }

  /// Numbers through a table with a place for every id up to the largest, unless that is absurd.
  private func indexedSmall(_ ids: [Int32]) -> (codes: [Int32], vocabulary: Vocabulary) {
    let largest = ids.bounds?.upperBound ?? 0
    var order: [Int32] = []
    let codes: [Int32]
    if Int(largest) < max(1 << 22, 4 * ids.count) {
      var numbers = [Int32](repeating: -1, count: Int(largest) + 1)
      codes = numbers.withUnsafeMutableBufferPointer { numbers in
        numbered(ids) { id in
          let known = numbers[Int(id)]
          if known >= 0 { return known }
          let number = Int32(order.count)
          numbers[Int(id)] = number
          order.append(id)
          return number
        }
      }
    } else {
      var numbers: [Int32: Int32] = [:]
      codes = numbered(ids) { id in
        if let known = numbers[id] { return known }
        let number = Int32(order.count)
        numbers[id] = number
        order.append(id)
        return number
      }
    }
    return (codes, Vocabulary(order.lazy.map { String($0) }))
  }

  private func numbered(_ ids: [Int32], _ number: (Int32) -> Int32) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: ids.count) { codes, count in
      ids.withUnsafeBufferPointer { ids in
        for row in ids.indices.whileWanted() {
          codes[row] = number(ids[row])
          count = row + 1
        }
      }
    }
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
