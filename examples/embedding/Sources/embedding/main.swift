// Each program is a function in a file of its own; `expect` makes this a test of all of them.
let programs: [(title: String, run: @Sendable () async throws -> Void)] = [
  ("a script, files from memory, typed results", runAScript),
  ("ratings from memory", giveRatings),
  ("a command of one's own", addACommand),
  ("progress, and stopping", followAndStop),
  ("one model, many tasks", serveManyUsers),
  ("two laboratories at the same time", runTwoAtOnce),
  ("a host that stays beneath a folder", readAFolder),
]

for program in programs {
  print("== \(program.title)")
  try await program.run()
}
print("all \(programs.count) programs did what they say")

/// Something that a program claims and that did not hold.
struct Unexpected: Error {
  let what: String
}

func expect(_ holds: Bool, _ what: String) throws {
  guard holds else { throw Unexpected(what: what) }
}
