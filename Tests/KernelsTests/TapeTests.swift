import Testing

import Kernels
import TestedKernels

/// A scalar function on a tape of one input, which the tests differentiate twice.
struct Sample: Sendable, CustomTestStringConvertible {
  let name: String
  let rows: Int
  let columns: Int
  let function: @Sendable (Tape, TapeValue) -> TapeValue

  var testDescription: String { name }
}

/// Each rule of the tape, made into a curved scalar so that second derivatives have something to say.
let samples: [Sample] = {
  let constants = RandomKey(seed: 5)
  @Sendable func random(_ tape: Tape, _ rows: Int, _ columns: Int, _ name: String) -> TapeValue {
    var stream = constants.derived(name).stream
    return tape.constant(
      (0..<rows * columns).map { _ in Float(stream.normal()) }, rows: rows, columns: columns)
  }
  /// Σ w·y + ½ Σ y²: linear and curved.
  @Sendable func close(_ tape: Tape, _ y: TapeValue) -> TapeValue {
    let w = random(tape, tape[y].rows, tape[y].columns, "close")
    return tape.add(tape.sumProduct(y, w), tape.scale(0.5, tape.sumProduct(y, y)))
  }
  func sample(
    _ name: String, _ rows: Int, _ columns: Int,
    _ f: @escaping @Sendable (Tape, TapeValue) -> TapeValue
  ) -> Sample {
    Sample(name: name, rows: rows, columns: columns) { tape, x in close(tape, f(tape, x)) }
  }
  var list = [
    sample("affine in inputs", 5, 4) {
      $0.affine($1, random($0, 4, 3, "w"), random($0, 1, 3, "b"))
    },
    sample("affine in weights, relu", 4, 9) {
      $0.affine(random($0, 5, 4, "x"), $1, random($0, 1, 9, "b"), relu: true)
    },
    sample("affine in bias", 1, 3) { $0.affine(random($0, 5, 4, "x"), random($0, 4, 3, "w"), $1) },
    sample("affine of itself", 4, 4) { $0.affine($1, $1, relu: true) },
    sample("product", 3, 3) { $0.product($1, $0.product($1, random($0, 3, 2, "b"))) },
    sample("transposed left", 4, 3) { $0.productTransposedLeft($1, $0.scale(0.5, $1)) },
    sample("transposed right", 4, 3) { $0.productTransposedRight($1, $1) },
    sample("transpose", 4, 3) { $0.product($0.transpose($1), random($0, 4, 2, "b")) },
    sample("column sums", 4, 3) { $0.columnSums($0.multiply($1, $1)) },
    sample("repeat row", 1, 3) { $0.repeatRow($0.multiply($1, $1), rows: 4) },
    sample("row sums", 4, 3) { $0.rowSums($0.multiply($1, $1)) },
    sample("repeat column", 4, 1) { $0.repeatColumn($0.multiply($1, $1), columns: 3) },
    sample("scale by a scalar", 2, 3) { $0.scaleBy($1, $0.sumProduct($1, $1)) },
    sample("rows", 4, 3) { tape, x in
      tape.multiply(tape.rowSlice(x, 0..<2), tape.rowSlice(x, 1..<3))
    },
    sample("columns", 4, 3) { tape, x in
      tape.multiply(tape.columnSlice(x, 0..<2), tape.columnSlice(x, 1..<3))
    },
    sample("side by side", 2, 3) { tape, x in
      tape.concatenateColumns(tape.multiply(x, x), tape.map(.tanh, x))
    },
    sample("several side by side", 2, 3) { tape, x in
      let parts = [1, 2, 3, 4, 5].map { tape.scale($0, tape.multiply(x, x)) }
      return tape.concatenateColumns(parts[...])
    },
    sample("one above the other", 2, 3) { tape, x in
      tape.concatenateRows(tape.multiply(x, x), tape.map(.tanh, x))
    },
    sample("mask", 3, 3) { $0.maskPositive($0.multiply($1, $1), by: $1) },
    sample("softmax", 3, 4) { $0.softmax($1) },
    sample("solve", 4, 4) { tape, x in
      var unit = [Float](repeating: 0, count: 16)
      for i in 0..<4 { unit[i * 5] = 2 }
      let a = tape.add(
        tape.productTransposedLeft(x, x), tape.constant(unit, rows: 4, columns: 4))
      return tape.solve(a, tape.columnSlice(x, 0..<2))
    },
  ]
  for function in ElementFunction.allCases where function != .sign {
    list.append(
      sample("\(function)", 3, 4) { tape, x in
        let safe = [.log, .squareRoot, .reciprocal].contains(function)
        let input =
          safe ? tape.add(tape.multiply(x, x), tape.constant(0.5, rows: 3, columns: 4)) : x
        return tape.map(function, input)
      })
  }
  return list
}()

