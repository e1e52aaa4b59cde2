import Language
import Reports

/// A session as a Jupyter notebook with its results (nbformat 4.5).
package struct JupyterNotebook: NotebookFormat {
  package init() {}

  package static let fileEnding = "ipynb"

  package static let signature = Signature<Self>(
    "ipynb", "A Jupyter notebook with its results as text and HTML.",
    examples: [Example("publish \"morning.ipynb\"")])

  package func text(of cells: [Cell]) -> String {
    JSON.object([
      "cells": .array(cells.map(json)),
      "metadata": .object([
        "kernelspec": .object([
          "display_name": .string("mrs"), "language": .string("mrs"), "name": .string("mrs"),
        ]),
        "language_info": .object(["name": .string("mrs"), "file_extension": .string(".mrs")]),
      ]),
      "nbformat": .number(4), "nbformat_minor": .number(5),
    ]).prettyText + "\n"
  }

  private func json(_ cell: Cell) -> JSON {
    if let prose = cell.prose {
      return .object([
        "cell_type": .string("markdown"), "id": .string("cell-\(cell.number)"),
        "metadata": .object([]), "source": lines(prose),
      ])
    }
    return .object([
      "cell_type": .string("code"), "execution_count": .number(cell.number),
      "id": .string("cell-\(cell.number)"), "metadata": .object([]),
      "outputs": .array(
        zip(cell.reports, cell.places).map(output)
          + cell.recorded.sorted { $0.key < $1.key }.map { output($0.value, $0.key) }
          + cell.faults.prefix(1).map { error($0, of: cell) }),
      "source": lines(cell.text),
    ])
  }

  private func output(_ report: Report, _ place: Int) -> JSON {
    .object([
      "data": .object([
        "text/html": lines(HTMLRenderer().text(report)),
        "text/plain": lines(PlainRenderer().text(report)),
      ]),
      "metadata": .metadata(place: place), "output_type": .string("display_data"),
    ])
  }

  private func output(_ recorded: String, _ place: Int) -> JSON {
    .object([
      "data": .object(["text/plain": lines(recorded)]), "metadata": .metadata(place: place),
      "output_type": .string("display_data"),
    ])
  }

  /// All faults of a cell, as the error that it ended with.
  private func error(_ first: Diagnostic, of cell: Cell) -> JSON {
    let texts = cell.faults.map { PlainRenderer().text($0, in: cell.faultSource) }
    return .object([
      "ename": .string(first.code), "evalue": .string(first.message),
      "output_type": .string("error"),
      "traceback": .array(
        texts.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
          .map { .string(String($0)) }),
    ])
  }

  /// A text as notebooks keep it: its lines, each but the last with its end.
  private func lines(_ text: String) -> JSON {
    let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
    let kept = parts.enumerated().map {
      $0.offset < parts.count - 1 ? $0.element + "\n" : $0.element
    }
    return .array(kept.filter { !$0.isEmpty }.map { .string(String($0)) })
  }
}
