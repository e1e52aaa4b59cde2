import Language

/// A command as it is written into stamps: its canonical form, and how a checker tells equal calls. Words are made
/// of it only where something was written.
struct CanonicalCommand {
  private let command: (any Command)?
  /// What else tells runs of the command apart, or all of it where there is no command.
  var details = ""
  var key: Int?
  /// Whether it only shows what there is.
  var isGlance = false
  /// What it declares to read.
  var declared: Set<Slot> = []

  init(_ command: any Command) { self.command = command }

  init(text: String) {
    command = nil
    details = text
  }

  /// Every option, written or not: equal for calls that mean the same.
  var text: String { (command.map { "\($0)" } ?? "") + details }
}

extension Session {
  /// What a slot holds, in a digest or in words; "nothing" when it is empty.
  func content(of slot: Slot) -> String {
    switch slot {
    // These take a look at every number: their stamps know it.
    case .data, .tasks, .currentModel, .model, .currentAdapted, .adapted:
      stamps[slot]?.content ?? computedContent(of: slot) ?? Self.nothing
    default: computedContent(of: slot) ?? stamps[slot]?.content ?? Self.nothing
    }
  }

  /// What made a slot's content; what it is where that says as much.
  func origin(of slot: Slot) -> String {
    switch slot {
    case .seed, .threads, .network, .baseline: content(of: slot)
    default: stamps[slot]?.origin ?? content(of: slot)
    }
  }

  /// What in a slot's content makes stale what came from it: of data, what can be learnt from.
  func foundation(of slot: Slot) -> String {
    let content = content(of: slot)
    guard slot == .data, let last = content.split(separator: " ").last else { return content }
    return String(last)
  }

  static let nothing = "nothing"

  /// Ends a recording: stamps what was written, and says what was read and what is another now.
  ///
  /// - Parameters:
  ///   - before: the session as it was when the recording began.
  ///   - host: knows what was asked of files and which were written.
  mutating func settle(
    _ command: CanonicalCommand, _ trace: SlotTrace, since before: Session,
    host: FileRecordingHost? = nil, at site: NounLedger.Site
  ) -> Access {
    var access = Access(
      reads: trace.slots, writes: Set((host?.written ?? []).map { .file($0, .contents) }),
      facts: host?.facts ?? [])
    access.declared = command.declared
    let written = written.sorted()
    defer { record(nil) }
    guard !written.isEmpty else { return access }
    var command = command
    // A training that was stopped has not come to what its command says.
    if written.contains(.stopped), let stopped = computedContent(of: .stopped) {
      command.details += " stopped after \(stopped)"
    }
    // Nor do two trainings with noise that nobody can draw again come to the same.
    if written.contains(.currentModel), let drawn = unrecorded.model,
      drawn.privacy?.isSimulated == false
    {
      command.details += " drew \(drawn.weightsDigest)"
    }
    let stamp = before.stamp(command, reading: access.reads, facts: access.facts, at: site)
    for slot in written {
      var own = stamp
      own.origin = digest(ofWords: [stamp.origin, slot.sortKey])
      own.content = computedContent(of: slot) ?? Self.nothing
      if own.content == before.content(of: slot) {
        // The same again: how it came about first says enough, and nothing that came from it is stale.
        guard var known = before.stamps[slot] else { continue }
        (known.site, known.key) = (own.site, own.key)
        own = known
      } else {
        access.writes.insert(slot)
        lastOrder += 1
        own.order = lastOrder
      }
      stamps[slot] = own
    }
    if written.contains(.currentAdapted) { forgetOtherAdapted() }
    return access
  }

  /// A loop may adapt to every user; of those that are gone cells remember what they need.
  private mutating func forgetOtherAdapted() {
    for slot in stamps.keys {
      if case .adapted(let name) = slot, name != presentAdapted { stamps[slot] = nil }
    }
  }

  /// What holds of everything that a command has written which read those slots of this session.
  private func stamp(
    _ command: CanonicalCommand, reading reads: Set<Slot>, facts: [FileFact],
    at site: NounLedger.Site
  ) -> Stamp {
    let files = facts.map { "\($0.slot.name) \($0.answer)" }.sorted()
    let origins = reads.sorted().compactMap { slot -> String? in
      if case .file = slot { return nil }
      return slot == .threads ? nil : "\(slot.name) \(origin(of: slot))"
    }
    var sources: [Slot: String] = [:]
    for slot in Noun.slots where reads.contains(slot) {
      sources.merge(stamps[slot]?.sources ?? [:]) { own, _ in own }
      sources[slot] = foundation(of: slot)
    }
    return Stamp(
      origin: digest(ofWords: [command.text] + origins + files), content: "", sources: sources,
      site: site, order: 0, key: command.key)
  }

  /// Forgets where things stand in a source that is done; names remain.
  mutating func settleSites(_ name: (SourceRange) -> String) {
    for (slot, stamp) in stamps { stamps[slot]?.site = stamp.site.settled(name) }
  }
}

extension Noun {
  /// The slots that hold nouns.
  fileprivate static let slots: [Slot] = [.data, .tasks, .currentModel, .currentAdapted]
}

extension Session {
  /// Which nouns are there and from what they were made, as the checker needs it: read off the stamps.
  package var ledger: NounLedger {
    var ledger = NounLedger(seed: Double(settings.seed))
    for (noun, isThere) in nouns where isThere {
      guard let slot = Slot(noun), let stamp = stamps[slot] else {
        ledger.hold(noun, NounLedger.Entry(generation: 0, site: .elsewhere("an earlier session")))
        continue
      }
      var entry = NounLedger.Entry(generation: stamp.order, site: stamp.site)
      entry.key = stamp.key
      for (source, isThere) in nouns where isThere && noun.comes(from: source) {
        guard let slot = Slot(source), let was = stamp.sources[slot] else { continue }
        let isSame = was == foundation(of: slot)
        entry.madeFrom[source] = isSame ? stamps[slot]?.order ?? 0 : NounLedger.replaced
      }
      ledger.hold(noun, entry)
    }
    return ledger
  }

  /// Adds to a failure for a model of another split where it and the present split were made.
  func completed(_ failure: Diagnostic, model: String?) -> Diagnostic {
    var failure = failure
    func show(_ slot: Slot, _ what: String) {
      switch stamps[slot]?.site {
      case .here(let range)?: failure.secondary.append(.init(range, what))
      case .elsewhere(let name)?: failure.help.append("\(what): \(name)")
      case nil: break
      }
    }
    if let model { show(.model(model), "the model was made here, from the tasks of then") }
    show(.tasks, "the present tasks were made here")
    failure.secondary = failure.secondary.stablySorted(by: \.range.lower)
    return failure
  }
}
