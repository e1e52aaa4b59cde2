"""What one would write without mrs: FastAPI and PyTorch adapt the same saved model. Started by measure.py as
`uvicorn reference_app:app` with the model and the items in MRS_MODEL and MRS_ITEMS (a JSON list of ids).

It is written the usual way; with MRS_TUNED=1 the products go into memory that is kept, biases and relu into the
products, the steps are taken in place, and no thread is changed.
"""

import json
import os

import metarec
import torch
from fastapi import FastAPI
from pydantic import BaseModel

torch.set_num_threads(1)
model = metarec.read_model(os.environ["MRS_MODEL"])
with open(os.environ["MRS_ITEMS"], encoding="utf-8") as file:
    catalogue = json.load(file)
items = list(catalogue)
places = {item: place for place, item in enumerate(items)}
assert model.algorithm == "maml" and model.network == "mlp" and model.shape["activation"] == "relu"


def tensor(array):
    return torch.tensor(array, dtype=torch.float32)


# What does not depend on who asks is computed once: the embeddings do not adapt.
encoded = model._encoded([{**catalogue[item], "item": item} for item in items], "item")
inputs = tensor(encoded.embedded(model.weights["embedding"], False))
common = model._encoded([{"item": None}], "user")
shared = tensor(common.embedded(model.weights["embedding"], False)) if common.fields else None
residual = tensor(model._linear(model.weights, encoded, common))
weights = {name: tensor(array) for name, array in model.weights.items()}
layers = model._layers()
adapting = [name for name in weights if model._moves(name)]
steps, lr = int(model.options["steps"]), float(model.options["inner-lr"])
shrinkage = float(model.options.get("shrinkage", 0))


def scores(own, x, extra):
    for number, (weight, bias) in enumerate(layers):
        z = x @ own[weight] + own[bias]
        if number == 0 and shared is not None:
            z = z + shared @ own["hidden1.common"]
        x = torch.relu(z)
    return (x @ own["head.weight"] + own["head.bias"] + extra)[:, 0]


class Newcomer(BaseModel):
    ratings: dict[str, float]
    count: int = 10


app = FastAPI()


def answer(found, rows, count):
    found[rows] = -torch.inf
    best = torch.topk(found, count)
    low, high = model.scale
    return {"items": [
        {"item": items[place], "score": min(max(score, low), high)}
        for score, place in zip(best.values.tolist(), best.indices.tolist())]}


def read(newcomer):
    rows = torch.tensor([places[item] for item in newcomer.ratings])
    return rows, torch.tensor(list(newcomer.ratings.values())), lr * len(rows) / (len(rows) + shrinkage)


def recommend(newcomer: Newcomer):
    rows, wanted, rate = read(newcomer)
    own = {name: array.detach().requires_grad_(name in adapting) for name, array in weights.items()}
    for _ in range(steps):
        loss = ((scores(own, inputs[rows], residual[rows]) - wanted) ** 2).mean()
        for name, gradient in zip(adapting, torch.autograd.grad(loss, [own[name] for name in adapting], allow_unused=True)):
            if gradient is not None:
                own[name] = (own[name] - rate * gradient).detach().requires_grad_(True)
    with torch.no_grad():
        return answer(scores(own, inputs, residual), rows, newcomer.count)


# The same in as little time as this takes without writing derivatives or C by hand.
whole = [*layers, ("head.weight", "head.bias")]
kept = [torch.empty(len(items), weights[weight].shape[1]) for weight, _ in whole]


def forward(own, x, out=None):
    for number, (weight, bias) in enumerate(whole):
        x = torch.addmm(own[bias], x, own[weight], out=out[number] if out else None)
        if number + 1 < len(whole):
            x = x.relu_() if out else x.relu()
    return x[:, 0]


async def recommend_tuned(newcomer: Newcomer):
    rows, wanted, rate = read(newcomer)
    own = {name: weights[name].clone().requires_grad_() for name in adapting}
    moving = list(own.values())
    x, rest = inputs[rows], residual[rows, 0] - wanted
    for _ in range(steps):
        loss = (forward(own, x) + rest).square().mean()
        gradients = torch.autograd.grad(loss, moving)
        with torch.no_grad():
            torch._foreach_sub_(moving, gradients, alpha=rate)
    with torch.inference_mode():
        return answer(forward(own, inputs, kept) + residual[:, 0], rows, newcomer.count)


tuned = os.environ.get("MRS_TUNED") == "1"
assert not tuned or (shared is None and set(adapting) == {name for layer in whole for name in layer})
app.post("/recommend")(recommend_tuned if tuned else recommend)
