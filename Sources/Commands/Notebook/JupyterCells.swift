import Language
import Reports

/// What is read of a Jupyter notebook (nbformat 4): every cell, or a refusal that names what cannot be read.
package struct JupyterCells: Sendable, Equatable {
  package var cells = ScriptCells([])
  /// The language that it says it is in.
  package var language: String?
  /// How many outputs have no text and are left out: pictures, tracebacks.
  package var outputsWithoutText = 0
  /// The numbers of the cells in which something is no character and has become U+FFFD.
  package var mended: [Int] = []
  /// What cannot be read, each by the cell it is in.
  private var faults: [String] = []

  /// How many bytes a notebook may have: one holds its pictures.
  package static let longest = 1 << 30

  /// - Parameter source: the text of the file, under its name.
  package init(_ source: Source) throws(CommandFailure) {
    let name = source.name
    let start = source.textStart
    let (json, end) = JSON.read(
      source.slice(SourceRange(start, source.text.utf8.count)), mendsHalves: true)
    guard let json else {
      let line = source.line(of: start + end)
      throw CommandFailure(
        "E0503",
        "`\(name)` is no Jupyter notebook: it is no JSON from byte \(start + end) on, line \(line)",
        argument: name)
    }
    let cells = try JupyterCells.cells(of: json, name)
    let metadata = json["metadata"]
    language =
      metadata?["kernelspec"]?["language"]?.string ?? metadata?["language_info"]?["name"]?.string
    for (index, cell) in cells.enumerated() {
      guard let part = part(cell, "cell \(index + 1)") else { continue }
      self.cells.parts.append(part)
      let texts = [part.text] + part.outputs.values
      if texts.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
        mended.append(index + 1)
      }
    }
    guard faults.isEmpty else {
      let shown = faults.prefix(JupyterCells.mostFaults)
      let rest = faults.count - shown.count
      throw CommandFailure(
        "E0503",
        "`\(name)` holds what cannot be read: " + shown.joined(separator: "; ")
          + (rest > 0 ? "; and \(rest) more" : ""),
        help: ["mend these cells in Jupyter, and convert again"], argument: name)
    }
  }

  /// The rest are mostly of the same kind.
  private static let mostFaults = 20

  /// The cells of a notebook of a form that is known.
  private static func cells(of json: JSON, _ name: String) throws(CommandFailure) -> [JSON] {
    func refusal(_ what: String, help: [String] = []) -> CommandFailure {
      CommandFailure("E0503", "`\(name)` \(what)", help: help, argument: name)
    }
    guard case .object(let members) = json else {
      throw refusal(
        "is no Jupyter notebook: it is \(json.kind), and an object with `cells` is needed")
    }
    guard let format = json["nbformat"] else {
      throw refusal("is no Jupyter notebook: it has no `nbformat`")
    }
    guard let version = format.number else {
      throw refusal("says its `nbformat` with \(format.kind), and the number 4 is needed")
    }
    guard version == 4 else {
      if version >= 1, version < 4 {
        throw refusal(
          "is a notebook of nbformat \(Number.text(version)), and 4 is read",
          help: [
            "`jupyter nbconvert --to notebook --output new.ipynb \(name)` brings it up to date"
          ])
      }
      throw refusal("is of nbformat \(Number.text(version)), which is not known; 4 is read")
    }
    guard members.count(where: { $0.name == "cells" }) < 2 else {
      throw refusal("has `cells` twice")
    }
    guard let cells = json["cells"]?.array else {
      throw refusal("has no list of `cells`")
    }
    return cells
  }

  /// The cell; nil when its kind or its text cannot be read, which is then among the faults.
  private mutating func part(_ cell: JSON, _ name: String) -> ScriptCells.Part? {
    guard case .object(let members) = cell else {
      faults.append("\(name) is \(cell.kind) and no object")
      return nil
    }
    for key in ["cell_type", "source", "outputs"]
    where members.count(where: { $0.name == key }) > 1 {
      faults.append("\(name) has `\(key)` twice")
    }
    let known = kind(cell["cell_type"], name)
    guard let written = cell["source"] else {
      faults.append("\(name) has no `source`")
      return nil
    }
    guard let text = text(of: written, "`source` of \(name)"), let known else { return nil }
    guard known == "code" else { return ScriptCells.Part(text, isCode: false) }
    let said = said(cell["outputs"], name)
    return ScriptCells.Part(text, isCode: true, outputs: ScriptCells.outputs(said, of: text))
  }

  private mutating func kind(_ json: JSON?, _ name: String) -> String? {
    guard let json else {
      faults.append("\(name) has no `cell_type`")
      return nil
    }
    guard let kind = json.string else {
      faults.append("`cell_type` of \(name) is \(json.kind) and no text")
      return nil
    }
    guard ["code", "markdown", "raw"].contains(kind) else {
      faults.append(
        "\(name) is of the type `\(clipped(kind, to: 40))`, which nbformat 4 does not know")
      return nil
    }
    return kind
  }

  /// What a cell has said, each with its place among the lines of statements where that is known.
  private mutating func said(_ json: JSON?, _ name: String) -> [(String, Int?)] {
    guard let json else { return [] }
    guard let outputs = json.array else {
      faults.append("`outputs` of \(name) is \(json.kind) and no list")
      return []
    }
    var said: [(String, Int?)] = []
    for (index, output) in outputs.enumerated() {
      let place = "output \(index + 1) of \(name)"
      guard case .object = output else {
        faults.append("\(place) is \(output.kind) and no object")
        continue
      }
      guard let written = output["text"] ?? output["data"]?["text/plain"] else {
        outputsWithoutText += 1
        continue
      }
      guard let text = text(of: written, "the text of \(place)") else { continue }
      said.append(
        (text.hasSuffix("\n") ? String(text.dropLast()) : text, output["metadata"]?.place))
    }
    return said
  }

  /// A text, or lines of one, as notebooks keep it; lines end with LF.
  private mutating func text(of json: JSON, _ name: String) -> String? {
    var parts = [json]
    if case .array(let several) = json { parts = several }
    guard let wrong = parts.firstIndex(where: { $0.string == nil }) else {
      return parts.compactMap(\.string).joined().replacing("\r\n", with: "\n")
    }
    let what = parts[wrong].kind
    faults.append(
      json.array == nil
        ? "\(name) is \(what) and no text" : "part \(wrong + 1) of \(name) is \(what) and no text")
    return nil
  }
}

extension JSON {
  /// What a value is, as a message says it.
  fileprivate var kind: String {
    switch self {
    case .null: "null"
    case .truth: "true or false"
    case .number: "a number"
    case .string: "a text"
    case .array: "a list"
    case .object: "an object"
    }
  }
}
