import Commands
import Shell

/// Journals in folders, as these tests make them.
extension Journal {
  convenience init(folder: String) { self.init(in: JournalFolder(folder)) }
}

extension RecoverableSession {
  init(reading path: String) {
    self.init(reading: path, in: JournalFolder(Files.folder(of: path)))
  }

  static func newest(in folder: String, say: (String) -> Void = { _ in }) -> RecoverableSession? {
    newest(in: JournalFolder(folder), say: say)
  }
}
