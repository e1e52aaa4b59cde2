import FoundationEssentials
import Kernels
import Language
import Testing

/// Short runs of everything that computes come to the digests of a table in the repository, whichever loops
/// compute and on however many threads. `scripts/update-digests` writes the table.
@Suite struct DigestTests {
  private static let path = #filePath.replacing("DigestTests.swift", with: "digests.txt")
  private static let updates = ProcessInfo.processInfo.environment["UPDATE_DIGESTS"] == "1"

  /// The lines of the table without its head.
  private static let table: [String] = {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
  }()

  @Test(
    .enabled(if: !table.isEmpty && !updates, "scripts/update-digests has not written the table"),
    arguments: KernelSet.available.map(\.name), [1, 2])
  func everyPathGivesTheDigestsOfTheTable(kernels: String, threads: Int) throws {
    let found = try DigestRuns(KernelSet(named: kernels), threads: threads).lines()
    let table = Self.table
    let missing = table.filter { !found.contains($0) }
    let other = found.filter { !table.contains($0) }
    #expect(
      found == table,
      """
      \(missing.count) of \(table.count) lines are not so with \(kernels) on \(threads) threads: \
      \(missing.prefix(3)), now \(other.prefix(3)); if that is meant, run scripts/update-digests
      """)
  }

  @Test(.enabled(if: updates)) func theTableIsWrittenAnew() throws {
    let lines = try DigestRuns(KernelSet.available[0], threads: 1).lines()
    try (Self.head + lines).map { $0 + "\n" }.joined()
      .write(toFile: Self.path, atomically: true, encoding: .utf8)
  }

  private static let head = [
    "# What short runs come to: a digest of all that they print, times left out, and of the weights.",
    "# DigestTests holds it on every path of the machine; scripts/update-digests writes it.",
  ]

  @Test func anotherRatingOrSeedGivesAnotherDigest() throws {
    let lines = try [(3, 0), (4, 0), (3, 1)].flatMap { seed, change in
      try DigestRuns(KernelSet.available[0], threads: 1, seed: seed, change: change)
        .lines { $0 == "training ridge mlp mse" }
    }
    #expect(lines.count == 3 && Set(lines).count == 3, "\(lines)")
  }
}
