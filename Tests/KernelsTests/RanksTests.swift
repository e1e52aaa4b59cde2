import Kernels
import Synchronization
import TestedKernels
import Testing

/// Work that ranks share, on ranks that are threads.
@Suite struct RanksTests {
  @Test(arguments: [1, 2, 3, 4, 7]) func everyRankHasAllResultsInOrder(count: Int) {
    for tasks in [0, 1, 5, 64] {
      let computed = Mutex(0)
      let results = ThreadRanks.run(count) { _ in
        spreadMap(tasks, abandoned: -1) { index in
          computed.withLock { $0 += 1 }
          return index * index
        }
      }.results
      #expect(results == Array(repeating: (0..<tasks).map { $0 * $0 }, count: count))
      #expect(computed.withLock(\.self) == tasks, "each is computed once")
    }
  }

  @Test func whatCannotTravelEveryRankComputes() {
    let results = ThreadRanks.run(3) { _ in
      spreadMap(
        7, abandoned: "",
        write: { text, message in
          guard text != "3" else { return false }
          message.put(text)
          return true
        }, read: { $0.take(String.self) + " from afar" }
      ) { "\($0)" }
    }.results
    for result in results {
      #expect(result[3] == "3")
      #expect(result[4] == "4 from afar")
    }
  }

  @Test func loopsWithinASharedOneAreARanksOwn() {
    let results = ThreadRanks.run(2) { _ in
      spreadMap(4, abandoned: false) { _ in
        // Were it shared, the ranks would wait for each other here.
        hasAll(3) && Ranks.current == nil
      }
    }.results
    #expect(results == [[true, true, true, true], [true, true, true, true]])
  }

  @Test func allStopAtTheSameExchange() {
    let asked = Mutex(0)
    let stops = ThreadRanks.run(
      3,
      wantsToStop: {
        asked.withLock {
          $0 += 1; return $0 > 5
        }
      }
    ) { ranks in
      (0..<9).map { _ in
        _ = ranks.broadcast(MessageWriter(), for: .wish)
        return ranks.isAskedToStop
      }
    }.results
    let expected = (0..<9).map { $0 >= 5 }
    #expect(stops == [expected, expected, expected])
  }

  @Test func aMessageGivesWhatWasPutIntoIt() {
    var writer = MessageWriter()
    writer.put(Int32(-7))
    writer.put([1.5, nil, .infinity] as [Double?])
    writer.put("σ=é")
    writer.put(["", "two"])
    writer.put([Float]())
    var reader = MessageReader(writer.bytes)
    #expect(reader.take(Int32.self) == -7)
    #expect(reader.take([Double?].self) == [1.5, nil, .infinity])
    #expect(reader.take(String.self) == "σ=é")
    #expect(reader.take([String].self) == ["", "two"])
    #expect(reader.take([Float].self).isEmpty)
  }

  /// A loop that would be shared, were it not within another.
  private func hasAll(_ count: Int) -> Bool {
    spreadMap(count, abandoned: -1) { $0 } == Array(0..<count)
  }
}
