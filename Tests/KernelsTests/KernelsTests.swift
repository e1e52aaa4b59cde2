import Testing

import Kernels

/// A matrix of normal numbers in memory of its own, for the length of a test.
func randomMatrix(_ rows: Int, _ columns: Int, _ seed: Int) -> Matrix {
  let base = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * columns))
  var stream = RandomKey(seed: UInt64(seed)).derived("matrix").stream
  for index in 0..<rows * columns { base[index] = Float(stream.normal()) }
  return Matrix(base, rows: rows, columns: columns)
}

@Suite struct ProductTests {
  @Test(arguments: KernelSet.available.indices)
  func everyVariantAgreesWithThePlainSum(variant: Int) {
    let kernels = KernelSet.available[variant]
    let sizes = [1, 2, 3, 5, 6, 7, 8, 11, 16, 17, 24, 33, 64, 70]
    var seed = 0
    for m in sizes {
      for n in sizes {
        for k in [1, 2, 7, 16, 64] {
          seed += 1
          for transposed in [false, true] {
            let a = transposed ? randomMatrix(k, m, seed) : randomMatrix(m, k, seed)
            let b = randomMatrix(k, n, seed + 100_000)
            let bias = randomMatrix(1, n, seed + 200_000)
            let c = randomMatrix(m, n, seed + 300_000)
            let accumulate = seed % 2 == 0
            let relu = seed % 3 == 0
            let masked = seed % 5 == 0
            let scale: Float = seed % 7 < 3 ? 1 : -0.25
            let mask = randomMatrix(m, n, seed + 400_000)
            var worst: Float = 0
            var expected = [Float](repeating: 0, count: m * n)
            for i in 0..<m {
              for j in 0..<n {
                var sum = accumulate ? Double(c[i, j]) : 0
                sum += Double(bias[0, j])
                for p in 0..<k {
                  sum += Double(scale * (transposed ? a[p, i] : a[i, p])) * Double(b[p, j])
                }
                let isHidden = masked && !(mask[i, j] > 0)
                expected[i * n + j] = Float(isHidden ? 0 : relu ? max(0, sum) : sum)
              }
            }
            kernels.product(
              a, transposed: transposed, b, into: c, scale: scale,
              adding: accumulate ? c : nil, bias: bias, relu: relu, mask: masked ? mask : nil)
            for index in 0..<m * n {
              worst = max(worst, abs(c.base[index] - expected[index]))
            }
            #expect(worst < 1e-4, "\(m)×\(n)×\(k) \(transposed) \(kernels.name)")
            for matrix in [a, b, bias, c, mask] { matrix.base.deallocate() }
          }
        }
      }
    }
  }

  @Test(arguments: KernelSet.available.indices, [1, 3, 16, 70])
  func oneRowIsAddedToEveryRow(variant: Int, columns: Int) {
    let kernels = KernelSet.available[variant]
    let (a, b) = (randomMatrix(70, 5, columns), randomMatrix(5, columns, 100 + columns))
    let row = randomMatrix(1, columns, 200 + columns)
    let (repeated, sums) = (randomMatrix(70, columns, 1), randomMatrix(70, columns, 2))
    for i in 0..<70 { repeated.rows(i..<i + 1).copy(from: row) }
    kernels.product(a, b, into: repeated, scale: -0.5, adding: repeated)
    kernels.product(a, b, into: sums, scale: -0.5, adding: row)
    #expect(sums.array == repeated.array)
    for matrix in [a, b, row, repeated, sums] { matrix.base.deallocate() }
  }

