"""Keeps the net that judges digits: one checkpoint of `lenet`, preset `modern`, without what only its training needs."""

import json
import struct
import urllib.request
from pathlib import Path

RESOURCE = Path(__file__).resolve().parent.parent / "src/main/resources/dev/tenth/recipes/cnn/digit-scorer.safetensors"
LAYERS = ("conv1/", "conv2/", "hidden/", "output/")


def keep(base, run):
    """Writes the last checkpoint of a run that succeeded as a resource, with what it comes from in its metadata."""
    data = next(data for data in get(f"{base}/datasets")["items"] if data["id"] == run["params"]["data"])
    steps = [checkpoint["step"] for checkpoint in get(f"{base}/runs/{run['id']}/checkpoints")["items"]]
    request = urllib.request.Request(f"{base}/runs/{run['id']}/checkpoints/{max(steps)}", headers={"Accept": "application/octet-stream"})
    with urllib.request.urlopen(request) as answer:
        file = answer.read()
    length, = struct.unpack("<Q", file[:8])
    header, body = json.loads(file[8:8 + length]), file[8 + length:]
    told = {"recipe": run["recipe"], "preset": run["preset"], "seed": str(run["seed"]), "step": str(max(steps)),
            "testError": str(run["metrics"]["testError"]), "data": data["id"], "dataSha256": data["sha256"]}
    write(told, {name: (about, body[slice(*about["data_offsets"])]) for name, about in header.items() if name.startswith(LAYERS)})


def write(told, tensors):
    header, data = {"__metadata__": told}, b""
    for name, (about, content) in sorted(tensors.items()):
        header[name] = {**about, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    RESOURCE.parent.mkdir(parents=True, exist_ok=True)
    RESOURCE.write_bytes(struct.pack("<Q", len(text)) + text + data)


def get(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)
