/// The operations: each records a node and computes its value at once.
extension Tape {
  private func result(_ rows: Int, _ columns: Int) -> Matrix {
    arena.matrix(rows: rows, columns: columns)
  }

  /// A value given from outside. The tape does not copy it.
  package func leaf(_ value: Matrix) -> TapeValue { append(Node(rule: .leaf, value: value)) }

  /// A copy of numbers given from outside.
  package func constant(_ values: [Float], rows: Int, columns: Int) -> TapeValue {
    let matrix = result(rows, columns)
    matrix.copy(from: values)
    return leaf(matrix)
  }

  package func constant(_ value: Float, rows: Int = 1, columns: Int = 1) -> TapeValue {
    let matrix = result(rows, columns)
    matrix.fill(value)
    return leaf(matrix)
  }

  /// Zeros of the shape of a value, to add adjoints to.
  package func zeros(like variable: TapeValue) -> Matrix {
    let zeros = result(self[variable].rows, self[variable].columns)
    zeros.fill(0)
    return zeros
  }

  /// x·w + bias, then max(0, ·) if `relu`. Shapes: x (n × in), w (in × out), bias (1 × out) or none.
  package func affine(_ x: TapeValue, _ w: TapeValue, _ bias: TapeValue = .none, relu: Bool = false)
    -> TapeValue
  {
    let (x1, w1) = (self[x], self[w])
    precondition(x1.columns == w1.rows, "affine: inner sizes differ")
    let y = result(x1.rows, w1.columns)
    kernels.product(
      x1, w1, into: y, bias: bias.isSome ? self[bias] : nil, relu: relu)
    return append(Node(rule: relu ? .affineRelu : .affine, a: x, b: w, c: bias, value: y))
  }

