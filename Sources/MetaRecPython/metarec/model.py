"""Models that `save model "m.safetensors"` wrote, with NumPy alone: no library, no session.

    model = read_model("m.safetensors")
    model.predict(["50", "172"], user={"age": "25"}, ratings={"1": 5, "2": 3}, catalogue=films)

The forward pass. An item is described by fields, of which the first is its id, and a user by others (`model.fields`).
A field has rows of a table of embeddings E: first that of every value that training did not see, then one for each
value of `values`; several values of one field count by their weights, which add up to 1; of a number it is the one row
behind the first, times (number − mean) / deviation.

- `mlp`: score = head(a(… a([x | u]·W₁ + b₁) …)) + Σ w(value), with x the embeddings of the item's fields one behind the
  other, u those of the user's, a the activation, and w the linear weights of all values (where the model is wide).
  W₁ is kept in two parts: `hidden1.own` for x, `hidden1.common` for u.
- `factor`: score = x·(v + u) + b + Σ w(value), with x and u the sums of the embeddings, v and b the head.

Adapting. `maml`, `fomaml`, `reptile`, `anil`, `melu` and `pretrain` take `steps` gradient steps of the mean loss of the
ratings that are given, at the rate inner-lr · n / (n + shrinkage) for n ratings; which weights move is the scope:
all, those above the embeddings (decision), or the head. `ridge` solves for
(w, c, s) = argmin Σ (r − b − φ·w − c − s (b − b̄))² + λ_w ‖w‖² + λ_c c² + λ_s s², with φ what the head gets and b the
score before (prior=yes) or without the head.

Models that `compress` made smaller are read, too: columns times their `.scale`, places outside of `.mask` zero, and
`.left` · `.right` in place of a matrix.

Computed in double precision, it agrees with the library, which computes in single, to about 1e-6.

What is not read, and refused with `NotImplementedError`: the networks that read the support or a graph (`attention`,
`transformer`, `graph`, `memory`, `mixture`), other algorithms (`meta-sgd`, `prototypical` …), inner steps of Adam,
prompts, models with several heads or of tasks of items, and files of later versions. Of models of interactions the
scores before adapting are read, adapting is not. The library opens all: `session.run('open model "m.safetensors"')`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence, Union

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Features = Mapping[str, Any]
#: An item: its id, of which the catalogue tells more, or its features, the id as `item` among them.
Item = Union[str, int, Features]

#: What the computations here know of; a file that says more means something else.
_KEYS = {"algorithm", "network", "loss", "scale", "fields", "split", "negatives", "item-counts", "digest", "version",
         "compression", "pruned-shapes"}
_OPTIONS = {"steps", "inner-lr", "shrinkage", "inner", "order", "adapt", "ridge", "intercept-ridge", "prior", "slope"}
_VERSION = 2

_SCOPES = {"maml": "decision", "fomaml": "decision", "reptile": "all", "anil": "head", "melu": "decision",
           "pretrain": "decision"}

_TYPES = {"F32": "<f4", "I8": "i1", "U8": "u1"}


def _unpacked(arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]) -> dict[str, Array]:
    """The matrices that the arrays of a file stand for: with a scale for each column, places that were left out, and
    products of two factors."""
    shapes = {name: (int(rows), int(columns)) for name, rows, columns in
              (words.split() for words in metadata.get("mrs.pruned-shapes", "").split(", ") if words)}
    whole: dict[str, Array] = {}
    for name, array in arrays.items():
        if name.endswith((".scale", ".mask")):
            continue
        matrix = array.astype(np.float64)
        if name in shapes:
            rows, columns = shapes[name]
            kept = np.unpackbits(arrays[name + ".mask"], count=rows * columns, bitorder="little").astype(bool)
            matrix = np.zeros(rows * columns)
            matrix[kept] = array
            matrix = matrix.reshape(rows, columns)
        if name + ".scale" in arrays:
            matrix = matrix * arrays[name + ".scale"].astype(np.float64)
        whole[name] = matrix
    for name in [name for name in whole if name.endswith(".left")]:
        base = name.removesuffix(".left")
        whole[base] = whole.pop(name) @ whole.pop(base + ".right")
    return whole


class Model:
    """A trained model. Its weights are the arrays of `weights`, by their names in the file."""

    def __init__(self, metadata: dict[str, str], weights: dict[str, Array]) -> None:
        if "mrs.algorithm" not in metadata:
            raise ValueError("this is no model that `save model` wrote")
        self.algorithm, self.options = _described(metadata["mrs.algorithm"])
        self.network, self.shape = _described(metadata["mrs.network"])
        self.loss, self.loss_options = _described(metadata["mrs.loss"])
        self.scale = tuple(float(end) for end in metadata["mrs.scale"].split())
        self.fields: list[dict[str, Any]] = json.loads(metadata["mrs.fields"])
        self.is_of_ratings = "mrs.negatives" not in metadata
        self.weights = weights
        self._require(metadata)
        self._rows = [{value: field["start"] + 1 + at for at, value in enumerate(field["values"])}
                      for field in self.fields]

    @classmethod
    def read(cls, path: str | Path) -> Model:
        data = Path(path).read_bytes()
        size = int.from_bytes(data[:8], "little")
        if len(data) < 8 or size > len(data) - 8:
            raise ValueError(f"{path} is no safetensors file")
        header: dict[str, Any] = json.loads(data[8:8 + size])
        arrays: dict[str, npt.NDArray[Any]] = {}
        for name, entry in header.items():
            if name != "__metadata__":
                begin, end = (8 + size + offset for offset in entry["data_offsets"])
                if entry["dtype"] not in _TYPES or end > len(data):
                    raise ValueError(f"`{name}` of {path} is damaged, or of a type that no model has")
                arrays[name] = np.frombuffer(data[begin:end], _TYPES[entry["dtype"]]).reshape(entry["shape"])
        metadata: dict[str, str] = header.get("__metadata__", {})
        return cls(metadata, _unpacked(arrays, metadata))

    def __repr__(self) -> str:
        return f"<Model {self.algorithm} on {self.network}, {sum(w.size for w in self.weights.values())} weights>"

    # Asking

    def predict(
        self, items: Sequence[Item], user: Features | None = None,
        ratings: Mapping[str, float] | Iterable[tuple[Item, float]] = (),
        catalogue: Mapping[str, Features] | None = None,
    ) -> Array:
        """The rating that is predicted of each item (of interactions the score), for a user with some ratings.

        - ``user``: the user's features by name; those that are left out are unknown.
        - ``ratings``: what is known of the user, as {item: rating} or pairs; without any nothing is adapted.
        - ``catalogue``: the features of items by id. An item that is not in it is known by its id alone.
        """
        given = list(ratings.items() if isinstance(ratings, Mapping) else ratings)
        common = self._encoded([{"item": None, **(user or {})}], "user")
        query = self._encoded([self._item(item, catalogue) for item in items], "item")
        if not given:
            return self._predictions(self._forward(self.weights, query, common)[0])
        if not self.is_of_ratings:
            raise NotImplementedError("adapting to interactions draws negatives, which only the library does")
        support = self._encoded([self._item(item, catalogue) for item, _ in given], "item")
        targets = np.array([rating for _, rating in given], float)
        if self.algorithm == "ridge":
            return self._predictions(self._ridge(query, support, common, targets))
        weights = self._adapted(support, common, targets)
        return self._predictions(self._forward(weights, query, common)[0])

    def _item(self, item: Item, catalogue: Mapping[str, Features] | None) -> Features:
        if isinstance(item, Mapping):
            return item
        return {**((catalogue or {}).get(str(item)) or {}), "item": str(item)}

    def _require(self, metadata: dict[str, str]) -> None:
        if "mrs.heads" in metadata:
            raise NotImplementedError(f"the model has several heads ({metadata['mrs.heads']}), which need the library")
        version = metadata.get("mrs.version", "1")
        unknown = {key[4:] for key in metadata if key.startswith("mrs.")} - _KEYS | (set(self.options) - _OPTIONS)
        if version not in {str(known + 1) for known in range(_VERSION)} or unknown:
            raise NotImplementedError(
                f"the file (version {version}) says more than is known here: {', '.join(sorted(unknown)) or 'nothing named'}")
        for part, name, known in (
            ("network", self.network, {"mlp", "factor"}), ("algorithm", self.algorithm, {*_SCOPES, "ridge"}),
            ("loss", self.loss, {"mse", "bce", "mae"}),
        ):
            if name not in known:
                raise NotImplementedError(
                    f"the {part} is `{name}`; without the library there are {', '.join(sorted(known))}")
        if self.options.get("inner", "sgd") != "sgd":
            raise NotImplementedError("inner steps of Adam need the library")
        if self.scope == "prompt":
            raise NotImplementedError("prompts need the library")

    @property
    def scope(self) -> str:
        """Which weights adapt."""
        return self.options.get("adapt", _SCOPES.get(self.algorithm, "head"))

    # Features

    def _encoded(self, entities: Sequence[Features], side: str) -> _Rows:
        """The rows of the table that describe each entity, field by field."""
        own = [(number, field) for number, field in enumerate(self.fields) if field["side"] == side]
        entries: list[tuple[int, int, int, float]] = []
        for entity, features in enumerate(entities):
            for at, (number, field) in enumerate(own):
                key = "item" if field["kind"] == "identity" else field["name"]
                for row, weight in self._entries(number, field, features.get(key)):
                    entries.append((entity, at, row, weight))
        return _Rows(len(entities), len(own), entries)

    def _entries(self, number: int, field: dict[str, Any], value: Any) -> list[tuple[int, float]]:
        start: int = field["start"]
        if field["kind"] == "number":
            if value is None or not np.isfinite(float(value)):
                return [(start, 1.0)]
            return [(start + 1, float(np.float32((float(value) - field["mean"]) / field["deviation"])))]
        values = [] if value is None else list(value) if isinstance(value, (list, tuple, set)) else [value]
        rows = [self._rows[number][str(one)] for one in values if str(one) in self._rows[number]]
        if not rows:
            return [(start, 1.0)]
        every = field.get("weights")
        shares = [every[row - start - 1] if every else 1.0 for row in rows]
        return [(row, share / sum(shares)) for row, share in zip(rows, shares)]

    # Forward and back

    def _layers(self) -> list[tuple[str, str]]:
        """The names of the weights and biases of hidden layers."""
        if self.network == "factor":
            return []
        count = len(self.shape["hidden"].split(","))
        return [("hidden1.own", "hidden1.bias")] + [
            (f"hidden{n}.weight", f"hidden{n}.bias") for n in range(2, count + 1)]

    def _forward(self, weights: Mapping[str, Array], own: _Rows, common: _Rows) -> tuple[Array, _Pass]:
        """The scores of some items (n × 1), and what they came from."""
        summed = self.network == "factor"
        x = own.embedded(weights["embedding"], summed)
        u = common.embedded(weights["embedding"], summed) if common.fields else None
        hidden = [x]
        for number, (weight, bias) in enumerate(self._layers()):
            z = hidden[-1] @ weights[weight] + weights[bias]
            if number == 0 and u is not None:
                z = z + u @ weights["hidden1.common"]
            hidden.append(_activation(self.shape["activation"], z))
        scores = hidden[-1] @ weights["head.weight"] + weights["head.bias"]
        if summed and u is not None:
            scores = scores + x @ u.T
        return scores + self._linear(weights, own, common), _Pass(own, common, hidden, u)

    def _linear(self, weights: Mapping[str, Array], own: _Rows, common: _Rows) -> Array:
        if "linear" not in weights:
            return np.zeros((own.count, 1))
        sums = own.embedded(weights["linear"], True)
        return sums + common.embedded(weights["linear"], True) if common.fields else sums

    def _gradients(self, weights: Mapping[str, Array], run: _Pass, slope: Array) -> dict[str, Array]:
        """The gradients of all weights, for that of the scores (n × 1)."""
        found = {"head.weight": run.hidden[-1].T @ slope, "head.bias": slope.sum(0, keepdims=True)}
        back = slope @ weights["head.weight"].T
        back_common = np.zeros((1, 0))
        layers = self._layers()
        for number in range(len(layers) - 1, -1, -1):
            weight, bias = layers[number]
            back = back * _slope(self.shape["activation"], run.hidden[number + 1])
            found[weight], found[bias] = run.hidden[number].T @ back, back.sum(0, keepdims=True)
            if number == 0 and run.common_inputs is not None:
                found["hidden1.common"] = run.common_inputs.T @ back.sum(0, keepdims=True)
                back_common = back.sum(0, keepdims=True) @ weights["hidden1.common"].T
            back = back @ weights[weight].T
        summed = self.network == "factor"
        if summed and run.common_inputs is not None:
            back_common = slope.T @ run.hidden[0]
            back = back + slope @ run.common_inputs
        table = run.own.scattered(back, weights["embedding"].shape, summed)
        if run.common.fields:
            table += run.common.scattered(back_common, weights["embedding"].shape, summed)
        found["embedding"] = table
        if "linear" in weights:
            found["linear"] = run.own.scattered(slope, weights["linear"].shape, True)
            if run.common.fields:
                total = slope.sum(0, keepdims=True)
                found["linear"] += run.common.scattered(total, weights["linear"].shape, True)
        return found

    # Adapting

    def _adapted(self, support: _Rows, common: _Rows, targets: Array) -> dict[str, Array]:
        weights = dict(self.weights)
        count = len(targets)
        rate = float(self.options["inner-lr"]) * count / (count + float(self.options.get("shrinkage", 0)))
        for _ in range(int(self.options["steps"])):
            scores, run = self._forward(weights, support, common)
            gradients = self._gradients(weights, run, self._loss_slope(scores[:, 0], targets)[:, None])
            for name, gradient in gradients.items():
                if self._moves(name):
                    weights[name] = weights[name] - rate * gradient
        return weights

    def _moves(self, name: str) -> bool:
        if self.scope == "head":
            return name.startswith("head.")
        return self.scope == "all" or name not in ("embedding", "linear")

    def _loss_slope(self, scores: Array, targets: Array) -> Array:
        lowest, highest = self.scale
        if self.loss == "mse":
            return np.asarray(2 * (scores - targets) / len(targets))
        if self.loss == "mae":
            return np.asarray(np.sign(scores - targets) / len(targets))
        places = (targets - lowest) / max(highest - lowest, 1e-6)
        return np.asarray((1 / (1 + np.exp(-scores)) - places) / len(targets))

    def _predictions(self, scores: Array) -> Array:
        if self.loss == "bce" and self.is_of_ratings:
            lowest, highest = self.scale
            return np.asarray(lowest + (highest - lowest) / (1 + np.exp(-scores[:, 0])))
        return scores[:, 0]

    def _ridge(self, query: _Rows, support: _Rows, common: _Rows, targets: Array) -> Array:
        if self.loss != "mse":
            raise NotImplementedError("a ridge head of another loss than mse needs the library")
        prior, slope = (self.options.get(name, "yes") == "yes" for name in ("prior", "slope"))

        def features(rows: _Rows) -> tuple[Array, Array]:
            scores, run = self._forward(self.weights, rows, common)
            if not prior:
                scores = self.weights["head.bias"] + self._linear(self.weights, rows, common)
            return run.hidden[-1], scores

        (phi, base), (phi_query, base_query) = features(support), features(query)
        level = base.mean(0)

        def inputs(phi: Array, base: Array) -> Array:
            return np.hstack([phi, np.ones((len(phi), 1))] + ([base - level] if slope else []))

        x = inputs(phi, base)
        weight, intercept, tilt = np.exp(self.weights["ridge.log-lambda"][0])
        penalties = [weight] * phi.shape[1] + [intercept] + ([tilt] if slope else [])
        head = np.linalg.solve(x.T @ x + np.diag(penalties), x.T @ (targets[:, None] - base))
        return np.asarray(base_query + inputs(phi_query, base_query) @ head)


class _Rows:
    """Rows of the table that describe entities, with their weights: entry k belongs to field `field[k]` of `entity[k]`."""

    def __init__(self, count: int, fields: int, entries: list[tuple[int, int, int, float]]) -> None:
        self.count, self.fields = count, fields
        self.entity, self.field, self.row = (np.array([entry[at] for entry in entries], int) for at in range(3))
        self.weight = np.array([entry[3] for entry in entries], float)

    def embedded(self, table: Array, summed: bool) -> Array:
        """The embeddings of all fields, one behind the other or added up."""
        out = np.zeros((self.count, 1 if summed else self.fields, table.shape[1]))
        np.add.at(out, (self.entity, self.field * (not summed)), self.weight[:, None] * table[self.row])
        return out.reshape(self.count, -1)

    def scattered(self, gradient: Array, shape: tuple[int, ...], summed: bool) -> Array:
        """The gradient of the table, for that of what `embedded` gave."""
        parts = gradient.reshape(self.count, 1 if summed else self.fields, shape[1])
        out = np.zeros(shape)
        np.add.at(out, self.row, self.weight[:, None] * parts[self.entity, self.field * (not summed)])
        return out


class _Pass:
    """What a forward pass went through."""

    def __init__(self, own: _Rows, common: _Rows, hidden: list[Array], common_inputs: Array | None) -> None:
        self.own, self.common, self.hidden, self.common_inputs = own, common, hidden, common_inputs


def _described(line: str) -> tuple[str, dict[str, str]]:
    """`maml steps=5` as its name and its options."""
    name, *options = line.split(" ")
    return name, dict(option.split("=", 1) for option in options)


def _activation(name: str, z: Array) -> Array:
    if name == "relu":
        return np.maximum(z, 0)
    return np.tanh(z) if name == "tanh" else np.asarray(1 / (1 + np.exp(-z)))


def _slope(name: str, y: Array) -> Array:
    """The derivative of the activation, from its value."""
    if name == "relu":
        return (y > 0).astype(float)
    return 1 - y * y if name == "tanh" else y * (1 - y)
