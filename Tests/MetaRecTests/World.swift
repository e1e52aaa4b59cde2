import MetaRec

/// Small ratings of a shop: users like what is near to their own number.
enum World {
  static let users = 40
  static let items = 30

  static var columns: (users: [String], items: [String], values: [Double]) {
    var columns: (users: [String], items: [String], values: [Double]) = ([], [], [])
    for user in 0..<users {
      for step in 0..<16 {
        let item = (user * 7 + step * 11) % items
        columns.users.append("u\(user)")
        columns.items.append("i\(item)")
        columns.values.append(Double(1 + (user + item * 3) % 5))
      }
    }
    return columns
  }

  static func interactions() throws -> Interactions {
    let columns = columns
    var data = try Interactions(
      users: columns.users, items: columns.items, values: columns.values, name: "shop")
    try data.addFeature(
      "age", of: .user,
      Dictionary(
        uniqueKeysWithValues: (0..<users).map { ("u\($0)", Value.number(Double(20 + $0))) }))
    try data.addFeature(
      "made", of: .item,
      Dictionary(
        uniqueKeysWithValues: (0..<items).map {
          ("i\($0)", $0 % 2 == 0 ? Value.text("wood") : .list(["tin", "paint"]))
        }))
    return data
  }

  /// The ratings as a file.
  static var csv: String {
    let columns = columns
    let rows = columns.users.indices.map {
      "\(columns.users[$0]),\(columns.items[$0]),\(Int(columns.values[$0]))"
    }
    return "user,item,rating\n" + rows.joined(separator: "\n") + "\n"
  }

  static let training =
    "set seed=3; split tasks query=4 valid=0.2 test=0.2; meta-train maml steps=2 epochs=3; "

  /// A laboratory with a model of the shop.
  static func trained(threads: Int = 2) throws -> Laboratory {
    let lab = try Laboratory(threads: threads)
    try lab.give(interactions())
    try lab.perform(training + "let r = evaluate ndcg@5 mae")
    return lab
  }
}

/// The code of what is thrown; nil when nothing is, or something else.
func code(_ work: () throws -> Void) -> String? {
  do {
    try work()
    return nil
  } catch {
    return (error as? LaboratoryError)?.code
  }
}
