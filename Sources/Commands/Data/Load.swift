import Datasets
import Language
import Reports

/// `load`: reads a data set.
struct Load: Command {
  var format: any DatasetFormat = SampleData()

  init() {}

  static let signature = Signature<Self>(
    "load", "Loads ratings, and what is known of users and items.",
    [.choice("format", \.format, from: datasetFormats, "how the data are written")],
    gives: [.data],
    examples: [Example("load data", "the built-in sample; needs no file")])

  var resultFields: [String]? { ["users", "items", "ratings", "density", "seconds"] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    let start = host.now()
    let files = KeptFiles(host)
    let data = try withExtendedLifetime(files) { try reading { try format.load(from: files) } }
    session.data = data
    session.tasks = nil
    return report(on: data, seconds: host.now() - start)
  }

  private func report(on data: Dataset, seconds: Double) -> Report {
    var blocks: [Report.Block] = [
      .text("Loaded \(data.name): \(data.sizes), scale \(data.scale.text).")
    ]
    if data.sources.isEmpty {
      blocks.append(.note("generated data that come with mrs, not real ratings"))
    }
    blocks += data.notes.map { .warning($0) }
    return Report(
      blocks,
      result: Record([
        .init("users", .number(Double(data.users.count))),
        .init("items", .number(Double(data.items.count))),
        .init("ratings", .number(Double(data.interactions.count))),
        .init("density", .number(data.density)),
        .init("seconds", .number(seconds)),
      ]))
  }
}

/// What `work` returns; what is wrong with data becomes a failure of the command.
func reading<T>(_ work: () throws -> T) throws -> T {
  do {
    return try work()
  } catch let error as DatasetError {
    throw CommandFailure(
      error.code, error.sentence, help: error.help, suggestions: error.suggestions)
  }
}

extension Dataset {
  /// The share of all pairs of users and items that are rated.
  var density: Double {
    Double(interactions.count) / max(1, Double(users.count) * Double(items.count))
  }

  /// `100,000 ratings of 1,682 items by 943 users (6.30 % of all pairs)`.
  var sizes: String {
    let hundredths = Int((density * 10_000).rounded())
    let share = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
    return "\(grouped(interactions.count)) ratings of \(grouped(items.count)) items by "
      + "\(grouped(users.count)) users (\(share) of all pairs)"
  }
}

extension RatingScale {
  /// `1 to 5`.
  var text: String { "\(Number.text(Double(lowest))) to \(Number.text(Double(highest)))" }
}

/// The number with commas between thousands.
func grouped(_ number: Int) -> String {
  let digits = Array(String(abs(number)))
  var text = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}
