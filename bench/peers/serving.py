"""The peer of bench/serve: a model behind FastAPI and uvicorn, in the messages of the Open Inference Protocol.

    serving.py PORT SYSTEM STATE.safetensors
"""

import sys

import torch
import uvicorn
from fastapi import FastAPI
from safetensors.torch import load_file
from torch.nn.functional import conv2d, linear, max_pool2d

torch.set_num_threads(1)
system = sys.argv[2]
# Where several optimizers race, a lane's name follows the variable's; here there is one.
state = {name.split("@")[0]: value for name, value in load_file(sys.argv[3]).items()}
app = FastAPI()


def layer(name):
    return state[f"{name}/weight"], state[f"{name}/bias"]


if system == "gan-1d":
    layers = [layer(f"g/{i}") for i in (1, 2, 3)]
    mu, sigma = state["target/moments"].tolist()

    def model(z):
        for weights in layers:
            z = torch.tanh(linear(z, *weights))
        return {"x": 4 * sigma * z + mu}

elif system == "logistic":
    weights = layer("linear")

    def model(features):
        probabilities = linear(features, *weights).softmax(1)
        return {"probabilities": probabilities, "class": probabilities.argmax(1)}

else:
    convolutions, hidden, output = [layer("conv1"), layer("conv2")], layer("hidden"), layer("output")

    def model(image):
        x = image.reshape(-1, 1, 28, 28)
        for weights in convolutions:
            x = torch.tanh(max_pool2d(conv2d(x, *weights), 2))
        probabilities = linear(torch.tanh(linear(x.flatten(1), *hidden)), *output).softmax(1)
        return {"probabilities": probabilities, "class": probabilities.argmax(1)}


DATATYPES = {torch.float32: "FP32", torch.int64: "INT64"}


@app.post("/infer")
async def infer(request: dict):
    given = request["inputs"][0]
    with torch.inference_mode():
        outputs = model(torch.tensor(given["data"], dtype=torch.float32).reshape(given["shape"]))
    return {
        "model_name": system,
        "outputs": [
            {"name": name, "datatype": DATATYPES[value.dtype], "shape": list(value.shape), "data": value.flatten().tolist()}
            for name, value in outputs.items()
        ],
    }


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
