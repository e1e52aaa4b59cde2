import Language

/// A way that data sets are written: finds its files, reads them, and makes a data set.
package protocol DatasetFormat: Configurable {
  /// Throws a `DatasetError`, or what the files throw.
  func load(from files: any FileSource) throws -> Dataset
  /// Whether what lies at the path is written like this.
  static func recognizes(_ place: DataPlace) -> Bool
  /// Whether the rows are ratings or interactions, as far as its options tell; nil where only the file does.
  var knownFeedback: Feedback? { get }
  /// Whether chance alone decided what users came to see.
  var showsAtRandom: Bool { get }
}

extension DatasetFormat {
  package static func recognizes(_ place: DataPlace) -> Bool { false }
  package var knownFeedback: Feedback? { .ratings }
  package var showsAtRandom: Bool { false }
}

extension BadRows {
  static let advice = "`errors=skip` passes over rows that cannot be read, and counts them"
}

extension BadRows: ArgumentChoice {
  package var summary: String {
    switch self {
    case .refuse: "stop at the first row that cannot be read"
    case .skip: "pass over rows that cannot be read, and count them"
    }
  }
}
