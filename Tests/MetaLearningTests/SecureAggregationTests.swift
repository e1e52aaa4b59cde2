import Kernels
import MetaLearning
import Testing

/// Sums of which the server sees nothing else.
@Suite struct SecureAggregationTests {
  private func numbers(_ clients: Int, _ length: Int) -> [[UInt32]] {
    var stream = RandomKey(seed: 11).stream
    return (0..<clients).map { _ in
      (0..<length).map { _ in UInt32(truncatingIfNeeded: stream.next()) }
    }
  }

  private func total(_ rows: [[UInt32]]) -> [UInt32] {
    var sum = rows[0]
    for row in rows.dropFirst() { for place in sum.indices { sum[place] &+= row[place] } }
    return sum
  }

  private func sent(
    _ secret: SecureAggregation, _ rows: [[UInt32]], by clients: [Int]
  ) -> [(client: Int, numbers: [UInt32])] {
    clients.map { ($0, secret.masked(rows[$0], of: $0)) }
  }

  @Test(arguments: [1, 2, 3, 8, 25], [1, 7, 100]) func sumsAreExact(clients: Int, length: Int) {
    let rows = numbers(clients, length)
    let secret = SecureAggregation(
      clients: clients, threshold: (2 * clients + 2) / 3, length: length, key: RandomKey(seed: 1))
    #expect(secret.sum(sent(secret, rows, by: Array(0..<clients))) == total(rows))
  }

  @Test func sumsAreExactWhoeverDropsOut() {
    let (clients, threshold) = (6, 3)
    let rows = numbers(clients, 33)
    let secret = SecureAggregation(
      clients: clients, threshold: threshold, length: 33, key: RandomKey(seed: 2))
    for present in 1..<(1 << clients) {
      let senders = (0..<clients).filter { present >> $0 & 1 == 1 }
      let sum = secret.sum(sent(secret, rows, by: senders))
      #expect(sum == (senders.count < threshold ? nil : total(senders.map { rows[$0] })))
    }
  }

  /// χ² of bytes, and of what two clients who sent the same are seen to have sent.
  @Test func whatTheServerSeesOfOneClientIsUniform() {
    let length = 20_000
    // Numbers that are anything but uniform.
    let rows = (0..<5).map { _ in [UInt32](repeating: 3, count: length) }
    let secret = SecureAggregation(
      clients: 5, threshold: 3, length: length, key: RandomKey(seed: 3))
    let seen = secret.masked(rows[2], of: 2)
    for shift in [0, 8, 16, 24] {
      var counts = [Double](repeating: 0, count: 256)
      for number in seen { counts[Int(number >> UInt32(shift) & 255)] += 1 }
      let expected = Double(length) / 256
      let square = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
      // 255 degrees of freedom: mean 255, standard deviation 22.6.
      #expect(square > 165 && square < 345, "χ² \(square) of byte \(shift / 8)")
    }
    // A client whose numbers differ in one place differs nowhere else, and other keys differ everywhere.
    let other = SecureAggregation(
      clients: 5, threshold: 3, length: length, key: RandomKey(seed: 4))
    let again = zip(seen, other.masked(rows[2], of: 2)).count { $0 == $1 }
    #expect(again < 5)
    let fellow = zip(seen, secret.masked(rows[3], of: 3)).count { $0 == $1 }
    #expect(fellow < 5)
  }

  /// Whoever holds fewer shares than the threshold sees numbers that are as likely for any secret.
  @Test(arguments: [UInt64(0), 1, 12_345]) func fewerSharesTellNothing(secret: UInt64) {
    var stream = RandomKey(seed: 6).stream
    let draws = 20_000
    var counts = [Double](repeating: 0, count: 256)
    for _ in 0..<draws {
      let shares = ShamirSharing.shares(of: secret, holders: 5, threshold: 3, &stream)
      for holders in [[0, 1, 2], [4, 0, 3]] {
        let back = ShamirSharing.secret(
          holders.map { shares[$0] }, factors: ShamirSharing.factors(of: holders))
        guard back == secret else {
          Issue.record("\(holders) give \(back) for \(secret)")
          return
        }
      }
      // What two of the holders would take for the secret.
      let guess = ShamirSharing.secret(
        [shares[1], shares[3]], factors: ShamirSharing.factors(of: [1, 3]))
      counts[Int(guess >> 53)] += 1
    }
    let expected = Double(draws) / 256
    let square = counts.reduce(0) { $0 + ($1 - expected) * ($1 - expected) / expected }
    #expect(square > 165 && square < 345, "χ² \(square)")
  }

  @Test func productsAreThoseOfTheField() {
    var stream = RandomKey(seed: 7).stream
    let edges = [0, 1, 2, PrimeField.modulus - 1, PrimeField.modulus - 2]
    let drawn = (0..<200).map { _ in stream.next() % PrimeField.modulus }
    for a in edges + drawn.prefix(20) {
      for b in edges + drawn {
        let wide = a.multipliedFullWidth(by: b)
        let wanted = PrimeField.modulus.dividingFullWidth(wide).remainder
        #expect(PrimeField.product(a, b) == wanted)
      }
      if a > 0 { #expect(PrimeField.product(a, PrimeField.inverse(a)) == 1) }
    }
  }

  @Test func fixedPointAddsUpExactly() {
    let points = FixedPoint(terms: 100)
    var stream = RandomKey(seed: 5).stream
    let rows = (0..<100).map { _ in (0..<50).map { _ in Float(stream.normal()) } }
    var sum = [UInt32](repeating: 0, count: 50)
    for row in rows {
      for (place, code) in points.encoded(row).enumerated() { sum[place] &+= code }
    }
    for (place, value) in points.decoded(sum).enumerated() {
      let wanted = rows.reduce(0.0) { $0 + Double($1[place]) }
      #expect(abs(Double(value) - wanted) < 100 * points.resolution + 1e-4)
    }
    // As large as can be, and what is no number.
    let extremes = points.encoded([.infinity, -.infinity, .nan, 1e9, -1e9])
    #expect(
      points.decoded(extremes)
        .elementsEqual(
          [0, 0, 0, FixedPoint.largest, -FixedPoint.largest], by: { abs($0 - $1) < 1e-4 }))
    #expect(FixedPoint.cuts(in: [.infinity, .nan, 17, -16, 16, 0]) == 3)
    let full = points.encoded([FixedPoint.largest])[0]
    let all = (0..<100).reduce(UInt32(0)) { sum, _ in sum &+ full }
    #expect(abs(points.decoded([all])[0] - 100 * FixedPoint.largest) < 0.01)
  }
}
