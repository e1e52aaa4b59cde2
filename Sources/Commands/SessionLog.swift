/// What has succeeded in a session, as it was written: what `save session` writes.
package struct SessionLog: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package var text: String
    /// The verb or keyword it begins with.
    package var head: String

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
