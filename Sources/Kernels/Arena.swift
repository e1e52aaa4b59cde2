/// Memory for the intermediate results of one task, handed out in order and taken back all at once.
///
/// A task's whole adaptation lives in one arena that the next task reuses, so that it stays in the
/// core's own cache and nothing is allocated while training.
package final class Arena {
  @exclusivity(unchecked) private var chunks: [UnsafeMutablePointer<Float>] = []
  @exclusivity(unchecked) private var sizes: [Int] = []
  @exclusivity(unchecked) private var chunk = 0
  @exclusivity(unchecked) private var offset = 0

  package init() {}

  deinit { for chunk in chunks { chunk.deallocate() } }

  /// Takes everything back; earlier views are no longer valid.
  package func reset() {
    chunk = 0
    offset = 0
  }

  /// Uninitialised memory, aligned to a cache line.
  package func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let needed = (count + 15) & ~15
    while chunk < chunks.count {
      if offset + needed <= sizes[chunk] {
        let start = chunks[chunk] + offset
        offset += needed
        return start
      }
      chunk += 1
      offset = 0
    }
    let size = max(needed, 32_768 << min(chunks.count, 8))
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size * 4, alignment: 64)
    chunks.append(memory.bindMemory(to: Float.self, capacity: size))
    sizes.append(size)
    chunk = chunks.count - 1
    offset = needed
    return chunks[chunk]
  }

  package func matrix(rows: Int, columns: Int) -> Matrix {
    Matrix(allocate(rows * columns), rows: rows, columns: columns)
  }
}

extension Arena {
  /// Uninitialised memory for indices.
  package func integers(_ count: Int) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(allocate(count)).bindMemory(to: Int32.self, capacity: count)
  }
}
