"""The peer of bench/serve: a generator of gan-1d behind FastAPI and uvicorn, in the messages of the Open Inference Protocol.

    serving.py PORT STATE.safetensors
"""

import sys

import torch
import uvicorn
from fastapi import FastAPI
from safetensors.torch import load_file

torch.set_num_threads(1)
state = load_file(sys.argv[2])
layers = [(state[f"g/{i}/weight"], state[f"g/{i}/bias"]) for i in (1, 2, 3)]
mu, sigma = state["target/moments"].tolist()
app = FastAPI()


@torch.inference_mode()
def generate(z):
    for weight, bias in layers:
        z = torch.tanh(torch.nn.functional.linear(z, weight, bias))
    return 4 * sigma * z + mu


@app.post("/infer")
async def infer(request: dict):
    z = request["inputs"][0]
    x = generate(torch.tensor(z["data"], dtype=torch.float32).reshape(z["shape"]))
    output = {"name": "x", "datatype": "FP32", "shape": list(x.shape), "data": x.flatten().tolist()}
    return {"model_name": "gan-1d", "outputs": [output]}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)
