import Datasets

/// The data of these ratings, with a header line.
func ratings(_ text: String) throws -> Dataset {
  var format = DelimitedText()
  format.file = "r.csv"
  return try format.load(from: MemoryFiles(["r.csv": text]))
}

/// Data with a table about their items or users, and what came of it.
func attached(
  _ table: String, to data: Dataset, _ subject: ColumnReading.Subject = .items,
  as path: String = "t.csv", _ change: (inout TableAttaching) -> Void = { _ in }
) throws -> (data: Dataset, outcome: TableAttaching.Outcome) {
  var attaching = TableAttaching(subject)
  change(&attaching)
  var data = data
  let outcome = try attaching.attach(FileContents(path: path, Array(table.utf8)), to: &data)
  return (data, outcome)
}
