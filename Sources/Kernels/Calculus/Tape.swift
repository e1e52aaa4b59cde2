/// A number of a value on a tape.
package struct TapeValue: Sendable, Equatable {
  let index: Int32

  init(_ index: Int) { self.index = Int32(truncatingIfNeeded: index) }

  /// Stands for "there is none".
  package static let none = TapeValue(-1)
  package var isSome: Bool { index >= 0 }
}

/// A record of operations on matrices that can be differentiated, any number of times.
///
/// Each rule says in one place how its value comes about (`Tape+Operations`) and how an adjoint flows through
/// it (`Tape+Adjoints`). An adjoint is made of the same operations, so that a gradient is itself on the tape:
/// the derivative of a gradient along a direction, which exact MAML needs, is one more backward pass over the
/// nodes of that gradient. Nothing is kept between tasks but the memory.
package final class Tape {
  package let kernels: KernelSet
  package let arena = Arena()
  // One lane owns a tape: no two accesses overlap, and checking each would cost a tenth of the time.
  @exclusivity(unchecked) private(set) var nodes: UnsafeMutablePointer<Node>
  @exclusivity(unchecked) private(set) var marks: UnsafeMutablePointer<Mark>
  @exclusivity(unchecked) private var capacity = 256
  @exclusivity(unchecked) package private(set) var count = 0
  @exclusivity(unchecked) var bags: [EmbeddingBag] = []
  /// Whether adjoints are to be differentiated again; if not, sums of adjoints are made in place.
  @exclusivity(unchecked) var isDifferentiable = true

  package init(kernels: KernelSet) {
    self.kernels = kernels
    nodes = .allocate(capacity: capacity)
    marks = .allocate(capacity: capacity)
  }

  deinit {
    nodes.deallocate()
    marks.deallocate()
  }

  /// Forgets everything; earlier variables and matrices are no longer valid.
  package func reset() {
    count = 0
    bags.removeAll(keepingCapacity: true)
    arena.reset()
  }

  /// The value of a variable.
  @inline(__always)
  package subscript(variable: TapeValue) -> Matrix { nodes[Int(variable.index)].value }

  func append(_ node: Node) -> TapeValue {
    if count == capacity { grow() }
    nodes[count] = node
    marks[count] = Mark()
    count += 1
    return TapeValue(count - 1)
  }

  private func grow() {
    let larger = 2 * capacity
    let moreNodes = UnsafeMutablePointer<Node>.allocate(capacity: larger)
    moreNodes.moveInitialize(from: nodes, count: count)
    nodes.deallocate()
    nodes = moreNodes
    let moreMarks = UnsafeMutablePointer<Mark>.allocate(capacity: larger)
    moreMarks.moveInitialize(from: marks, count: count)
    marks.deallocate()
    marks = moreMarks
    capacity = larger
  }
}

/// One operation with its value.
struct Node {
  var rule: Rule
  var a = TapeValue.none
  var b = TapeValue.none
  var c = TapeValue.none
  /// What the rule needs besides its operands: an index, a first row, or a function's number.
  var parameter: Int32 = 0
  var factor: Float = 1
  var value: Matrix
}

/// What the tape remembers of a node beside its value.
struct Mark {
  /// The transpose of the value, once it was needed.
  var transposed = TapeValue.none
  /// The adjoint that the sweep under way has gathered.
  var adjoint = TapeValue.none
  /// Whether the adjoint's memory belongs to this node alone, so that it may be added to.
  var ownsAdjoint = false
  /// Whether this node depends on a target of the sweep under way.
  var matters = false
}

/// How a value comes about. With y the value and a, b, c the operands:
enum Rule: UInt8 {
  /// Given.
  case leaf
  /// y = a·b + c (c a row, or none)
  case affine
  /// y = max(0, a·b + c)
  case affineRelu
  /// y = a·b
  case product
  /// y = aᵀ·b
  case productTransposedLeft
  /// y = a·bᵀ
  case productTransposedRight
  /// y = aᵀ
  case transpose
  /// y = the sum of the rows of a, a row
  case columnSums
  /// y = the row a, repeated
  case repeatRow
  /// y = the sum along each row of a, a column
  case rowSums
  /// y = the column a, repeated
  case repeatColumn
  /// y = Σ a·b, a scalar
  case sumProduct
  /// y = a · the scalar b
  case scaleBy
  /// y = a + factor · b
  case addScaled
  /// y = factor · a
  case scale
  /// y = a · b, element by element
  case multiply
  /// y = a where b > 0, else 0
  case maskPositive
  /// y = f(a), f the parameter
  case map
  /// y = sums of rows of a by the bags of number `parameter`
  case embed
  /// y = a table whose rows get the rows of a by the bags of number `parameter`
  case scatter
  /// y = rows of a from `parameter` on
  case rowSlice
  /// y = zeros but for a at row `parameter`
  case rowPad
  /// y = columns of a from `parameter` on
  case columnSlice
  /// y = zeros but for a at column `parameter`
  case columnPad
  /// y = softmax of each row of a
  case softmax
  /// y = a⁻¹·b for symmetric positive definite a
  case solve
}
