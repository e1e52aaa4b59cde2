import FoundationEssentials
import LibC
import Testing

import Kernels

/// A function of one argument, ours and the C library's.
struct OneArgument: Sendable, CustomTestStringConvertible {
  let name: String
  let ours: @Sendable (Double) -> Double
  let theirs: @Sendable (Double) -> Double
  /// How far ours may be from the exact value, and from the C library's in steps from double to double.
  let ulps: Double
  let steps: Int64
  /// Where the seeded points lie.
  let range: ClosedRange<Double>

  var testDescription: String { name }

  static let all = [
    OneArgument(
      name: "exp", ours: Elementary.exp, theirs: { LibC.exp($0) }, ulps: 0.8, steps: 1,
      range: -746...710),
    OneArgument(
      name: "exp2", ours: Elementary.exp2, theirs: { LibC.exp2($0) }, ulps: 0.8, steps: 1,
      range: -1076...1024),
    OneArgument(
      name: "log", ours: Elementary.log, theirs: { LibC.log($0) }, ulps: 0.51, steps: 1,
      range: 0...4),
    OneArgument(
      name: "log2", ours: Elementary.log2, theirs: { LibC.log2($0) }, ulps: 0.51, steps: 1,
      range: 0...4),
    OneArgument(
      name: "sin", ours: Elementary.sin, theirs: { LibC.sin($0) }, ulps: 0.8, steps: 1,
      range: -100...100),
    OneArgument(
      name: "cos", ours: Elementary.cos, theirs: { LibC.cos($0) }, ulps: 0.8, steps: 1,
      range: -100...100),
    OneArgument(
      name: "erfc", ours: Elementary.erfc, theirs: { LibC.erfc($0) }, ulps: 0.8, steps: 2,
      range: -6...28),
    OneArgument(
      name: "logGamma", ours: Elementary.logGamma, theirs: { lgamma($0) }, ulps: 0.8, steps: 8,
      range: 0...40),
  ]
}

/// How many doubles on the second is; NaN equals NaN, and zeros equal each other.
private func steps(_ a: Double, _ b: Double) -> Int64 {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN ? 0 : .max }
  func place(_ x: Double) -> Int64 {
    let bits = Int64(bitPattern: x.magnitude.bitPattern)
    return x.sign == .minus ? -bits : bits
  }
  return abs(place(a) - place(b))
}

/// One line of the table of reference values, which were computed with 1,400 bits.
private struct ReferencePoint {
  let arguments: [Double]
  let nearest: Double
  /// The exact value less the nearest double, in ulps.
  let residue: Double

  static let all: [String: [ReferencePoint]] = {
    let path = #filePath.replacing("ElementaryTests.swift", with: "elementary.txt")
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    var points: [String: [ReferencePoint]] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ")
      let doubles = words.dropFirst().dropLast().map { word in
        Double(bitPattern: UInt64(word, radix: 16) ?? 0)
      }
      points[String(words[0]), default: []].append(
        ReferencePoint(
          arguments: doubles.dropLast(), nearest: doubles.last ?? .nan,
          residue: (Double(words.last ?? "") ?? .nan) / 1000))
    }
    return points
  }()

  /// How far a value is from the exact one, in ulps.
  func distance(_ value: Double) -> Double {
    abs((value - nearest) / nearest.magnitude.ulp - residue)
  }
}

@Suite struct ElementaryTests {
  @Test(arguments: OneArgument.all)
  func isAsNearToTheExactValueAsItsCommentSays(function: OneArgument) throws {
    let points = try #require(ReferencePoint.all[function.name])
    #expect(points.count > 100)
    for point in points {
      let (x, value) = (point.arguments[0], function.ours(point.arguments[0]))
      #expect(point.distance(value) <= function.ulps, "\(function.name)(\(x)) is \(value)")
    }
  }

  @Test func powersAreAsNearToTheExactValueAsTheirCommentSays() throws {
    let points = try #require(ReferencePoint.all["pow"])
    #expect(points.count > 100)
    for point in points {
      let (x, y) = (point.arguments[0], point.arguments[1])
      #expect(point.distance(Elementary.pow(x, y)) <= 0.8, "\(x) to the \(y)")
    }
  }

  @Test(arguments: OneArgument.all)
  func agreesWithTheCLibrary(function: OneArgument) {
    var stream = RandomKey(seed: 15).derived(function.name).stream
    let (from, to) = (function.range.lowerBound, function.range.upperBound)
    var worst: (steps: Int64, x: Double) = (0, 0)
    for count in 0..<20_000 {
      // Half of them are any bits at all.
      let x =
        count % 2 == 0
        ? from + (to - from) * stream.uniform() : Double(bitPattern: stream.next())
      if function.name == "logGamma", x < 0 { continue }
      let distance = steps(function.ours(x), function.theirs(x))
      if distance > worst.steps { worst = (distance, x) }
    }
    #expect(worst.steps <= function.steps, "at \(worst.x)")
  }

