"""What comes back: tables, outputs, faults."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from typing import Any, Iterator


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a script, or went wrong."""

    code: str
    message: str
    severity: str = "error"
    line: int | None = None
    column: int | None = None
    help: tuple[str, ...] = ()
    #: The text that mends it, in place of what the fault is about; None where there is none.
    replacement: str | None = None
    #: All of it with the line that it is about, as a terminal shows it.
    text: str = ""

    @classmethod
    def of(cls, found: dict[str, Any]) -> Fault:
        return cls(
            found["code"], found["message"], found.get("severity", "error"), found.get("line"), found.get("column"),
            tuple(found.get("help") or ()), found.get("replacement"), found.get("text", ""))


class MetaRecError(Exception):
    """A script that is wrong, or a statement that failed. What ran before it stays."""

    def __init__(self, faults: list[Fault], output: Output | None = None) -> None:
        self.faults = faults
        #: What the statements before it said.
        self.output = output
        super().__init__("\n".join(fault.text.rstrip() or fault.message for fault in faults) or "failed")


class Stopped(KeyboardInterrupt):
    """Ctrl-C in a run. What ran before stays, and of a training the epochs that were finished."""

    def __init__(self, output: Output | None = None) -> None:
        self.output = output
        super().__init__("stopped; what ran before stays")


class Table:
    """A table of a result. Cells are numbers, texts or None; an estimate with an interval is its mean, and half the
    width of the interval is in a column of its own, `… ±`."""

    def __init__(self, written: dict[str, Any]) -> None:
        self.title: str = written.get("title") or ""
        self.footnotes: list[str] = list(written.get("footnotes") or [])
        titles = [column["title"] for column in written["columns"]]
        rows: list[list[Any]] = written["rows"]
        has_width = [
            any(isinstance(row[at], dict) and "half-width" in row[at] for row in rows) for at in range(len(titles))
        ]
        self.columns: list[str] = []
        for title, wide in zip(titles, has_width):
            self.columns += [title, title + " ±"] if wide else [title]
        self.rows: list[list[Any]] = []
        for row in rows:
            cells: list[Any] = []
            for cell, wide in zip(row, has_width):
                is_estimate = isinstance(cell, dict)
                cells.append(cell.get("value") if is_estimate else cell)
                if wide:
                    cells.append(cell.get("half-width") if is_estimate else None)
            self.rows.append(cells)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, column: str) -> list[Any]:
        """The cells of a column by its title."""
        if column not in self.columns:
            raise KeyError(f"no column `{column}`; there are " + ", ".join(self.columns))
        at = self.columns.index(column)
        return [row[at] for row in self.rows]

    def to_dict(self) -> dict[str, list[Any]]:
        """The columns by their titles."""
        return {column: self[column] for column in self.columns}

    def to_pandas(self) -> Any:
        """A pandas.DataFrame; needs pandas."""
        import pandas

        return pandas.DataFrame(self.to_dict())

    def to_polars(self) -> Any:
        """A polars.DataFrame; needs polars."""
        import polars

        return polars.DataFrame(self.to_dict(), strict=False)

    def __repr__(self) -> str:
        return f"<Table {self.title!r}, {len(self.rows)} rows: {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        def cell(value: Any) -> str:
            if value is None:
                return "<td>–</td>"
            if isinstance(value, float):
                return f'<td style="text-align:right">{value:.4g}</td>'
            align = ' style="text-align:right"' if isinstance(value, int) else ' style="text-align:left"'
            return f"<td{align}>{html.escape(str(value))}</td>"

        head = "".join(f"<th>{html.escape(column)}</th>" for column in self.columns)
        body = "".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in self.rows)
        notes = "".join(f"<div><small>{html.escape(note)}</small></div>" for note in self.footnotes)
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"


@dataclass
class Output:
    """What the statements of a script said."""

    #: As a terminal would show it, plain.
    text: str = ""
    #: Of each statement that said something: `blocks` and `result`.
    reports: list[dict[str, Any]] = field(default_factory=list)
    #: What should not be overlooked, and remarks on the script.
    remarks: list[Fault] = field(default_factory=list)

    @property
    def tables(self) -> list[Table]:
        return [Table(block["table"]) for block in self._blocks() if "table" in block]

    @property
    def table(self) -> Table:
        """The last table."""
        tables = self.tables
        if not tables:
            raise LookupError("nothing here said a table")
        return tables[-1]

    @property
    def curves(self) -> list[dict[str, Any]]:
        """Plots as numbers: `title`, `x`, `y` and `series` of names and points."""
        return [block["curve"] for block in self._blocks() if "curve" in block]

    @property
    def result(self) -> dict[str, Any]:
        """What `let` would bind of the last statement."""
        return self.reports[-1]["result"] if self.reports else {}

    def _blocks(self) -> Iterator[dict[str, Any]]:
        for report in self.reports:
            yield from report["blocks"]

    def __repr__(self) -> str:
        return self.text.rstrip("\n")

    def _repr_html_(self) -> str:
        parts = []
        for block in self._blocks():
            if "table" in block:
                parts.append(Table(block["table"])._repr_html_())
            elif "curve" in block:
                parts.append(f"<p>{html.escape(block['curve']['title'])}</p>")
            else:
                words = next((value for value in block.values() if isinstance(value, str)), None)
                shown = words if words is not None else json.dumps(block)
                parts.append(f'<p style="white-space:pre-wrap">{html.escape(shown)}</p>')
        return "\n".join(parts)
