"""The language `mrs` and its models, from Python.

    from metarec import Session

    session = Session()
    session.run("load data; split tasks; meta-train maml steps=5")
    found = session.run("let r = evaluate mae ndcg@5")
    found.table.to_pandas()     # or to_polars(), or rows and columns as they are
    session["r.mae"]            # what `let` has bound, or a field of it

`read_model` reads a model that `save model "m.safetensors"` wrote with NumPy alone. In a notebook, `%load_ext metarec`
gives cells that begin with `%%mrs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .results import Fault, MetaRecError, Output, Stopped, Table
from .session import Session

if TYPE_CHECKING:
    from .model import Model

__all__ = ["Fault", "MetaRecError", "Output", "Session", "Stopped", "Table", "load_ipython_extension", "read_model"]
__version__ = "0.1.0"


def read_model(path: str) -> Model:
    """The model of a file that `save model` wrote, for NumPy; see `metarec.model`."""
    from .model import Model

    return Model.read(path)


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext metarec`."""
    from .magic import register

    register(shell)
