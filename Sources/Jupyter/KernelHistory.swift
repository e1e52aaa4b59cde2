import Commands
import Reports

/// What was run in this session, and what was typed before it at any prompt.
package struct KernelHistory {
  private struct Entry {
    var session: Int
    var number: Int
    var input: String
    var output: String
  }

  private var entries: [Entry] = []
  private let remember: (String) -> Void

  /// The number of this session; earlier lines are of the one before.
  private static let present = 1

  /// - Parameters:
  ///   - earlier: lines of earlier sessions, oldest first.
  ///   - remember: takes each line for later sessions.
  package init(earlier: [String] = [], remember: @escaping (String) -> Void = { _ in }) {
    self.remember = remember
    entries = earlier.enumerated().map { index, text in
      Entry(session: Self.present - 1, number: index + 1, input: text, output: "")
    }
  }

  /// - Parameter cell: the newest cell, which it has become if the number is that.
  mutating func add(_ input: String, number: Int, said cell: Cell?) {
    let reports = cell?.number == number ? cell?.reports ?? [] : []
    let output = reports.map { PlainRenderer().text($0) }.joined()
    entries.append(Entry(session: Self.present, number: number, input: input, output: output))
    remember(input)
  }

  /// The content of `history_reply`.
  func answer(_ request: JSON) -> JSON {
    var found: [Entry]
    let most = request.whole("n").map { max(0, $0) }
    switch request["hist_access_type"]?.string {
    case "range":
      let session = request.whole("session") ?? 0
      // Zero is the present session, and negative numbers count back from it.
      let wanted = session > 0 ? session : Self.present + session
      let (start, stop) = (request.whole("start") ?? 1, request.whole("stop") ?? Int.max)
      found = entries.filter { $0.session == wanted && $0.number >= start && $0.number < stop }
    case "search":
      let pattern = Array((request["pattern"]?.string ?? "*").unicodeScalars)
      found = entries.filter { matches(Array($0.input.unicodeScalars)[...], pattern[...]) }
      if request.truth("unique", or: false) {
        var seen = Set<String>()
        found = found.reversed().filter { seen.insert($0.input).inserted }.reversed()
      }
      found = most.map { found.suffix($0) } ?? found
    default: found = entries.suffix(most ?? entries.count)
    }
    let withOutput = request.truth("output", or: false)
    let lines = found.map { entry -> JSON in
      let input = JSON.string(entry.input)
      let text = withOutput ? JSON.array([input, .string(entry.output)]) : input
      return .array([.number(entry.session), .number(entry.number), text])
    }
    return .object(["status": .string("ok"), "history": .array(lines)])
  }
}

/// Whether a text is what a pattern says, where `*` stands for anything and `?` for one character.
private func matches(
  _ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>
) -> Bool {
  var (at, place) = (text.startIndex, pattern.startIndex)
  // Where the last star stands, and how far what it stands for reaches.
  var star: (place: Int, end: Int)?
  while at < text.endIndex {
    if place < pattern.endIndex, pattern[place] == "*" {
      star = (place, at)
      place += 1
    } else if place < pattern.endIndex, pattern[place] == "?" || pattern[place] == text[at] {
      (at, place) = (at + 1, place + 1)
    } else if let back = star {
      star = (back.place, back.end + 1)
      (at, place) = (back.end + 1, back.place + 1)
    } else {
      return false
    }
  }
  return pattern[place...].allSatisfy { $0 == "*" }
}