  @Test(arguments: KernelSet.available.indices)
  func transposesAreExact(variant: Int) {
    for (m, n) in [(1, 1), (3, 5), (8, 8), (16, 64), (13, 9), (64, 17)] {
      let a = randomMatrix(m, n, m * 100 + n)
      let t = randomMatrix(n, m, 1)
      KernelSet.available[variant].transpose(a, into: t)
      for i in 0..<m { for j in 0..<n { #expect(a[i, j] == t[j, i]) } }
      a.base.deallocate()
      t.base.deallocate()
    }
  }

  @Test(arguments: KernelSet.available.indices, [1, 7, 8, 20, 32])
  func rowsOfATableAreAddedToOneByOneAndCleared(variant: Int, width: Int) {
    let kernels = KernelSet.available[variant]
    let (x, table) = (randomMatrix(4, width, width), randomMatrix(6, width, 50 + width))
    defer { for matrix in [x, table] { matrix.base.deallocate() } }
    // Row 5 gets two rows; rows 1 and 3 get none.
    let (places, rows): ([Int32], [Int32]) = ([3, 0, 2, 1], [5, 0, 5, 4])
    var expected = table.array
    for (place, row) in zip(places, rows) {
      for column in 0..<width {
        expected[Int(row) * width + column] += -0.5 * x[Int(place), column]
      }
    }
    places.withUnsafeBufferPointer { places in
      rows.withUnsafeBufferPointer { rows in
        kernels.addRows(-0.5, x, at: places, to: rows, of: table)
        for (found, expected) in zip(table.array, expected) {
          #expect(abs(found - expected) < 1e-6)
        }
        kernels.clearRows(rows, of: table)
      }
    }
    for row in 0..<6 {
      let isCleared = (0..<width).allSatisfy { table[row, $0] == 0 }
      #expect(isCleared == rows.contains(Int32(row)))
    }
  }

  @Test(arguments: KernelSet.available.indices)
  func elementFunctionsAreAccurate(variant: Int) {
    let kernels = KernelSet.available[variant]
    let x = randomMatrix(1, 999, 3)
    for index in 0..<999 { x.base[index] *= 10 }
    let y = randomMatrix(1, 999, 4)
    for function in ElementFunction.allCases {
      if [.log, .squareRoot].contains(function) {
        for index in 0..<999 { x.base[index] = abs(x.base[index]) + 1e-3 }
      }
      kernels.map(function, x, into: y)
      for index in 0..<999 {
        let expected = function.reference(Double(x.base[index]))
        let error = abs(Double(y.base[index]) - expected) / max(1, abs(expected))
        #expect(error < 1e-6, "\(function) at \(x.base[index]) in \(kernels.name)")
      }
    }
    x.base.deallocate()
    y.base.deallocate()
  }
}

@Suite struct ParallelTests {
  @Test func everyIndexRunsOnce() {
    for threads in [1, 2, 3, 8] {
      for count in [0, 1, 2, 7, 1000] {
        let results = ThreadPool().whileUsed {
          orderedMap(count, threads: threads) { $0 * 3 }
        }
        #expect(results == (0..<count).map { $0 * 3 })
      }
    }
  }

  @Test func jobsFollowEachOtherWithoutLoss() {
    var total = 0
    ThreadPool().whileUsed(atMost: 2) {
      for round in 0..<5_000 {
        total += orderedMap(4) { $0 + round }.reduce(0, +)
      }
    }
    #expect(total == (0..<5_000).map { 4 * $0 + 6 }.reduce(0, +))
  }
}

@Suite struct RandomKeyTests {
  @Test func namesGiveDifferentStreamsAndTheSameNameTheSame() {
    let key = RandomKey(seed: 7)
    #expect(key.derived("a") == key.derived("a"))
    #expect(key.derived("a") != key.derived("b"))
    #expect(key.derived(1) != key.derived(2))
    #expect(key.derived("a") != RandomKey(seed: 8).derived("a"))
  }

  @Test func numbersAreUniformAndNormal() {
    var stream = RandomKey(seed: 1).stream
    var counts = [Int](repeating: 0, count: 7)
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<70_000 {
      counts[stream.below(7)] += 1
      let x = stream.normal()
      sum += x
      squares += x * x
    }
    for count in counts { #expect(abs(count - 10_000) < 400) }
    #expect(abs(sum / 70_000) < 0.02)
    #expect(abs(squares / 70_000 - 1) < 0.03)
  }
}

@Suite struct HighestTests {
  @Test func theHighestComeFirstAndEqualsInTheirOrder() {
    #expect(highest(3, of: [1, 5, 2, 5, 0]) == [1, 3, 2])
    #expect(highest(9, of: [1, .nan, 2]) == [2, 0, 1])
    #expect(highest(2, of: [.nan, -.infinity, 3, .nan]) == [2, 0])
    #expect(highest(0, of: [1]).isEmpty)
    #expect(highest(4, of: []).isEmpty)
    var stream = RandomKey(seed: 3).derived("highest").stream
    let numbers = (0..<1000).map { _ in Float(stream.uniform() * 50).rounded() }
    let sorted = numbers.indices.sorted { (numbers[$1], $0) < (numbers[$0], $1) }
    for count in [1, 10, 999, 1000] {
      #expect(highest(count, of: numbers) == Array(sorted.prefix(count)))
    }
  }
}
