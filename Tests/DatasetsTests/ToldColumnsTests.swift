import Datasets
import Testing

/// Tables without a line of names, whose columns are told.
@Suite struct ToldColumnsTests {
  private let table =
    "1::Kite::Ann, Bo, Cy::long, long text, with commas\n2::Drum::Bo::another, one, of, those, more\n"

  @Test func theNumberOfNamesTellsWhatDividesFields() throws {
    let plain = try ratings("user,item,rating\na,1,5\na,2,3\nb,1,4\n")
    let data = try attached(table, to: plain) {
      $0.names = ["item", "", "makers", ""]
      $0.wishes.labels = ["makers"]
    }.data
    #expect(data.items.features.map(\.name) == ["makers"])
    #expect(data.items.features[0].categoryNames(of: 0) == ["Ann", "Bo", "Cy"])
    #expect(data.items.features[0].categoryNames(of: 1) == ["Bo"])
  }
}
