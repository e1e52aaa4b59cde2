import Language
import Reports

/// A command that knows what to do where each rank has read data of its own (`load … owners=ranks`).
///
/// What it says there is the same on all ranks, or a script would part at the next question: counts and sums over all
/// owners, never what one of them has.
protocol OwnedDataCommand: Command {
  /// Why it cannot be done there with these options; nil where it can.
  var ownersObstacle: CommandFailure? { get }
}

extension Session {
  /// Why a command cannot be done with data of several owners: it would need those of all, or does nothing of use with
  /// those of one. What needs no data can be done.
  func ownersObstacle(to command: any Command, needs: [Noun]) -> CommandFailure? {
    guard unrecorded.data?.owners != nil else { return nil }
    if let able = command as? any OwnedDataCommand { return able.ownersObstacle }
    let form = type(of: command).form
    guard !needs.isEmpty || !form.uses.isEmpty else { return nil }
    return .owned(
      "`\(type(of: command).name)` needs the ratings of all owners, and those stay where they are",
      "load the data of one owner without owners=, or leave it out", nil)
  }
}

extension CommandFailure {
  /// That something cannot be done with data that stay with their owners.
  static func owned(_ message: String, _ remedy: String, _ argument: String?) -> CommandFailure {
    CommandFailure(
      "E0905", message,
      help: [remedy, "with data of owners go: \(Self.ableCommands); `help federated` says more"],
      argument: argument)
  }

  private static let ableCommands =
    "`attach items`, `split`, `meta-train … over=federated`, `evaluate`, `keep`, `save model`, `show` of results"
}

extension Attach: OwnedDataCommand {
  var ownersObstacle: CommandFailure? {
    whom == .items
      ? nil
      : .owned(
        "the names of users' features, and who trusts whom, are known to no other owner",
        "`attach items`, with a file that is the same for all", whom.rawValue)
  }
}

extension Keep: OwnedDataCommand {
  package var ownersObstacle: CommandFailure? { nil }
}

extension Save: OwnedDataCommand {
  package var ownersObstacle: CommandFailure? {
    guard !(what is SaveModel), !(what is SaveReport) else { return nil }
    let name = type(of: what).name
    return .owned(
      "`save \(name)` would write down data of rank 0 alone", "`save model \"x.safetensors\"`",
      name)
  }
}

extension Show: OwnedDataCommand {
  package var ownersObstacle: CommandFailure? {
    guard !(view is ValueView), !(view is MachineView) else { return nil }
    return .owned(
      "`show` of the session would show what rank 0 has",
      "show a result: `let r = evaluate`, then `show $r`", nil)
  }
}

extension MetaTrain: OwnedDataCommand {
  package var ownersObstacle: CommandFailure? {
    let obstacles: [(Bool, String, String, String)] = [
      (
        federated.over == .central, "over",
        "a training over data in one place needs the ratings of all owners", "over=federated"
      ),
      (
        federated.clients != nil, "clients",
        "clients= deals out users, and those of an owner stay there: each is a client of its own",
        "leave clients= out"
      ),
      (
        privacy.mechanism != nil, "privacy",
        "privacy=gaussian adds noise where answers come together, and here every rank sees each owner's sum",
        "secure-aggregation=yes, or data in one process: leave owners= out"
      ),
      (
        !checkpoint.isEmpty, "checkpoint",
        "a checkpoint holds a digest of data, which would be those of rank 0",
        "leave checkpoint= out, and save the model"
      ),
    ]
    return obstacles.first(where: \.0).map { .owned($0.2, $0.3, $0.1) }
  }
}
