import FoundationEssentials
import Kernels

/// Arrays of the names, shapes and kinds that the peers export, drawn here from a seed: two versions of the
/// program are timed on the same numbers without any peer.
struct GeneratedInputs {
  private let folder: String
  private let key = RandomKey(seed: 7).derived("inputs")

  init(to folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  func write() throws {
    try parameters("w1", widths: [64, 64, 64, 1])
    try parameters("w2", widths: [288, 64, 64, 1])
    try put("w2_table", normals("w2_table", Workload.tableRows * 32, times: 0.1))
    try vectorTasks()
    try embeddingTasks()
    try put("w4_items", normals("w4_items", 100_000 * 32))
    try put("w4_user0", normals("w4_user0", users * 32))
    try put("w4_user1", numbers("w4_user1", users * 16, below: 100_000))
    try put("w4_user2", normals("w4_user2", users * 16))
  }

  private let users = 220
  /// Of 8 batches of 32.
  private let tasks = 256

  /// The weights and biases of each layer.
  private func parameters(_ workload: String, widths: [Int]) throws {
    for (layer, (rows, columns)) in zip(widths, widths.dropFirst()).enumerated() {
      let (weights, biases) = ("\(workload)_param\(2 * layer)", "\(workload)_param\(2 * layer + 1)")
      let scale = (2 / Double(rows)).squareRoot()
      try put(weights, normals(weights, rows * columns, times: scale))
      try put(biases, normals(biases, columns, times: 0.01))
    }
  }

  /// Support and query rows of 64 numbers; the ratings of each task are a function of its own.
  private func vectorTasks() throws {
    let slopes = normals("w1_slopes", tasks * 64, times: 0.125)
    for (place, part) in ["support", "query"].enumerated() {
      let rows = normals("w1_\(part)", tasks * 16 * 64)
      let ratings = (0..<tasks * 16).map { row -> Float in
        let slope = slopes[(row / 16) * 64..<(row / 16 + 1) * 64]
        let own = rows[row * 64..<(row + 1) * 64]
        let bent = zip(own, slope.reversed()).reduce(Float(0)) { $0 + $1.0 * $1.1 }
        return zip(own, slope).reduce(bent / (1 + abs(bent))) { $0 + $1.0 * $1.1 }
      }
      try put("w1_batch\(2 * place)", rows)
      try put("w1_batch\(2 * place + 1)", ratings)
    }
  }

  /// Rows of feature values over one table, at most so many of each field, with equal shares.
  private func embeddingTasks() throws {
    let items = [(6, 1), (81, 1), (25, 3), (2186, 2), (8030, 4)]
    var stream = key.derived("w2").stream
    var ids: [Int32] = []
    var shares: [Float] = []
    for _ in 0..<tasks * 34 {
      var first = 0
      for (values, most) in items {
        let count = 1 + stream.below(most)
        for place in 0..<most {
          ids.append(Int32(first + stream.below(values)))
          shares.append(place < count ? 1 / Float(count) : 0)
        }
        first += values
      }
    }
    let firstOfUsers = items.reduce(0) { $0 + $1.0 }
    var own: [Int32] = []
    for _ in 0..<tasks {
      var first = firstOfUsers
      for values in [2, 7, 21, 3402] {
        own.append(Int32(first + stream.below(values)))
        first += values
      }
    }
    try put("w2_batch0", ids)
    try put("w2_batch1", shares)
    try put("w2_batch2", own)
    try put("w2_batch3", numbers("w2_ratings", tasks * 34, below: 5).map { Float($0 + 1) })
  }

  private func normals(_ name: String, _ count: Int, times scale: Double = 1) -> [Float] {
    var stream = key.derived(name).stream
    return (0..<count).map { _ in Float(scale * stream.normal()) }
  }

  private func numbers(_ name: String, _ count: Int, below most: Int) -> [Int32] {
    var stream = key.derived(name).stream
    return (0..<count).map { _ in Int32(stream.below(most)) }
  }

  private func put<T: BitwiseCopyable>(_ name: String, _ values: [T]) throws {
    let bytes = values.withUnsafeBytes { Data($0) }
    try bytes.write(to: URL(filePath: "\(folder)/\(name).bin"))
  }
}
