import Datasets
import Models
import Testing

/// Categories that do not all count alike.
@Suite struct WeightedFieldTests {
  private func data(_ weights: [Float]) -> Dataset {
    var data = SampleData().load(from: MemoryFiles([String: [UInt8]]()))
    let count = Int32(data.items.count)
    var feature = Feature(
      "words",
      .categories(
        Vocabulary(["usual", "rare"]), offsets: (0...count).map { $0 * 2 },
        codes: (0..<count).flatMap { _ in [0, 1] }))
    feature.weights = weights
    data.items.features = [feature]
    return data
  }

  /// The weights of the words of an item.
  private func weights(_ encoder: FeatureEncoder) -> [Float] {
    Array(encoder.items.weights[encoder.items.entries(of: 3)].dropFirst())
  }

  @Test func theyAreSharesOfTheWhole() {
    let rows = Array(0..<Int32(1000))
    #expect(weights(FeatureEncoder(data([]), training: rows)) == [0.5, 0.5])
    let weighed = FeatureEncoder(data([1, 3]), training: rows)
    #expect(weights(weighed) == [0.25, 0.75])
    // A model keeps the weights that it was trained with.
    #expect(weights(FeatureEncoder(weighed.fields, data([]))) == [0.25, 0.75])
  }
}
