"""Cells of a notebook in the language: `%load_ext metarec`, then cells that begin with `%%mrs`.

    %%mrs                   runs in the session of the notebook, which is there as `mrs`
    %%mrs --new             begins a new one
    %%mrs --quiet           says nothing; what `let` binds is in `mrs["name"]`
"""

from __future__ import annotations

import sys
from typing import Any

from .results import MetaRecError, Output
from .session import Session

_OPTIONS = {"--new", "--quiet"}


def register(shell: Any) -> None:
    def mrs(line: str, cell: str | None = None) -> Output | None:
        words = set(line.split()) if cell is not None else set()
        script = line if cell is None else cell
        unknown = sorted(words - _OPTIONS)
        if unknown:
            raise ValueError(f"%%mrs has no option {unknown[0]}; it has " + ", ".join(sorted(_OPTIONS)))
        session = shell.user_ns.get("mrs")
        if not isinstance(session, Session) or "--new" in words:
            session = shell.user_ns["mrs"] = Session()
        try:
            output = session.run(script)
        except MetaRecError as failure:
            # The faults alone: where in Python they came up says nothing.
            if failure.output is not None and failure.output.text:
                print(failure.output.text, end="")
            print(failure, file=sys.stderr)
            return None
        return None if "--quiet" in words else output

    shell.register_magic_function(mrs, magic_kind="line_cell", magic_name="mrs")
