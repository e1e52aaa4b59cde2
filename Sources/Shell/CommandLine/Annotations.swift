import ArgumentParser
import Commands
import Language
import Reports

/// Who is told of faults at their lines.
enum AnnotationForm: String, CaseIterable, ExpressibleByArgument {
  case github, none

  /// The form that the surroundings understand.
  static var usual: AnnotationForm {
    Terminal.environment("GITHUB_ACTIONS") == "true" ? .github : .none
  }
}

/// How faults are told to continuous integration.
struct AnnotationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tell faults at their lines, too, as workflow commands of GitHub: github or none; github where "
        + "GITHUB_ACTIONS is true.", valueName: "form"))
  var annotate: AnnotationForm?

  var form: AnnotationForm { annotate ?? .usual }
}

/// A fault at a line, as continuous integration shows it.
package struct Annotation: Sendable, Equatable {
  var level = "error"
  var file: String
  var line: Int
  var column = 0
  var title = ""
  var message: String

  /// What failed in a replay.
  package static func all(_ replay: Replay) -> [Annotation] {
    replay.cases.filter { $0.failure != nil }.map { found in
      Annotation(
        file: replay.name, line: max(1, found.line), column: found.column, title: found.name,
        message: found.shortened)
    }
  }

  /// What a check has found.
  package init(_ fault: Diagnostic, in source: Source) {
    let place = source.position(of: fault.primary.range.lower)
    self.init(
      level: fault.severity == .error ? "error" : "warning", file: source.name, line: place.line,
      column: place.column, title: fault.code, message: fault.inOneLine)
  }

  private init(
    level: String = "error", file: String, line: Int, column: Int, title: String, message: String
  ) {
    (self.level, self.file, self.line) = (level, file, line)
    (self.column, self.title, self.message) = (column, title, message)
  }

  /// `::error file=a.mrs,line=3::message`, a workflow command of GitHub.
  package var github: String {
    var properties = ["file=\(property(file))", "line=\(line)"]
    if column > 0 { properties.append("col=\(column)") }
    if !title.isEmpty { properties.append("title=\(property(title))") }
    return "::\(level) \(properties.joined(separator: ","))::\(data(message))\n"
  }

  private func data(_ text: String) -> String {
    // Scalar by scalar: a return and a line feed are one character together.
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: String(scalar)
      }
    }.joined()
  }

  private func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
