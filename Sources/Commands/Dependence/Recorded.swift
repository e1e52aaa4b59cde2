import Synchronization

/// Notes which slots of a session are read. All copies of the session share it, so that nested runs and worker
/// threads note theirs, too.
package final class SlotTrace: Sendable {
  private let noted = Mutex<Set<Slot>>([])

  package init() {}

  func note(_ slot: Slot) { noted.withLock { _ = $0.insert(slot) } }

  /// What was read so far.
  package var slots: Set<Slot> { noted.withLock { $0 } }
}

/// A value in a slot: reading it is noted, until the same copy of the session has written it.
@propertyWrapper
package struct Recorded<Value: Sendable>: Sendable {
  let slot: Slot
  /// The value, looked at without a note.
  private(set) var quiet: Value
  private var trace: SlotTrace?
  private(set) var isWritten = false

  package init(wrappedValue: Value, _ slot: Slot) {
    quiet = wrappedValue
    self.slot = slot
  }

  package var wrappedValue: Value {
    get {
      if !isWritten { trace?.note(slot) }
      return quiet
    }
    set {
      quiet = newValue
      isWritten = true
    }
  }

  /// Puts in the place of the value what is the same to all who read it.
  mutating func refine(_ change: (Value) -> Value) { quiet = change(quiet) }

  mutating func record(_ trace: SlotTrace?) {
    self.trace = trace
    isWritten = false
  }
}

/// Values that live side by side under names, each in a slot of its own.
package struct NamedSlots<Value: Sendable>: Sendable {
  private let slot: @Sendable (String) -> Slot
  /// The slot of the names alone, where somebody asks for them.
  private let namesSlot: Slot?
  private var values: [String: Value] = [:]
  private var trace: SlotTrace?
  private(set) var written: Set<String> = []

  init(names: Slot? = nil, _ slot: @escaping @Sendable (String) -> Slot) {
    self.slot = slot
    namesSlot = names
  }

  package subscript(name: String) -> Value? {
    get {
      if !written.contains(name) { trace?.note(slot(name)) }
      return values[name]
    }
    set {
      values[name] = newValue
      written.insert(name)
    }
  }

  /// In order.
  package var names: [String] {
    if let namesSlot { trace?.note(namesSlot) }
    return values.keys.sorted()
  }

  /// All of them by name; reads each.
  package var sorted: [(name: String, value: Value)] {
    names.compactMap { name in self[name].map { (name, $0) } }
  }

  /// What is there, looked at without a note.
  var quiet: [String: Value] { values }

  /// The slots written since the recording began.
  var writtenSlots: [Slot] {
    written.map(slot) + (written.isEmpty ? [] : namesSlot.map { [$0] } ?? [])
  }

  /// Puts in the place of the values what is the same to all who read them.
  mutating func refine(_ change: (Value) -> Value) { values = values.mapValues(change) }

  mutating func record(_ trace: SlotTrace?) {
    self.trace = trace
    written = []
  }
}
