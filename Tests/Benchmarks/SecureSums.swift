import Kernels
import MetaLearning

/// What secure aggregation of one round takes, by how many clients are asked; a tenth of them drop out.
struct SecureSums {
  /// How many numbers each client sends.
  var weights = 10_000
  var threads: Int

  /// Milliseconds for the secrets of all, for the masks of one client, and for the server to unmask the sum.
  func line(clients: Int) -> String {
    let points = FixedPoint(terms: clients)
    let key = RandomKey(seed: 1)
    let start = seconds()
    let secret = SecureAggregation(
      clients: clients, threshold: (2 * clients + 2) / 3, length: weights, key: key)
    let shared = seconds()
    let senders = Array(0..<clients - clients / 10)
    let sent = orderedMap(senders.count, threads: threads) { client in
      var stream = key.derived("numbers").derived(client).stream
      let numbers = points.encoded((0..<weights).map { _ in Float(stream.normal()) })
      return secret.masked(numbers, of: client)
    }
    let masked = seconds()
    var total = [UInt32](repeating: 0, count: weights)
    for numbers in sent { SecureAggregation.add(numbers, to: &total) }
    let added = seconds()
    let isUnmasked = secret.unmasked(total, of: senders) != nil
    let end = seconds()
    let times = [
      ("secrets", shared - start),
      ("masks of a client", (masked - shared) * Double(threads) / Double(senders.count)),
      ("adding", added - masked), ("unmasking", end - added), ("all", end - start),
    ]
    return
      "\(clients) clients, \(weights) weights, \(clients - senders.count) drop out, \(threads) threads: "
      + times.map { "\($0.0) \(($0.1 * 10_000).rounded() / 10) ms" }.joined(separator: ", ")
      + (isUnmasked ? "" : ", not unmasked")
  }
}
