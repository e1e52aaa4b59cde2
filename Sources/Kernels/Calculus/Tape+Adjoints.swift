/// Backward passes: how adjoints flow through each rule.
extension Tape {
  /// A value whose adjoint a backward pass is wanted for, and the memory to add it to, if it has a place.
  package struct Target {
    package var variable: TapeValue
    package var accumulator: Matrix?

    package init(_ variable: TapeValue, into accumulator: Matrix? = nil) {
      self.variable = variable
      self.accumulator = accumulator
    }
  }

  /// A value that the backward pass starts from, with its adjoint.
  package struct Seed {
    package var variable: TapeValue
    package var adjoint: TapeValue

    package init(_ variable: TapeValue, _ adjoint: TapeValue) {
      self.variable = variable
      self.adjoint = adjoint
    }
  }

  /// A backward pass over the nodes from `floor` on. Afterwards `adjoint(of:)` answers for the targets.
  ///
  /// Targets below `floor` count as given. With `differentiable` the adjoints are themselves on the tape
  /// and can be differentiated again; without, memory is reused and only accumulators and targets are valid.
  package func backward(
    from seeds: [Seed], to targets: [Target], floor: Int = 0, differentiable: Bool
  ) {
    var top = floor
    for seed in seeds { top = max(top, Int(seed.variable.index) + 1) }
    for index in floor..<top { marks[index].adjoint = .none }
    markMatters(targets, floor: floor, top: top)
    isDifferentiable = differentiable
    precondition(
      !differentiable || targets.allSatisfy { $0.accumulator == nil },
      "adjoints that are summed in place cannot be differentiated")
    for target in targets {
      let at = Int(target.variable.index)
      marks[at].adjoint = .none
      if let accumulator = target.accumulator {
        let place = leaf(accumulator)
        marks[at].adjoint = place
        marks[at].ownsAdjoint = true
      }
    }
    for seed in seeds { pass(seed.adjoint, to: seed.variable) }
    var index = top - 1
    while index >= floor {
      if marks[index].matters, marks[index].adjoint.isSome { flow(through: index) }
      index -= 1
    }
    for index in floor..<top { marks[index].matters = false }
    for target in targets { marks[Int(target.variable.index)].matters = false }
    isDifferentiable = true
  }

  /// The gradient of a scalar, recorded so that it can be differentiated again.
  package func gradient(of scalar: TapeValue, to targets: [TapeValue], floor: Int = 0)
    -> [TapeValue]
  {
    backward(
      from: [Seed(scalar, constant(1))], to: targets.map { Target($0) }, floor: floor,
      differentiable: true)
    return targets.map { adjoint(of: $0) }
  }

  /// What the last backward pass found; zeros where the seeds do not depend on the variable.
  package func adjoint(of variable: TapeValue) -> TapeValue {
    let found = marks[Int(variable.index)].adjoint
    if found.isSome { return found }
    let value = self[variable]
    return constant(0, rows: value.rows, columns: value.columns)
  }

  private func markMatters(_ targets: [Target], floor: Int, top: Int) {
    for index in floor..<top { marks[index].matters = false }
    for target in targets { marks[Int(target.variable.index)].matters = true }
    for index in floor..<top where !marks[index].matters {
      let node = nodes[index]
      marks[index].matters = matters(node.a) || matters(node.b) || matters(node.c)
    }
  }

  @inline(__always)
  private func matters(_ variable: TapeValue) -> Bool {
    variable.isSome && marks[Int(variable.index)].matters
  }

  // MARK: Gathering

  /// Adds a variable that others may hold too.
  private func pass(_ adjoint: TapeValue, to variable: TapeValue) {
    gather(adjoint, to: variable, isOwned: false)
  }

  /// Adds a variable that was made for this alone.
  private func give(_ adjoint: TapeValue, to variable: TapeValue) {
    gather(adjoint, to: variable, isOwned: true)
  }

  private func gather(_ adjoint: TapeValue, to variable: TapeValue, isOwned: Bool) {
    let at = Int(variable.index)
    guard marks[at].matters else { return }
    let before = marks[at].adjoint
    if !before.isSome {
      marks[at].adjoint = adjoint
      marks[at].ownsAdjoint = isOwned
    } else if !isDifferentiable && marks[at].ownsAdjoint {
      kernels.axpy(1, self[adjoint], self[before])
    } else {
      // Made before the place is looked up: a node more may move all marks.
      let sum = addScaled(before, 1, adjoint)
      marks[at].adjoint = sum
      marks[at].ownsAdjoint = true
    }
  }

  /// Adds a product, in place where that is allowed.
  private func give(_ rule: Rule, _ a: TapeValue, _ b: TapeValue, to variable: TapeValue) {
    let at = Int(variable.index)
    guard marks[at].matters else { return }
    if !isDifferentiable, marks[at].adjoint.isSome, marks[at].ownsAdjoint {
      multiplyInto(self[marks[at].adjoint], rule, a, b, accumulate: true)
      return
    }
    let made =
      switch rule {
      case .productTransposedLeft: productTransposedLeft(a, b)
      case .productTransposedRight: productTransposedRight(a, b)
      default: product(a, b)
      }
    give(made, to: variable)
  }

  // MARK: Rules

