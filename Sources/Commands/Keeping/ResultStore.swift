import Datasets
import Kernels
import Language
import MetaLearning
import Reports

/// Where results of commands are kept from one run to the next.
package protocol ResultStore: Sendable {
  /// What is kept under a key, if it is whole and all that it came from in files is still so.
  func bytes(_ key: String, host: any Host) -> [UInt8]?
  /// Keeps bytes that came from what the key says and what these files held alone.
  func keep(_ bytes: [UInt8], _ key: String, facts: [FileFact])
}

extension LongCommand {
  /// Runs, or takes what came of it when the very same was run before.
  func result(
    in session: inout Session, host: any Host, from store: any ResultStore
  ) throws -> (report: Report, isTaken: Bool) {
    var basis = self.basis(of: session)
    let key = "\(self)\u{0}\(basis.digest)"
    if let kept = store.bytes(key, host: host).flatMap({ KeptResult($0) }) {
      var made = basis
      // What cannot be restored is made anew.
      if (try? restore(kept.essence, in: &made)) != nil {
        deliver(made, to: &session)
        return (kept.report, true)
      }
    }
    let watched = AttentiveHost(host)
    let report = try run(in: &basis, host: watched)
    deliver(basis, to: &session)
    // What was written would not be there after taking the result.
    if watched.written.isEmpty, let essence = self.essence(of: basis),
      let bytes = KeptResult(report: report, essence: essence).bytes
    {
      store.keep(bytes, key, facts: watched.facts)
    }
    return (report, false)
  }
}

/// What a command said, and what it made as bytes.
private struct KeptResult {
  var report: Report
  var essence: [UInt8]

  init(report: Report, essence: [UInt8]) {
    self.report = report
    self.essence = essence
  }

  /// The length of the report, the report, the rest.
  var bytes: [UInt8]? {
    guard let report = report.bytes(isWanted: { !Cancellation.isRequested }) else { return nil }
    return Array("\(report.count)\n".utf8) + report + essence
  }

  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
      let count = Int(String(decoding: bytes[..<end], as: UTF8.self)), count >= 0,
      count <= bytes.count - end - 1,
      let report = Report(bytes: bytes[(end + 1)..<(end + 1 + count)])
    else { return nil }
    self.init(report: report, essence: Array(bytes[(end + 1 + count)...]))
  }
}

extension Session {
  /// Everything in it that results can depend on. The number of threads is nothing of that kind: the
  /// same seed gives the same bits on any.
  var digest: String {
    var words: [String] = []
    if let data { words += data.words }
    if let tasks {
      words += [
        "tasks", tasks.recipe, hexadecimal(tasks.fingerprint), hexadecimal(tasks.contentDigest),
        "\(tasks.splitting as Any)",
      ]
    }
    words.append(described(network))
    if let model { words += ["model", model.digest] }
    for (name, model) in models.sorted(by: { $0.key < $1.key }) { words += [name, model.digest] }
    for (name, baseline) in namedBaselines.sorted(by: { $0.key < $1.key }) {
      words.append("baseline \(name) \(baseline)")
    }
    if let recipe { words.append("\(recipe.command) \(described(recipe.network))") }
    if let adapted { words.append("adapted \(adapted.name) \(adapted.digest)") }
    words.append("seed \(settings.seed) \(settings.draw)")
    return words.joined(separator: "\u{0}")
  }
}

extension TrainedModel {
  /// Equal for models of which nothing differs that a file of them holds.
  fileprivate var digest: String {
    hexadecimal(Datasets.digest(ModelFile.encoded(self).encoded()))
  }
}

extension Dataset {
  /// All that a report can tell of it, in digests.
  fileprivate var words: [String] {
    func text(_ names: [String]) -> String {
      hexadecimal(digest(names.flatMap { Array($0.utf8) + [0] }))
    }
    var words = ["data", name, contentDigest, text(users.titles), text(items.titles)] + notes
    words += sources.map { "\($0.path) \($0.digest)" }
    for feature in users.features + items.features where feature.fillsWithMean {
      words.append("mean \(feature.name)")
    }
    for (name, column) in interactions.columns.sorted(by: { $0.key < $1.key }) {
      words += [name, text(column.vocabulary.names), hexadecimal(digest(column.codes))]
    }
    return words
  }
}
