import LibC
import Testing

import Language

/// SplitMix64.
private struct Chance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var x = state
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }
}

/// What the C library, which rounds correctly, makes of the text.
private func agrees(_ text: String) -> Bool {
  Double(decimal: text)?.bitPattern == strtod(text, nil).bitPattern
    && Float(decimal: text)?.bitPattern == strtof(text, nil).bitPattern
}

@Suite struct DecimalTests {
  @Test func everyTextGivesTheNearestNumber() {
    var chance = Chance(state: 15)
    for _ in 0..<200_000 {
      let count = Int.random(in: 1...40, using: &chance)
      var text = Bool.random(using: &chance) ? "" : "-"
      let point = Int.random(in: 0...count * 2, using: &chance)
      for place in 0..<count {
        if place == point { text += "." }
        text += String(Int.random(in: 0...9, using: &chance))
      }
      switch Int.random(in: 0...3, using: &chance) {
      case 0: text += "e\(Int.random(in: -400...360, using: &chance))"
      case 1: text += "E+\(Int.random(in: 0...40, using: &chance))"
      case 2: text += "e-\(Int.random(in: 0...60, using: &chance))"
      default: break
      }
      #expect(agrees(text), "\(text)")
    }
  }

  @Test func whatIsPrintedIsReadBack() {
    var chance = Chance(state: 16)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: chance.next())
      if value.isFinite { #expect(Double(decimal: "\(value)")?.bitPattern == value.bitPattern) }
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: chance.next()))
      if float.isFinite { #expect(Float(decimal: "\(float)")?.bitPattern == float.bitPattern) }
    }
  }

  @Test func halfwayTextsGoToTheEvenNeighbour() {
    let zeros = String(repeating: "0", count: 900)
    let cases: [(text: String, value: Double)] = [
      ("9007199254740993", 0x1p53), ("9007199254740993.0" + zeros + "1", 0x1p53 + 2),
      ("9007199254740995", 0x1p53 + 4), ("9007199254740992.9" + zeros, 0x1p53),
      ("1.00000000000000011102230246251565404236316680908203125", 1),
      ("1.00000000000000011102230246251565404236316680908203124", 1),
      ("1.00000000000000011102230246251565404236316680908203126", 1.0.nextUp),
      ("1.7976931348623157e308", .greatestFiniteMagnitude),
      ("1.7976931348623158e308", .greatestFiniteMagnitude),
      ("1.797693134862315807e308", .greatestFiniteMagnitude),
      ("1.797693134862315808e308", .infinity),
      ("1e309", .infinity), ("-1e99999999999999999999", -.infinity),
      ("2.4703282292062327e-324", 0), ("2.4703282292062328e-324", 0x1p-1074),
      ("4.9406564584124654e-324", 0x1p-1074), ("1e-400", 0), ("0e999999999", 0),
      ("2.2250738585072011e-308", 0x1p-1022.nextDown), ("2.2250738585072014e-308", 0x1p-1022),
      ("0." + zeros + "1e901", 1), ("1" + zeros + "e-900", 1), ("-0", -0.0), (".5", 0.5), ("5.", 5),
    ]
    for (text, value) in cases {
      #expect(Double(decimal: text)?.bitPattern == value.bitPattern, "\(text.prefix(60))")
      #expect(agrees(text), "\(text.prefix(60))")
    }
    // 2^-1075, half the smallest number, and its neighbours.
    let half = exactHalfOfTheSmallest
    #expect(Double(decimal: half) == 0)
    #expect(Double(decimal: half.replacing("e-1075", with: "1e-1076")) == 0x1p-1074)
    for text in [half, half.replacing("e-1075", with: "1e-1076")] { #expect(agrees(text)) }
  }

  /// 5^1075 e-1075.
  private var exactHalfOfTheSmallest: String {
    var digits: [Int] = [1]
    for _ in 0..<1075 {
      var carry = 0
      for place in digits.indices {
        carry += digits[place] * 5
        digits[place] = carry % 10
        carry /= 10
      }
      if carry > 0 { digits.append(carry) }
    }
    return digits.reversed().map(String.init).joined() + "e-1075"
  }

  @Test func floatsAreNotRoundedTwice() {
    // The double nearest to the text lies midway between two floats.
    #expect(Float(decimal: "1.00000005960464477540") == 1.0.nextUpFloat)
    #expect(Float(decimal: "1.00000005960464477539") == 1)
    #expect(Float(decimal: "3.4028235677973367e38") == .infinity)
    #expect(Float(decimal: "3.4028235677973366e38") == .greatestFiniteMagnitude)
    #expect(Float(decimal: "7.006492321624085e-46") == 0)
    #expect(Float(decimal: "7.006492321624086e-46") == 0x1p-149)
    var chance = Chance(state: 17)
    for _ in 0..<5000 {
      let float = Float(bitPattern: UInt32.random(in: 0..<0x7F7F_FFFF, using: &chance))
      let middle = (Double(float) + Double(float.nextUp)) / 2
      for text in ["\(middle)", "\(middle.nextUp)", "\(middle.nextDown)"] {
        #expect(agrees(text), "\(text)")
      }
    }
  }

  @Test func longTextsBesideTheMiddleOfTwoDoublesAreDecidedByTheirLastDigit() {
    var chance = Chance(state: 18)
    for _ in 0..<500 {
      let power = Int.random(in: 54...120, using: &chance)
      // An odd number of 54 bits times a power of two is midway between two doubles.
      let odd = UInt64.random(in: 1 << 53..<1 << 54, using: &chance) | 1
      var digits = String(odd).map { Int(String($0)) ?? 0 }
      for _ in 54..<power {
        var carry = 0
        for place in digits.indices.reversed() {
          carry += digits[place] * 2
          digits[place] = carry % 10
          carry /= 10
        }
        if carry > 0 { digits.insert(carry, at: 0) }
      }
      let middle = digits.map(String.init).joined()
      for text in [middle, middle + ".0", middle + "." + String(repeating: "0", count: 400) + "1"] {
        #expect(agrees(text), "\(text)")
      }
    }
  }

  @Test func whatIsNoNumberIsNone() {
    let none = [
      "", "-", "+", ".", "e5", "-.", ".e1", "1e", "1e+", "1.2.3", "1 ", " 1", "0x10", "nan", "inf",
      "infinity", "1,5", "١", "1_000", "--1", "1-",
    ]
    for text in none {
      #expect(Double(decimal: text) == nil, "`\(text)`")
      #expect(Float(decimal: text) == nil, "`\(text)`")
    }
  }

  @Test func noTextIsTooMuch() {
    var chance = Chance(state: 19)
    let letters = Array("0123456789.eE+-".utf8)
    for _ in 0..<100_000 {
      let text = (0..<Int.random(in: 0...30, using: &chance)).map { _ in
        letters.randomElement(using: &chance) ?? 0
      }
      let value = text.withUnsafeBufferPointer { Double(decimal: $0) }
      if let value {
        #expect(value == strtod(String(decoding: text, as: UTF8.self), nil))
      }
    }
    let nines = String(repeating: "9", count: 100_000)
    #expect(Double(decimal: nines) == .infinity)
    #expect(Double(decimal: "0." + nines) == 1)
    #expect(Double(decimal: nines + "e-100000") == 1)
    #expect(Double(decimal: "1e" + nines) == .infinity)
    #expect(Double(decimal: "1e-" + nines) == 0)
  }
}

extension Double {
  fileprivate var nextUpFloat: Float { Float(self).nextUp }
}