  /// a·b
  package func product(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[b].columns)
    multiplyInto(y, .product, a, b, accumulate: false)
    return append(Node(rule: .product, a: a, b: b, value: y))
  }

  /// aᵀ·b
  package func productTransposedLeft(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let y = result(self[a].columns, self[b].columns)
    multiplyInto(y, .productTransposedLeft, a, b, accumulate: false)
    return append(Node(rule: .productTransposedLeft, a: a, b: b, value: y))
  }

  /// a·bᵀ
  package func productTransposedRight(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[b].rows)
    multiplyInto(y, .productTransposedRight, a, b, accumulate: false)
    return append(Node(rule: .productTransposedRight, a: a, b: b, value: y))
  }

  /// One of the three products, into given memory.
  func multiplyInto(_ y: Matrix, _ rule: Rule, _ a: TapeValue, _ b: TapeValue, accumulate: Bool) {
    switch rule {
    case .productTransposedLeft:
      precondition(self[a].rows == self[b].rows, "product: inner sizes differ")
      kernels.product(self[a], transposed: true, self[b], into: y, adding: accumulate ? y : nil)
    case .productTransposedRight:
      precondition(self[a].columns == self[b].columns, "product: inner sizes differ")
      kernels.product(self[a], transposedView(b), into: y, adding: accumulate ? y : nil)
    default:
      precondition(self[a].columns == self[b].rows, "product: inner sizes differ")
      kernels.product(self[a], self[b], into: y, adding: accumulate ? y : nil)
    }
  }

  /// The transpose as plain numbers, made once for each node. A row or column is its own.
  private func transposedView(_ a: TapeValue) -> Matrix {
    let matrix = self[a]
    if matrix.rows == 1 || matrix.columns == 1 {
      return Matrix(matrix.base, rows: matrix.columns, columns: matrix.rows)
    }
    let known = marks[Int(a.index)].transposed
    if known.isSome { return self[known] }
    let transposed = result(matrix.columns, matrix.rows)
    kernels.transpose(matrix, into: transposed)
    let made = append(Node(rule: .leaf, value: transposed))
    marks[Int(a.index)].transposed = made
    return transposed
  }

  package func transpose(_ a: TapeValue) -> TapeValue {
    append(Node(rule: .transpose, a: a, value: transposedView(a)))
  }

  package func columnSums(_ a: TapeValue) -> TapeValue {
    let y = result(1, self[a].columns)
    kernels.columnSums(self[a], into: y)
    return append(Node(rule: .columnSums, a: a, value: y))
  }

  package func repeatRow(_ a: TapeValue, rows: Int) -> TapeValue {
    let y = result(rows, self[a].columns)
    for row in 0..<rows { y.rows(row..<row + 1).copy(from: self[a]) }
    return append(Node(rule: .repeatRow, a: a, value: y))
  }

  package func rowSums(_ a: TapeValue) -> TapeValue {
    let x = self[a]
    let y = result(x.rows, 1)
    for row in 0..<x.rows {
      var sum: Float = 0
      for column in 0..<x.columns { sum += x[row, column] }
      y[row, 0] = sum
    }
    return append(Node(rule: .rowSums, a: a, value: y))
  }

  package func repeatColumn(_ a: TapeValue, columns: Int) -> TapeValue {
    let x = self[a]
    let y = result(x.rows, columns)
    for row in 0..<x.rows { y.rows(row..<row + 1).fill(x[row, 0]) }
    return append(Node(rule: .repeatColumn, a: a, value: y))
  }

  /// Σ a·b over all elements.
  package func sumProduct(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let y = result(1, 1)
    y[0, 0] = kernels.dot(self[a], self[b])
    return append(Node(rule: .sumProduct, a: a, b: b, value: y))
  }

  /// a times the scalar variable s.
  package func scaleBy(_ a: TapeValue, _ s: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[a].columns)
    kernels.scale(self[s][0, 0], self[a], into: y)
    return append(Node(rule: .scaleBy, a: a, b: s, value: y))
  }

  /// a + factor·b
  package func addScaled(_ a: TapeValue, _ factor: Float, _ b: TapeValue) -> TapeValue {
    precondition(self[a].count == self[b].count, "addScaled: sizes differ")
    let y = result(self[a].rows, self[a].columns)
    kernels.addScaled(self[a], factor, self[b], into: y)
    return append(Node(rule: .addScaled, a: a, b: b, factor: factor, value: y))
  }

  package func scale(_ factor: Float, _ a: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[a].columns)
    kernels.scale(factor, self[a], into: y)
    return append(Node(rule: .scale, a: a, factor: factor, value: y))
  }

  /// a·b, element by element.
  package func multiply(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    precondition(self[a].count == self[b].count, "multiply: sizes differ")
    let y = result(self[a].rows, self[a].columns)
    kernels.multiply(self[a], self[b], into: y)
    return append(Node(rule: .multiply, a: a, b: b, value: y))
  }

  /// a where b > 0, else 0. Flat in b.
  package func maskPositive(_ a: TapeValue, by b: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[a].columns)
    kernels.maskPositive(self[a], by: self[b], into: y)
    return append(Node(rule: .maskPositive, a: a, b: b, value: y))
  }

  package func map(_ function: ElementFunction, _ a: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[a].columns)
    kernels.map(function, self[a], into: y)
    return append(Node(rule: .map, a: a, parameter: function.rawValue, value: y))
  }

  /// Registers bags for `embed` and `scatter`. Their memory must outlive the record.
  package func register(_ bags: EmbeddingBag) -> Int {
    self.bags.append(bags)
    return self.bags.count - 1
  }

  /// Sums of rows of a table, one output row for each group of bags. Shape: (rows × groups·width).
  package func embed(_ lookup: TapeValue, bags number: Int, groups: Int) -> TapeValue {
    let bags = bags[number]
    let y = result(bags.count / groups, groups * self[lookup].columns)
    kernels.embed(bags, self[lookup], into: y)
    return append(Node(rule: .embed, a: lookup, parameter: Int32(number), value: y))
  }

  func scatter(_ rows: TapeValue, bags number: Int, into shape: Matrix) -> TapeValue {
    let y = result(shape.rows, shape.columns)
    y.fill(0)
    kernels.scatter(bags[number], self[rows], into: y)
    return append(Node(rule: .scatter, a: rows, parameter: Int32(number), value: y))
  }

  /// Some rows of a. Shares their memory.
  package func rowSlice(_ a: TapeValue, _ range: Range<Int>) -> TapeValue {
    append(
      Node(
        rule: .rowSlice, a: a, parameter: Int32(range.lowerBound), value: self[a].rows(range)))
  }

  func rowPad(_ a: TapeValue, at row: Int, rows: Int) -> TapeValue {
    let y = result(rows, self[a].columns)
    y.fill(0)
    y.rows(row..<row + self[a].rows).copy(from: self[a])
    return append(Node(rule: .rowPad, a: a, parameter: Int32(row), value: y))
  }

  package func columnSlice(_ a: TapeValue, _ range: Range<Int>) -> TapeValue {
    let x = self[a]
    let y = result(x.rows, range.count)
    for row in 0..<x.rows {
      (y.base + row * range.count).update(
        from: x.base + row * x.columns + range.lowerBound, count: range.count)
    }
    return append(Node(rule: .columnSlice, a: a, parameter: Int32(range.lowerBound), value: y))
  }

  func columnPad(_ a: TapeValue, at column: Int, columns: Int) -> TapeValue {
    let x = self[a]
    let y = result(x.rows, columns)
    y.fill(0)
    for row in 0..<x.rows {
      (y.base + row * columns + column).update(from: x.base + row * x.columns, count: x.columns)
    }
    return append(Node(rule: .columnPad, a: a, parameter: Int32(column), value: y))
  }

  /// a and b side by side.
  package func concatenateColumns(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let columns = self[a].columns + self[b].columns
    return addScaled(
      columnPad(a, at: 0, columns: columns), 1,
      columnPad(b, at: self[a].columns, columns: columns))
  }

  /// All of them side by side; there is one at least. Halves are put together first, so that each value is copied as
  /// often as halves halve, and not once for each that comes after it.
  package func concatenateColumns(_ parts: ArraySlice<TapeValue>) -> TapeValue {
    guard parts.count > 1 else { return parts.first ?? .none }
    let middle = parts.startIndex + parts.count / 2
    return concatenateColumns(
      concatenateColumns(parts[..<middle]), concatenateColumns(parts[middle...]))
  }

  /// a above b.
  package func concatenateRows(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let rows = self[a].rows + self[b].rows
    return addScaled(rowPad(a, at: 0, rows: rows), 1, rowPad(b, at: self[a].rows, rows: rows))
  }

  /// The softmax of each row.
  package func softmax(_ a: TapeValue) -> TapeValue {
    let y = result(self[a].rows, self[a].columns)
    kernels.softmax(self[a], into: y)
    return append(Node(rule: .softmax, a: a, value: y))
  }

  /// a⁻¹·b for a symmetric positive definite (n × n) and b (n × m), by Cholesky in double precision.
  package func solve(_ a: TapeValue, _ b: TapeValue) -> TapeValue {
    let y = result(self[b].rows, self[b].columns)
    choleskySolve(self[a], self[b], into: y)
    return append(Node(rule: .solve, a: a, b: b, value: y))
  }

  package func add(_ a: TapeValue, _ b: TapeValue) -> TapeValue { addScaled(a, 1, b) }
  package func subtract(_ a: TapeValue, _ b: TapeValue) -> TapeValue { addScaled(a, -1, b) }

  /// The sum of all elements.
  package func sum(_ a: TapeValue) -> TapeValue {
    sumProduct(a, constant(1, rows: self[a].rows, columns: self[a].columns))
  }
}
