"""What the format of Jupyter notebooks (nbformat 4.5) asks for, held against a file."""

import json
import re

OUTPUTS = {
    "stream": {"name", "text"},
    "display_data": {"data", "metadata"},
    "execute_result": {"data", "metadata", "execution_count"},
    "error": {"ename", "evalue", "traceback"},
}


def lines(value):
    """Whether a value is a text, or a list of texts each but the last of which ends its line."""
    if isinstance(value, str):
        return True
    return all(isinstance(line, str) for line in value) and all(line.endswith("\n") for line in value[:-1])


def faults_of_output(output):
    kind = output.get("output_type")
    if kind not in OUTPUTS:
        return [f"output type {kind}"]
    faults = [] if set(output) == OUTPUTS[kind] | {"output_type"} else [f"keys of {kind}: {sorted(output)}"]
    return faults + [f"data {name}" for name, text in output.get("data", {}).items() if not lines(text)]


def faults_of_cell(cell):
    wanted = {"cell_type", "id", "metadata", "source"}
    if cell.get("cell_type") == "code":
        wanted |= {"outputs", "execution_count"}
    elif cell.get("cell_type") not in ("markdown", "raw"):
        return [f"cell type {cell.get('cell_type')}"]
    faults = [] if set(cell) == wanted else [f"keys of a cell: {sorted(cell)}"]
    if not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell.get("id", "")):
        faults.append(f"id {cell.get('id')!r}")
    if not lines(cell.get("source", 0) or ""):
        faults.append("source")
    count = cell.get("execution_count")
    if count is not None and not (isinstance(count, int) and count >= 0):
        faults.append(f"execution count {count!r}")
    return faults + [fault for output in cell.get("outputs", []) for fault in faults_of_output(output)]


def faults(path):
    """Everything that is wrong with a notebook; where Jupyter's own package is there, that it says, too."""
    with open(path, encoding="utf-8") as file:
        book = json.load(file)
    found = [fault for cell in book["cells"] for fault in faults_of_cell(cell)]
    if (book["nbformat"], book["nbformat_minor"] >= 5) != (4, True):
        found.append(f"version {book['nbformat']}.{book['nbformat_minor']}")
    ids = [cell["id"] for cell in book["cells"]]
    if len(set(ids)) < len(ids):
        found.append("ids are not unique")
    if not {"name", "display_name"} <= set(book["metadata"].get("kernelspec", {})):
        found.append("no kernel is named")
    try:
        import nbformat
    except ImportError:
        return found
    try:
        nbformat.validate(nbformat.from_dict(book))
    except nbformat.ValidationError as fault:
        found.append(str(fault))
    return found