@Suite struct TapeTests {
  /// The value, and the gradient, at x.
  func evaluate(_ sample: Sample, at x: [Float]) -> (Float, [Float]) {
    let tape = Tape(kernels: .underTest)
    let input = tape.constant(x, rows: sample.rows, columns: sample.columns)
    let y = sample.function(tape, input)
    let gradient = tape.gradient(of: y, to: [input])[0]
    return (tape[y][0, 0], tape[gradient].array)
  }

  /// The Hessian times a direction, by a backward pass over the gradient.
  func curvature(_ sample: Sample, at x: [Float], along v: [Float], inPlace: Bool) -> [Float] {
    let tape = Tape(kernels: .underTest)
    let input = tape.constant(x, rows: sample.rows, columns: sample.columns)
    let y = sample.function(tape, input)
    let gradient = tape.gradient(of: y, to: [input])[0]
    let direction = tape.constant(v, rows: sample.rows, columns: sample.columns)
    let place = tape.constant(0, rows: sample.rows, columns: sample.columns)
    tape.backward(
      from: [.init(gradient, direction)], to: [.init(input, into: inPlace ? tape[place] : nil)],
      differentiable: !inPlace)
    return inPlace ? tape[place].array : tape[tape.adjoint(of: input)].array
  }

  func point(_ sample: Sample, _ name: String) -> [Float] {
    var stream = RandomKey(seed: 11).derived(name).stream
    return (0..<sample.rows * sample.columns).map { _ in Float(stream.normal()) }
  }

  @Test(arguments: samples)
  func gradientsAgreeWithFiniteDifferences(sample: Sample) {
    let x = point(sample, "x")
    let v = point(sample, "v")
    let h: Float = 1e-3
    let ahead = evaluate(sample, at: zip(x, v).map { $0 + h * $1 }).0
    let behind = evaluate(sample, at: zip(x, v).map { $0 - h * $1 }).0
    let slope = Double(ahead - behind) / Double(2 * h)
    let exact = zip(evaluate(sample, at: x).1, v).map { Double($0 * $1) }.reduce(0, +)
    #expect(abs(slope - exact) < 2e-2 * max(1, abs(exact)), "\(slope) against \(exact)")
  }

  @Test(arguments: samples)
  func curvatureAgreesWithDifferencesOfGradients(sample: Sample) {
    let x = point(sample, "x")
    let v = point(sample, "v")
    let h: Float = 2e-3
    let ahead = evaluate(sample, at: zip(x, v).map { $0 + h * $1 }).1
    let behind = evaluate(sample, at: zip(x, v).map { $0 - h * $1 }).1
    let exact = curvature(sample, at: x, along: v, inPlace: false)
    let size = max(1, exact.map(abs).max() ?? 1)
    for index in x.indices {
      let slope = (ahead[index] - behind[index]) / (2 * h)
      #expect(abs(slope - exact[index]) < 2e-2 * size, "\(slope) against \(exact[index])")
    }
    let reused = curvature(sample, at: x, along: v, inPlace: true)
    for index in x.indices { #expect(abs(reused[index] - exact[index]) < 1e-4 * size) }
  }

  @Test(arguments: samples)
  func curvatureIsSymmetric(sample: Sample) {
    let x = point(sample, "x")
    let u = point(sample, "u")
    let v = point(sample, "v")
    let left = zip(u, curvature(sample, at: x, along: v, inPlace: true)).map { $0 * $1 }
    let right = zip(v, curvature(sample, at: x, along: u, inPlace: true)).map { $0 * $1 }
    let (a, b) = (left.reduce(0, +), right.reduce(0, +))
    #expect(abs(a - b) < 1e-3 * max(1, abs(a)))
  }
}

@Suite struct TapeGrowthTests {
  @Test func sumsOfAdjointsSurviveTheGrowthOfTheTape() {
    for spare in 0..<400 {
      let uses = 100
      let tape = Tape(kernels: .underTest)
      for _ in 0..<spare { _ = tape.constant(0) }
      let x = tape.constant(1)
      var y = tape.constant(0)
      for _ in 0..<uses { y = tape.add(y, tape.multiply(x, x)) }
      let slope = tape.gradient(of: y, to: [x])[0]
      #expect(tape[slope][0, 0] == Float(2 * uses))
    }
  }
}
