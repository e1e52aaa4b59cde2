import Commands
import Language
import Reports

/// What came of replaying a script: whether it still does what is recorded in it.
package struct Replay: Sendable, Equatable {
  /// One thing that a replay can find right or wrong.
  package struct Case: Sendable, Equatable {
    package enum Verdict: Sendable, Equatable {
      case passed
      case failed(String)
      /// The run ended before it, or went another way.
      case skipped
    }

    /// What it is of, by the statement: it stays when lines move.
    package var name: String
    package var line: Int
    /// Its column, from 1; 0 where it is of a whole line.
    package var column = 0
    package var verdict: Verdict
    /// What failed, in one line.
    package var summary = ""
    package var seconds = 0.0
    /// Whether it is recorded output.
    package var isOutput = false

    package var failure: String? {
      if case .failed(let message) = verdict { message } else { nil }
    }
  }

  package var name: String
  package var status: ExitStatus
  /// Whether the script checks; whether each statement runs that did not; each recorded output; each
  /// expectation.
  package var cases: [Case] = []
  /// What is worth knowing beside it, each on one line.
  package var remarks: [String] = []
  package var seconds = 0.0
  package var seed = 0
  /// The source with its outputs recorded anew; nil when it did not run to its end.
  package var updated: String?
  /// The text that was run, which `updated` is made from.
  package var ran: String?
  /// Whether nothing ran, since all was as it had been when it passed.
  package var isCached = false
  /// What fetches the data without which the script cannot run; nil when it could run.
  package var fetching: String?
  /// How many results of long commands were taken from an earlier run.
  package var resultsTaken = 0

  package init(name: String, status: ExitStatus) {
    self.name = name
    self.status = status
  }

  /// What differs or failed, each ready to be read.
  package var failures: [String] { cases.compactMap(\.failure) }

  /// How many cases came to each verdict.
  package var counts: (passed: Int, failed: Int, skipped: Int) {
    let failed = failures.count
    let skipped = cases.count { $0.verdict == .skipped }
    return (cases.count - failed - skipped, failed, skipped)
  }

  /// Runs a source and compares what it says with what is recorded in it.
  package init(
    of source: Source, host: any Host, options: ReplayOptions = ReplayOptions(),
    store: (any ResultStore)? = nil
  ) {
    let places = recordings(in: source)
    let run = WatchedRun(
      source, places: places, host: host,
      variation: RunVariation(passesOverExpectations: false, threads: options.threads), store: store
    )
    self.init(name: source.name, status: ExitStatus(run.result))
    seconds = run.seconds
    seed = run.seed
    resultsTaken = run.resultsTaken
    let reader = ReplayReader(source: source, places: places, run: run)
    cases = reader.cases
    remarks += reader.remarks
    if let missing = reader.missingData, failures.count == 1 {
      skip(for: missing)
      return
    }
    guard status == .success else { return }
    if !failures.isEmpty { status = .differs }
    var text = reader.updated(recordsAll: options.recordsAll)
    if options.draws > 1 {
      let draws = Draws(source, places: places, host: host, plain: run, options: options)
      remarks += draws.remarks
      if let fault = draws.nondeterminism {
        status = .nondeterministic
        cases.append(Case(name: "same seed, same results", line: 0, verdict: .failed(fault)))
      } else {
        let (calibrated, remarks) = calibrated(
          Source(name: name, text: text), by: draws.outputs)
        text = calibrated
        self.remarks += remarks
      }
    }
    if options.looksForToothless {
      remarks += toothless(source, places: places, host: host, options: options)
    }
    updated = text
    ran = source.text
  }
}

extension Replay {
  /// The one thing found wrong is that data are not there: until they are fetched nothing else is found.
  private mutating func skip(for data: FetchedData) {
    status = .success
    fetching = data.command
    for index in cases.indices where cases[index].failure != nil { cases[index].verdict = .skipped }
  }
}

/// How scripts are replayed.
package struct ReplayOptions: Sendable, Equatable {
  /// Also outputs and states that have no record yet are recorded.
  package var recordsAll = false
  /// Over how many draws of chance numbers are compared.
  package var draws = 1
  /// Whether expectations are tried on data from which nothing can be learned.
  package var looksForToothless = false
  package var threads = 0

  package init(
    recordsAll: Bool = false, draws: Int = 1, looksForToothless: Bool = false, threads: Int = 0
  ) {
    self.recordsAll = recordsAll
    self.draws = draws
    self.looksForToothless = looksForToothless
    self.threads = threads
  }
}
