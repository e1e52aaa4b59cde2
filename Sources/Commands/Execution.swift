import Datasets
import Reports

/// How the commands of a run are performed: plainly, planned in miniature, with kept results, or varied to find
/// out what results are worth.
package struct Execution: Sendable {
  package var variation = RunVariation()
  /// What running takes, when it is only planned: commands are then done in miniature.
  package var plan: Plan?
  /// Where results of long commands are kept from one run to the next; nil keeps none.
  package var store: (any ResultStore)?
  /// How many results were taken from there.
  package internal(set) var resultsTaken = 0

  package init(
    variation: RunVariation = RunVariation(), plan: Plan? = nil, store: (any ResultStore)? = nil
  ) {
    self.variation = variation
    self.plan = plan
    self.store = store
  }

  /// Performs one call on a session.
  mutating func perform(
    _ call: BoundCall, in session: inout Session, host: FileRecordingHost
  ) throws -> Report {
    if plan != nil { return try estimate(call, in: &session, host: host) }
    let command = call.command
    let report: Report
    if let store, let long = command as? any LongCommand {
      let kept = try long.result(in: &session, host: host, from: store)
      resultsTaken += kept.isTaken ? 1 : 0
      report = kept.report
    } else {
      report = try command.run(in: &session, host: host)
    }
    if let distortion = variation.distortion, call.givesFirstData {
      session.data = session.data?.distorted(distortion, key: session.settings.key)
    }
    return report
  }
}

/// How a run differs from the plain one.
package struct RunVariation: Sendable {
  /// Another draw of all chance; 0 is the script's own.
  package var draw = 0
  /// What becomes of data that are loaded.
  package var distortion: Distortion?
  /// Whether expectations that do not hold are noted and passed over.
  package var passesOverExpectations = false
  /// How many threads are used unless the script says so; 0 is one for each core.
  package var threads = 0

  package init(
    draw: Int = 0, distortion: Distortion? = nil, passesOverExpectations: Bool = false,
    threads: Int = 0
  ) {
    self.draw = draw
    self.distortion = distortion
    self.passesOverExpectations = passesOverExpectations
    self.threads = threads
  }
}

/// A command with the options of a call, and what the plan shows of where it stands.
struct BoundCall {
  var command: any Command
  /// Its text on one line.
  var text: String
  /// Its line in the source that was given; 0 within a file or procedure.
  var line: Int

  /// Whether it makes data, not from other data.
  var givesFirstData: Bool {
    let form = type(of: command).form
    return form.gives.contains(.data) && !form.needs.contains(.data)
  }
}
