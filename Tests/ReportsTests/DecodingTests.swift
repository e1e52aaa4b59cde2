import FoundationEssentials
import Testing

import Language
import Reports

/// Models and kept results are decoded by FoundationEssentials, which has a reader of numbers of its own.
@Suite struct DecodingTests {
  @Test func theDecoderOfOurFilesReadsNumbersAsOurReaderDoes() throws {
    var state: UInt64 = 15
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
    var texts = ["9007199254740993", "2.4703282292062328e-324", "1.7976931348623158e308", "5e-324"]
    for _ in 0..<20_000 {
      let digits = (0..<1 + next() % 25).map { _ in String(next() % 10) }.joined()
      texts.append("-\(1 + next() % 9).\(digits)e\(Int(next() % 600) - 300)")
      let value = Double(bitPattern: next())
      if value.isFinite { texts.append("\(value)") }
    }
    let json = "[" + texts.joined(separator: ",") + "]"
    let doubles = try JSONDecoder().decode([Double].self, from: Data(json.utf8))
    let values = try #require(JSON(parsing: json)?.array)
    #expect(doubles.count == texts.count && values.count == texts.count)
    for (place, text) in texts.enumerated() {
      #expect(doubles[place].bitPattern == Double(decimal: text)?.bitPattern, "\(text)")
      #expect(values[place].number?.bitPattern == Double(decimal: text)?.bitPattern, "\(text)")
    }
  }

  @Test func whatIsEncodedIsDecodedToTheSameBits() throws {
    for value in [
      0.1, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3.0, -0.0, 123_456.789,
    ] {
      let bytes = try JSONEncoder().encode([value])
      #expect(
        try JSONDecoder().decode([Double].self, from: bytes)[0].bitPattern == value.bitPattern)
    }
  }
}
