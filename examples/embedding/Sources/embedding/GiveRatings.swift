import MetaRec

/// Ratings that the program has in arrays, with what it knows of users and items.
@Sendable func giveRatings() async throws {
  let lab = try Laboratory()
  try lab.give(Shop.interactions())
  print(try lab.perform("describe")[0].text(width: 80), terminator: "")
  // Data that cannot be used are refused when they are made, with the row that is to blame.
  do {
    _ = try Interactions(users: [1, 2], items: [7, 8], values: [5, .nan])
    throw Unexpected(what: "a rating that is no number was taken")
  } catch let error as LaboratoryError {
    print(error.code, error.message)
    try expect(error.code == "E0510", "the code of a value that cannot be used")
  }
}
