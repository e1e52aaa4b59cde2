/// Data that lie where a script reads them only once a command has fetched them, as a line of the script says:
/// `#? data ../.data/ml-1m from scripts/fetch-data ml-1m`.
package struct FetchedData: Sendable, Equatable {
  /// Where they lie, relative to the script.
  package var path: String
  /// What fetches them.
  package var command: String

  static let mark = "#? data "

  /// What one line of a script says; nil when it says nothing of the kind.
  init?(line: some StringProtocol) {
    let text = line.drop { $0 == " " || $0 == "\t" }
    guard text.hasPrefix(Self.mark) else { return nil }
    let words = text.dropFirst(Self.mark.count).split { $0 == " " || $0 == "\t" || $0 == "\r" }
    guard words.count > 2, words[1] == "from" else { return nil }
    path = String(words[0])
    command = words[2...].joined(separator: " ")
  }

  /// Whether a fault says that these data, or a folder on the way to them, are not there.
  package func areMissed(by fault: Diagnostic) -> Bool {
    let quoted = fault.message.split(separator: "`", omittingEmptySubsequences: false)
    guard fault.code == "E0501", quoted.count > 1 else { return false }
    let name = quoted[1]
    return name == path || path.hasPrefix(name + "/") || name.hasPrefix(path + "/")
  }
}

extension Source {
  /// What the lines of the source say of data that have to be fetched.
  package var fetchedData: [FetchedData] {
    guard text.contains(FetchedData.mark) else { return [] }
    return text.split(separator: "\n").compactMap { FetchedData(line: $0) }
  }
}
