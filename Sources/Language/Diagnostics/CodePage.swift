/// What `explain E0404` shows: what a code of a diagnostic means, and how to mend it.
package struct CodePage: Sendable {
  package let code: String
  /// One line: "a model is used after its split was replaced".
  package let title: String
  /// Why it is a fault and what to do.
  package let text: String
  /// A script that shows it, and the same script mended; empty where only running can show it.
  package let wrong: String
  package let right: String

  init(_ code: String, _ title: String, _ text: String, wrong: String = "", right: String = "") {
    self.code = code
    self.title = title
    self.text = text
    self.wrong = wrong
    self.right = right
  }
}

/// The pages of all codes, in order.
package let codePages: [CodePage] =
  formPages + namePages + valuePages + orderPages + runningPages + servicePages
  + lintPages

/// The page of a code, however its letters are written; nil when there is no such code.
package func codePage(of code: String) -> CodePage? {
  codePages.first { $0.code == code.uppercased() }
}
