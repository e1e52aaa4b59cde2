import Datasets
import Testing

/// Data sets that are opened by their names, once they have been fetched.
@Suite struct FetchedDatasetTests {
  private static let ratings = "1\t1\t5\t874965758\n1\t2\t3\t876893171\n2\t1\t4\t888550871\n"
  private static let sums =
    "\(SHA256.hex(of: ratings))  u.data\n"

  @Test func whatWasFetchedIsOpened() throws {
    let files = MemoryFiles([
      "fetched:ml-100k/u.data": Self.ratings, "fetched:ml-100k/SHA256SUMS": Self.sums,
    ])
    let data = try MovieLens100K().load(from: files)
    #expect(data.name == "MovieLens 100K" && data.interactions.count == 3)
  }

  @Test(arguments: [
    ([:], "has not been fetched"),
    (["u.data": ratings], "has no SHA256SUMS"),
    (["u.data": ratings + "3\t1\t1\t1\n", "SHA256SUMS": sums], "another u.data"),
    (["other": "x", "SHA256SUMS": sums], "lacks u.data"),
  ])
  func whatIsNotThereOrAnotherIsRefused(contents: [String: String], word: String) {
    let files = MemoryFiles(
      Dictionary(uniqueKeysWithValues: contents.map { ("fetched:ml-100k/\($0.key)", $0.value) }))
    let error = #expect(throws: DatasetError.self) { try MovieLens100K().load(from: files) }
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    #expect(error?.help.contains { $0.contains("scripts/fetch-data ml-100k") } == true)
  }
}
