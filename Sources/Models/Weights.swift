import Kernels

/// The numbers of all blocks in one buffer. A value: copies share memory until one is written.
package struct Weights: Sendable {
  package let layout: Layout
  private var storage: FloatBuffer

  /// Zeros.
  package init(_ layout: Layout) {
    self.layout = layout
    storage = FloatBuffer(count: layout.count)
  }

  /// Normal numbers with each block's scale; every block has a key of its own name.
  package init(_ layout: Layout, key: RandomKey) {
    self.init(layout)
    for block in layout.blocks where block.scale > 0 {
      var stream = key.derived(block.name).stream
      let base = storage.base + block.offset
      for index in 0..<block.count {
        if index & 0xFFFF == 0, Cancellation.isRequested { break }
        base[index] = block.scale * Float(stream.normal())
      }
    }
  }

  package var count: Int { layout.count }

  /// A view to read from; valid as long as these weights are not written.
  package func view(_ block: Int) -> Matrix {
    let place = layout.blocks[block]
    return Matrix(storage.base + place.offset, rows: place.rows, columns: place.columns)
  }

  /// All numbers, to read from.
  package var all: Matrix { Matrix(storage.base, rows: 1, columns: layout.count) }

  /// All numbers, to write; makes a copy first if others share them.
  package mutating func mutableAll() -> Matrix {
    if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    return all
  }

  package mutating func mutableView(_ block: Int) -> Matrix {
    _ = mutableAll()
    return view(block)
  }

  package var isFinite: Bool {
    for index in 0..<count where !storage.base[index].isFinite { return false }
    return true
  }
}