  private func flow(through index: Int) {
    let node = nodes[index]
    let adjoint = marks[index].adjoint
    let y = TapeValue(index)
    switch node.rule {
    case .leaf: break
    case .affine: flowThroughAffine(node, adjoint)
    case .affineRelu: flowThroughAffine(node, maskPositive(adjoint, by: y))
    case .product:
      give(.productTransposedRight, adjoint, node.b, to: node.a)
      give(.productTransposedLeft, node.a, adjoint, to: node.b)
    case .productTransposedLeft:
      give(.productTransposedRight, node.b, adjoint, to: node.a)
      give(.product, node.a, adjoint, to: node.b)
    case .productTransposedRight:
      give(.product, adjoint, node.b, to: node.a)
      give(.productTransposedLeft, adjoint, node.a, to: node.b)
    case .transpose: if matters(node.a) { give(transpose(adjoint), to: node.a) }
    case .columnSums:
      if matters(node.a) { give(repeatRow(adjoint, rows: self[node.a].rows), to: node.a) }
    case .repeatRow: if matters(node.a) { give(columnSums(adjoint), to: node.a) }
    case .rowSums:
      if matters(node.a) { give(repeatColumn(adjoint, columns: self[node.a].columns), to: node.a) }
    case .repeatColumn: if matters(node.a) { give(rowSums(adjoint), to: node.a) }
    case .sumProduct:
      if matters(node.a) { give(scaleBy(node.b, adjoint), to: node.a) }
      if matters(node.b) { give(scaleBy(node.a, adjoint), to: node.b) }
    case .scaleBy:
      if matters(node.a) { give(scaleBy(adjoint, node.b), to: node.a) }
      if matters(node.b) { give(sumProduct(adjoint, node.a), to: node.b) }
    case .addScaled:
      pass(adjoint, to: node.a)
      if matters(node.b) {
        node.factor == 1 ? pass(adjoint, to: node.b) : give(scale(node.factor, adjoint), to: node.b)
      }
    case .scale: if matters(node.a) { give(scale(node.factor, adjoint), to: node.a) }
    case .multiply:
      if matters(node.a) { give(multiply(adjoint, node.b), to: node.a) }
      if matters(node.b) { give(multiply(adjoint, node.a), to: node.b) }
    case .maskPositive: if matters(node.a) { give(maskPositive(adjoint, by: node.b), to: node.a) }
    case .map: if matters(node.a) { give(throughFunction(node, y, adjoint), to: node.a) }
    default: flowThroughSelection(node, y, adjoint)
    }
  }

  private func flowThroughAffine(_ node: Node, _ adjoint: TapeValue) {
    give(.productTransposedRight, adjoint, node.b, to: node.a)
    give(.productTransposedLeft, node.a, adjoint, to: node.b)
    if matters(node.c) { give(columnSums(adjoint), to: node.c) }
  }

  /// f′(a) · adjoint, with y = f(a).
  private func throughFunction(_ node: Node, _ y: TapeValue, _ adjoint: TapeValue) -> TapeValue {
    switch ElementFunction(rawValue: node.parameter) ?? .relu {
    case .relu: return maskPositive(adjoint, by: y)
    case .tanh:  // 1 − y²
      return addScaled(adjoint, -1, multiply(multiply(adjoint, y), y))
    case .sigmoid:  // y − y²
      let first = multiply(adjoint, y)
      return addScaled(first, -1, multiply(first, y))
    case .exp: return multiply(adjoint, y)
    case .softplus: return multiply(adjoint, map(.sigmoid, node.a))
    case .reciprocal: return scale(-1, multiply(multiply(adjoint, y), y))
    case .squareRoot: return scale(0.5, multiply(adjoint, map(.reciprocal, y)))
    case .log: return multiply(adjoint, map(.reciprocal, node.a))
    case .sign: return scale(0, adjoint)
    }
  }

  private func flowThroughSelection(_ node: Node, _ y: TapeValue, _ adjoint: TapeValue) {
    guard matters(node.a) || matters(node.b) else { return }
    let first = Int(node.parameter)
    let a = self[node.a]
    switch node.rule {
    case .embed:
      let at = Int(node.a.index)
      if !isDifferentiable, marks[at].adjoint.isSome, marks[at].ownsAdjoint {
        kernels.scatter(bags[first], self[adjoint], into: self[marks[at].adjoint])
      } else {
        give(scatter(adjoint, bags: first, into: a), to: node.a)
      }
    case .scatter:
      let groups = bags[first].count / a.rows
      give(embed(adjoint, bags: first, groups: groups), to: node.a)
    case .rowSlice:
      let at = Int(node.a.index)
      if !isDifferentiable, marks[at].adjoint.isSome, marks[at].ownsAdjoint {
        let part = self[marks[at].adjoint].rows(first..<first + self[y].rows)
        kernels.axpy(1, self[adjoint], part)
      } else {
        give(rowPad(adjoint, at: first, rows: a.rows), to: node.a)
      }
    case .rowPad: pass(rowSlice(adjoint, first..<first + a.rows), to: node.a)
    case .columnSlice: give(columnPad(adjoint, at: first, columns: a.columns), to: node.a)
    case .columnPad: give(columnSlice(adjoint, first..<first + a.columns), to: node.a)
    case .softmax:  // y·(adjoint − Σ adjoint·y)
      let weighted = multiply(adjoint, y)
      let sums = repeatColumn(rowSums(weighted), columns: a.columns)
      give(addScaled(weighted, -1, multiply(sums, y)), to: node.a)
    case .solve:  // b̄ = a⁻¹·ȳ, ā = −b̄·yᵀ
      let right = solve(node.a, adjoint)
      if matters(node.a) { give(scale(-1, productTransposedRight(right, y)), to: node.a) }
      give(right, to: node.b)
    default: break
    }
  }
}
