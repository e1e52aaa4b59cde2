import Language
import Testing

@Suite struct StableSortTests {
  private let words = ["bb", "a", "cc", "d", "ee"]

  @Test func equalKeysKeepTheOrderTheyComeIn() {
    #expect(words.stablySorted(by: \.count) == ["a", "d", "bb", "cc", "ee"])
    #expect(words.stablySorted(descending: true, by: \.count) == ["bb", "cc", "ee", "a", "d"])
  }

  @Test func keysThatAreNoNumbersComeLast() {
    let keys = [Double.nan, 2, -.infinity, .nan, .infinity, 1]
    #expect((0..<6).stablySorted { keys[$0] } == [2, 5, 1, 4, 0, 3])
    #expect((0..<6).stablySorted(descending: true) { keys[$0] } == [4, 1, 5, 2, 0, 3])
  }
}
