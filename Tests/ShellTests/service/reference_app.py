"""What one would write without mrs: FastAPI and PyTorch adapt the same saved model. Started by measure.py as
`uvicorn reference_app:app` with the model and the items in MRS_MODEL and MRS_ITEMS (a JSON list of ids).
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


@app.post("/recommend")
def recommend(newcomer: Newcomer):
    rows = torch.tensor([places[item] for item in newcomer.ratings])
    wanted = torch.tensor(list(newcomer.ratings.values()))
    own = {name: array.detach().requires_grad_(name in adapting) for name, array in weights.items()}
    rate = lr * len(wanted) / (len(wanted) + shrinkage)
    for _ in range(steps):
        loss = ((scores(own, inputs[rows], residual[rows]) - wanted) ** 2).mean()
        for name, gradient in zip(adapting, torch.autograd.grad(loss, [own[name] for name in adapting], allow_unused=True)):
            if gradient is not None:
                own[name] = (own[name] - rate * gradient).detach().requires_grad_(True)
    with torch.no_grad():
        found = scores(own, inputs, residual)
        found[rows] = -torch.inf
        best = torch.topk(found, newcomer.count)
    low, high = model.scale
    return {"items": [
        {"item": items[place], "score": min(max(score, low), high)}
        for score, place in zip(best.values.tolist(), best.indices.tolist())]}
