import Kernels

/// Secure aggregation of one round, simulated (Bonawitz et al. 2017): the server gets the sum of what clients send, and
/// what it sees of one of them is uniform.
///
/// Each client adds a mask of its own and, for every pair of clients, a mask that one of the two adds and the other
/// subtracts; all in whole numbers modulo 2³², so that masks vanish to the bit. The secrets that make a client's masks
/// are shared among all: of whom sent, the server asks the others for the shares of the own mask; of whom dropped out,
/// for those of the key of the pairs. Asking for both would unmask a client, which honest clients refuse.
///
/// It computes what each side computes, with groups and generators that are too small to keep anything secret: what is
/// simulated is who learns what, not the cryptography.
package struct SecureAggregation: Sendable {
  /// How many of the clients have to help to unmask a sum.
  package let threshold: Int
  package let clients: Int
  /// How many numbers each client sends.
  package let length: Int
  /// The secret key of each client for the pairs, and the seed of its own mask.
  private let keys: [UInt64]
  private let seeds: [UInt64]
  /// What each client makes public: the generator to the power of its key.
  private let published: [UInt64]
  /// For each client the shares of its secrets that the others hold.
  private let keyShares: [[UInt64]]
  private let seedShares: [[UInt64]]

  private static let base: UInt64 = 37

  /// - Parameters:
  ///   - threshold: from 1 to `clients`.
  ///   - key: all chance of the round.
  package init(clients: Int, threshold: Int, length: Int, key: RandomKey) {
    (self.clients, self.threshold, self.length) = (clients, threshold, length)
    var keys: [UInt64] = []
    var seeds: [UInt64] = []
    var keyShares: [[UInt64]] = []
    var seedShares: [[UInt64]] = []
    for client in 0..<clients {
      var stream = key.derived("client").derived(client).stream
      keys.append(stream.next() % PrimeField.modulus)
      seeds.append(stream.next() % PrimeField.modulus)
      keyShares.append(
        ShamirSharing.shares(
          of: keys[client], holders: clients, threshold: threshold, &stream))
      seedShares.append(
        ShamirSharing.shares(
          of: seeds[client], holders: clients, threshold: threshold, &stream))
    }
    published = keys.map { PrimeField.power(Self.base, $0) }
    (self.keys, self.seeds) = (keys, seeds)
    (self.keyShares, self.seedShares) = (keyShares, seedShares)
  }

  /// What a client sends: its numbers with all masks.
  package func masked(_ numbers: [UInt32], of client: Int) -> [UInt32] {
    var sent = numbers
    Self.add(seeds[client], to: &sent)
    for other in 0..<clients where other != client {
      let seed = Self.agreed(keys[client], published[other])
      Self.add(seed, to: &sent, isSubtracted: other < client)
    }
    return sent
  }

  /// The sum of the numbers of those who sent; nil where they are fewer than the threshold, so that nobody can unmask
  /// it.
  package func sum(_ received: [(client: Int, numbers: [UInt32])]) -> [UInt32]? {
    var total = [UInt32](repeating: 0, count: length)
    for (_, numbers) in received { Self.add(numbers, to: &total) }
    return unmasked(total, of: received.map(\.client))
  }

  /// Adds what a client sent to what others did, modulo 2³².
  package static func add(_ numbers: [UInt32], to total: inout [UInt32]) {
    for place in total.indices { total[place] &+= numbers[place] }
  }

  /// The sum of the numbers of some clients, from that of what they sent: the server asks them for shares of the
  /// secrets behind the masks that are left in it. Nil where they are fewer than the threshold.
  ///
  /// - Parameter senders: no client twice.
  package func unmasked(_ total: [UInt32], of senders: [Int]) -> [UInt32]? {
    guard senders.count >= threshold, !senders.isEmpty else { return nil }
    var sum = total
    let helpers = Array(senders.prefix(threshold))
    let factors = ShamirSharing.factors(of: helpers)
    func secret(_ shares: [UInt64]) -> UInt64 {
      ShamirSharing.secret(helpers.map { shares[$0] }, factors: factors)
    }
    for sender in senders {
      Self.add(secret(seedShares[sender]), to: &sum, isSubtracted: true)
    }
    let present = Set(senders)
    for lost in 0..<clients where !present.contains(lost) {
      let key = secret(keyShares[lost])
      for sender in senders {
        // The sender subtracted it if the lost one comes first.
        Self.add(
          Self.agreed(key, published[sender]), to: &sum, isSubtracted: lost > sender)
      }
    }
    return sum
  }

  /// What two clients agree on, each from its own key and what the other published (Diffie and Hellman 1976).
  private static func agreed(_ key: UInt64, _ published: UInt64) -> UInt64 {
    PrimeField.power(published, key)
  }

  /// Adds the mask of a seed.
  private static func add(
    _ seed: UInt64, to numbers: inout [UInt32], isSubtracted: Bool = false
  ) {
    var stream = RandomKey(seed: seed).stream
    // Subtracting is adding the complement: 0 − m = ¬m + 1.
    let (flip, one): (UInt32, UInt32) = isSubtracted ? (.max, 1) : (0, 0)
    numbers.withUnsafeMutableBufferPointer { numbers in
      for place in stride(from: 0, to: numbers.count & ~1, by: 2) {
        let mask = stream.next()
        numbers[place] &+= (UInt32(truncatingIfNeeded: mask) ^ flip) &+ one
        numbers[place + 1] &+= (UInt32(truncatingIfNeeded: mask >> 32) ^ flip) &+ one
      }
      guard numbers.count & 1 == 1 else { return }
      numbers[numbers.count - 1] &+= (UInt32(truncatingIfNeeded: stream.next()) ^ flip) &+ one
    }
  }

  /// The bytes that each client gets and sends besides its numbers: two keys of 32 bytes, for every other client two
  /// shares of 32 bytes each in an envelope of 32, and a share of 32 for each of the clients at the end.
  package static func overhead(clients: Int) -> (down: Int, up: Int) {
    let others = max(0, clients - 1)
    return (others * 64 + others * 96, 64 + others * 96 + clients * 32)
  }
}

/// Numbers in fixed point, whose sums modulo 2³² are exact.
package struct FixedPoint: Sendable {
  /// The largest number that keeps its value; larger ones are cut.
  package static let largest: Float = 16
  private let scale: Double

  /// - Parameter terms: how many are summed up at most.
  package init(terms: Int) {
    scale = Double(Int32.max) / (Double(Self.largest) * Double(max(1, terms)))
  }

  /// The distance of two neighbouring numbers.
  package var resolution: Double { 1 / scale }

  /// How many of the numbers do not keep their value: those that are too large, or no finite numbers.
  package static func cuts(in numbers: [Float]) -> Int { numbers.count { !(abs($0) <= largest) } }

  package func encoded(_ numbers: [Float]) -> [UInt32] {
    numbers.map { number in
      let cut = number.isFinite ? min(Self.largest, max(-Self.largest, number)) : 0
      return UInt32(bitPattern: Int32((Double(cut) * scale).rounded(.towardZero)))
    }
  }

  package func decoded(_ sums: [UInt32]) -> [Float] {
    sums.map { Float(Double(Int32(bitPattern: $0)) / scale) }
  }
}
