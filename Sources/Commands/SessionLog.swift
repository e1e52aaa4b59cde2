import Reports

/// What has succeeded in a session, as it was written: what `save session` writes.
package struct SessionLog: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package var text: String
    /// The verb or keyword it begins with.
    package var head: String
    /// What it said, without the values.
    package var reports: [Report] = []
    /// What it has read that was there before, and written.
    package var access = Access()
    /// The cell it was typed in, at a prompt.
    package var cell: Int?

    /// What it said as a script records it, without lengths of time.
    package var output: [String] { reports.flatMap { recordLines($0).map(withoutTimes) } }

    package init(_ text: String, head: String) {
      self.text = text
      self.head = head
    }
  }

  /// The seed that the first statement found.
  package var seed: Int?
  package var entries: [Entry] = []

  package init() {}
}