  @Test func powersAgreeWithTheCLibrary() {
    var stream = RandomKey(seed: 15).derived("pow").stream
    for count in 0..<20_000 {
      let x = count % 3 == 0 ? Double(bitPattern: stream.next()) : 4 * stream.uniform()
      let exponent = 1100 * (2 * stream.uniform() - 1)
      let y = count % 2 == 0 ? exponent : (exponent / 32).rounded()
      #expect(steps(Elementary.pow(x, y), LibC.pow(x, y)) <= 1, "\(x) to the \(y)")
    }
  }

  @Test func powersThatAreDoublesAreExact() {
    for base in 2...40 {
      var power = 1.0
      for exponent in 0... {
        #expect(Elementary.pow(Double(base), Double(exponent)) == power)
        #expect(
          Elementary.pow(-Double(base), Double(exponent)) == (exponent % 2 == 0 ? power : -power))
        if power * Double(base) > 0x1p53 { break }
        power *= Double(base)
      }
    }
    for root in stride(from: 1.0, through: 0x1p26, by: 99_991) {
      #expect(Elementary.pow(root * root, 0.5) == root)
      #expect(Elementary.pow(root, 2) == root * root)
    }
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      #expect(Elementary.exp2(Double(exponent)) == power)
      #expect(Elementary.pow(2, Double(exponent)) == power)
      #expect(Elementary.log2(power) == Double(exponent))
    }
  }

  @Test func limitsAreWhatTheyAreInTheStandard() {
    let none = Double.nan
    let infinity = Double.infinity
    let cases: [(Double, Double)] = [
      (Elementary.exp(-infinity), 0), (Elementary.exp(infinity), infinity),
      (Elementary.exp(none), none), (Elementary.exp(-0.0), 1), (Elementary.exp(710), infinity),
      (Elementary.exp(-746), 0), (Elementary.exp(.greatestFiniteMagnitude), infinity),
      (Elementary.exp2(-1075), 0), (Elementary.exp2(1024), infinity),
      (Elementary.exp2(-infinity), 0), (Elementary.exp2(none), none),
      (Elementary.log(0), -infinity), (Elementary.log(-0.0), -infinity),
      (Elementary.log(-1), none), (Elementary.log(infinity), infinity), (Elementary.log(1), 0),
      (Elementary.log(-infinity), none), (Elementary.log2(0), -infinity),
      (Elementary.log2(infinity), infinity), (Elementary.log2(-2), none),
      (Elementary.sin(-0.0), -0.0), (Elementary.sin(infinity), none), (Elementary.sin(none), none),
      (Elementary.cos(-0.0), 1), (Elementary.cos(-infinity), none),
      (Elementary.erfc(infinity), 0), (Elementary.erfc(-infinity), 2), (Elementary.erfc(0), 1),
      (Elementary.erfc(none), none), (Elementary.erfc(28), 0),
      (Elementary.logGamma(1), 0), (Elementary.logGamma(2), 0),
      (Elementary.logGamma(0), infinity), (Elementary.logGamma(infinity), infinity),
      (Elementary.logGamma(1e306), infinity), (Elementary.logGamma(-1.5), none),
      (Elementary.logGamma(none), none),
    ]
    for (place, pair) in cases.enumerated() {
      #expect(pair.0.isNaN ? pair.1.isNaN : pair.0 == pair.1, "case \(place): \(pair)")
    }
    #expect(Elementary.sin(-0.0).sign == .minus)
  }

  @Test func powersOfZerosAndInfinitiesAreThoseOfTheCLibrary() {
    let odd: [Double] = [
      0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1.5, -1.5, 0x1p52 + 1, 0x1p53, -0x1p53 - 2, 1e300,
      -1e300, 0x1p-1074, -0x1p-1074, .infinity, -.infinity, .nan, 1074, -1075, 1025,
    ]
    for x in odd {
      for y in odd {
        let (ours, theirs) = (Elementary.pow(x, y), LibC.pow(x, y))
        #expect(steps(ours, theirs) <= 1, "\(x) to the \(y)")
        #expect(ours.isNaN || ours.sign == theirs.sign, "\(x) to the \(y)")
      }
    }
  }

  /// The digest was made on one machine and holds on all.
  @Test func theBitsAreTheSameOnEveryMachine() {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ value: Double) {
      // Any NaN equals any other.
      digest = (digest ^ (value.isNaN ? 0 : value.bitPattern)) &* 0x100_0000_01B3
      digest ^= digest >> 29
    }
    var stream = RandomKey(seed: 15).derived("digest").stream
    for _ in 0..<20_000 {
      let any = Double(bitPattern: stream.next())
      let (x, y) = (16 * stream.uniform() - 8, 16 * stream.uniform() - 8)
      for function in OneArgument.all {
        add(function.ours(any))
        add(function.ours(x))
      }
      add(Elementary.pow(abs(x), y))
      add(Elementary.pow(any, y / 8))
    }
    #expect(digest == 0x7664_6E71_F58B_52AC)
  }
}
