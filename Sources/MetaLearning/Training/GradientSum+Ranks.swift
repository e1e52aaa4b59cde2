import Kernels
import Models

extension LearningProblem {
  /// The losses of all sums of a batch. Where ranks share the work each learns the tasks of a part of the sums, and the
  /// sums are exchanged whole: added in their order by every rank, they give the bits of one process.
  ///
  /// Dense weights travel once for each sum, tables of lookups as the rows that tasks have touched.
  ///
  /// - Parameter learn: fills the sums of these numbers and gives their losses.
  func exchanged(
    _ sums: ArraySlice<GradientSum>, _ learn: (Range<Int>) -> [Float]
  ) -> [Float] {
    guard let ranks = Ranks.current else { return learn(sums.indices) }
    let own = ranks.share(of: sums.count, for: ranks.rank)
    let losses = learn(own)
    var message = MessageWriter()
    for (number, loss) in zip(own, losses) {
      message.put(loss)
      sums[number].write(to: &message)
    }
    let tableRows = layout.blocks.map(\.rows)
    return ranks.allGather(message, for: .gradients).enumerated().flatMap { rank, message in
      guard rank != ranks.rank else { return losses }
      var message = message
      return ranks.share(of: sums.count, for: rank).map { number in
        let loss = message.take(Float.self)
        sums[number].read(from: &message, tableRows: tableRows)
        return loss
      }
    }
  }
}

extension GradientSum {
  fileprivate func write(to message: inout MessageWriter) {
    message.put(UnsafeBufferPointer(start: UnsafePointer(whole.base), count: whole.count))
    message.put(sparse.count)
    for rows in sparse { rows.write(to: &message) }
  }

  /// Becomes what another rank has written.
  fileprivate func read(from message: inout MessageReader, tableRows: [Int]) {
    clear()
    message.withValues(Float.self) { raw, _ in
      UnsafeMutableRawPointer(whole.base).copyMemory(from: raw)
    }
    for _ in 0..<message.take(Int.self) {
      let block = Int(message.take(Int32.self))
      let rows = message.withValues(Int32.self) { raw, count in
        let rows = store.integers(count)
        UnsafeMutableRawPointer(rows).copyMemory(from: raw)
        return UnsafeBufferPointer(start: UnsafePointer(rows), count: count)
      }
      let gradient = message.withValues(Float.self) { raw, count in
        let gradient = store.matrix(
          rows: rows.count, columns: rows.isEmpty ? 0 : count / rows.count)
        UnsafeMutableRawPointer(gradient.base).copyMemory(from: raw)
        return gradient
      }
      keep(gradient, of: rows, block: block, tableRows: tableRows[block])
    }
  }
}

extension UnsafeMutableRawPointer {
  fileprivate func copyMemory(from source: UnsafeRawBufferPointer) {
    guard let base = source.baseAddress else { return }
    copyMemory(from: base, byteCount: source.count)
  }
}
