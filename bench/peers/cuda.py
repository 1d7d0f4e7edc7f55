"""Checks and times exported programs on a GPU: cuda.py FOLDER [--out FILE] [--only PRESET|SYSTEM …] [--no-compile].

FOLDER is what bench/export wrote for this device. Every preset's programs make the calls that were recorded on a CPU; their results
are compared with the CPU's (the random numbers come from the CPU's generator there), operators that compute elsewhere than on the
device are named, and synchronisations of host and device are counted. Then the systems of bench/run are timed beside the same model
in PyTorch eager and compiled by torch.compile, in turns, from the same weights. A last table tells what CUDA graphs would bring.
"""

import argparse
import importlib.util
import json
import re
import statistics
import subprocess
import sys
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

# This folder is not where modules come from: NVIDIA's package has the name of this file.
sys.path.pop(0)

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch.utils._python_dispatch import TorchDispatchMode

specification = importlib.util.spec_from_file_location("steps", Path(__file__).with_name("steps.py"))
steps = importlib.util.module_from_spec(specification)
specification.loader.exec_module(steps)

# After this many steps results have to agree with the CPU's within this.
BOUND, BOUND_UNTIL = 1e-3, 5
ROUNDS, ROUND_STEPS = 5, 40
# So many elements of a tensor are noted at most: every k-th.
NOTED = 256
TYPES = {"float32": torch.float32, "float64": torch.float64, "int64": torch.int64, "uint8": torch.uint8, "bool": torch.bool}
SYSTEMS = ["gan-1d", "char-rnn-512", "generation-512", "lenet", "dcgan-64"]
# Makes what is on the host by its nature: the numbers that a call is given.
HOST_OPERATORS = {"aten::select", "aten::_local_scalar_dense", "aten::lift_fresh"}


class Program:
    """A program with its variables on a device; it is called as the service calls it."""

    def __init__(self, file, variables, device):
        self.module = torch.jit.load(file, map_location=device)
        self.variables = variables
        self.names = list(variables)
        if variables:
            self.module.bind(list(variables.values()), torch.zeros(1, dtype=torch.int64))

    def call(self, method, integers, numbers, inputs):
        return getattr(self.module, method)(
            torch.tensor(integers or [0], dtype=torch.int64), torch.tensor(numbers or [0.0], dtype=torch.float64), *inputs)

    def put(self, name, value):
        self.variables[name].copy_(value)


class Elsewhere(TorchDispatchMode):
    """Notes the operators whose results are not on the device, and counts all."""

    def __init__(self, device):
        super().__init__()
        self.device, self.found, self.calls = torch.device(device), Counter(), 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        results = function(*args, **(kwargs or {}))
        self.calls += 1
        for tensor in results if isinstance(results, (tuple, list)) else [results]:
            if isinstance(tensor, torch.Tensor) and tensor.device.type != self.device.type and function._schema.name not in HOST_OPERATORS:
                self.found[str(function)] += 1
        return results


class Preset:
    """A recorded preset."""

    def __init__(self, folder, values, device):
        self.folder, self.values, self.device = folder, values, device
        self.record = json.loads((folder / "record.json").read_text())
        self.tensors = load_file(folder / "tensors.safetensors")  # its keys are those of the record

    def programs(self, kind, nudged=False):
        """Its programs as they are before the first step; nudged: each weight changed in its last bit, up or down."""
        programs, coin = [], torch.Generator().manual_seed(1)
        for number, card in enumerate(self.record["programs"]):
            variables = {}
            for variable in card["variables"]:
                value = self.values[variable["value"]].to(TYPES[variable["type"]]) if variable["value"] else torch.zeros(variable["shape"], dtype=TYPES[variable["type"]])
                if nudged and variable["role"] == "PARAMETER":
                    value = value * (1 + (torch.randint(2, value.shape, generator=coin) * 2 - 1) * 2.0**-23)
                variables[variable["name"]] = value.reshape(variable["shape"]).to(self.device, copy=True)
            programs.append(Program(str(self.folder / f"{kind}-{number}.pt"), variables, self.device))
        return programs

    def step(self, programs, calls):
        """Makes a step's calls; gives method, name, our and the CPU's value of each result."""
        results = []
        for call in calls:
            program = programs[call["program"]]
            inputs = [self.tensors[key].to(self.device) for key in call["inputs"]]
            if call["method"]:
                outputs = program.call(call["method"], list(call["integers"].values()), list(call["numbers"].values()), inputs)
                results += [(call["method"], name, output, self.tensors[key]) for (name, key), output in zip(call["outputs"].items(), outputs, strict=True)]
            else:
                program.put(call["puts"], inputs[0])
        return results

    def nudged(self):
        """The same from weights that differ in their last bits: what rounding alone makes of it."""
        return self.check(nudged=True)

    def check(self, nudged=False):
        """
        The largest difference of results and of groups of variables after 1, 5 and 20 steps. All parameters are one group: a bias
        before a normalisation has no gradient but rounding, of which Adam makes full steps, on each machine others.
        """
        programs, worst = self.programs("check", nudged), {}
        for step in self.record["steps"]:
            groups = {}
            for call, name, ours, theirs in self.step(programs, step["calls"]):
                groups[f"{call}.{name}"] = [(ours, theirs)]
            for number, program in enumerate(programs):
                roles = {card["name"]: card["role"] for card in self.record["programs"][number]["variables"]}
                for name in program.names:
                    noted = self.tensors.get(f"after/{step['step']}/{number}/{name}")
                    if noted is not None:
                        group = "parameters" if roles[name] == "PARAMETER" else "/".join(name.split("/")[:2])
                        groups.setdefault(group, []).append((program.variables[name], noted))
            worst[step["step"]] = max(((difference(pairs), name) for name, pairs in groups.items()), default=(0.0, ""))
        return {last: max(found for step, found in worst.items() if step <= last) for last in (1, 5, 20)}

    def watch(self):
        """Of the program as it is: what computes elsewhere, operators a step, and where the host waits, by method."""
        programs = self.programs("program")
        all_steps = self.record["steps"]
        for step in all_steps[:10]:
            self.step(programs, step["calls"])
        with Elsewhere(self.device) as elsewhere:
            for step in all_steps[10:12]:
                self.step(programs, step["calls"])
        waited = {}
        for step in all_steps[12:]:
            for call in step["calls"]:
                if call["method"]:
                    inputs = [self.tensors[key].to(self.device) for key in call["inputs"]]
                    found = waits(lambda: programs[call["program"]].call(
                        call["method"], list(call["integers"].values()), list(call["numbers"].values()), inputs), self.device)
                    if sum(found.values()) >= sum(waited.get(call["method"], {}).values()):
                        waited[call["method"]] = found
        return {"elsewhere": dict(elsewhere.found), "operators": elsewhere.calls // 2, "waits": {method: found for method, found in waited.items() if found}}

    def again(self):
        """Whether the same steps, made twice with the device's own random numbers, give the same bits; else the variables that differ."""
        results = []
        for _ in range(2):
            programs = self.programs("program")
            for step in self.record["steps"]:
                self.step(programs, step["calls"])
            results.append({(number, name): program.variables[name].clone() for number, program in enumerate(programs) for name in program.names})
        first, second = results
        differing = [name for (number, name), value in first.items() if not torch.equal(value.nan_to_num(), second[number, name].nan_to_num())]
        return {"same bits": not differing, "differing": differing[:4]}


def difference(pairs):
    """‖ours − theirs‖ / ‖theirs‖ over all pairs; where one is no number both have to be. Of whole numbers, the share that differs."""
    gap = size = 0.0
    for ours, theirs in pairs:
        ours, theirs = ours.detach().reshape(-1), theirs.reshape(-1)
        ours = ours[::max(1, -(-ours.numel() // NOTED))].cpu()
        if not ours.dtype.is_floating_point:
            gap, size = gap + (ours != theirs).sum().item(), size + max(1, ours.numel())
            continue
        both = torch.isnan(ours) & torch.isnan(theirs)
        ours, theirs = ours.double()[~both], theirs.double()[~both]
        gap, size = gap + (ours - theirs).square().sum().item(), size + theirs.square().sum().item()
    return (gap / max(size, 1e-12)) ** .5


class Waits(TorchDispatchMode):
    """Counts, by operator, how often the host waits for the device."""

    def __init__(self):
        super().__init__()
        self.found = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            results = function(*args, **(kwargs or {}))
        self.found[str(function)] += sum("synchronizing" in str(warning.message) for warning in caught)
        return results


def waits(call, device):
    """The operators of a call at which the host waits for the device, and how often."""
    if torch.device(device).type != "cuda":
        call()
        return {}
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with Waits() as mode:
            call()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return {operator: count for operator, count in mode.found.items() if count}


def start(file):
    """
    What a system starts from: the names of its variables, all tensors of its file and those that are not in it, and how it is called.
    float32 may be shortened in the file, slots and states are zero, and the weights of recurrent nets are drawn here.
    """
    state = {name: tensor.float() if tensor.dtype == torch.bfloat16 else tensor for name, tensor in load_file(file).items()}
    with safe_open(file, "pt") as opened:
        call = opened.metadata()
    names, generator = [], torch.Generator().manual_seed(1)
    for variable in call["variables"].split():
        name, kind, shape = re.fullmatch(r"(.+):(\w+)\[(.*)\]", variable).groups()
        names.append(name)
        if name not in state:
            state[name] = torch.zeros([int(size) for size in shape.split(",") if size], dtype=TYPES[kind])
            if name.startswith(("rnn/", "output/")):
                state[name].uniform_(-.08, .08, generator=generator)
    return names, state, call


def ours(folder, system, device):
    """Our step of a system."""
    names, state, call = start(folder / "systems" / f"{system}.safetensors")
    program = Program(str(folder / "systems" / f"{system}.pt"), {name: state[name].to(device, copy=True) for name in names}, device)
    if call["prepare"]:
        program.call(call["prepare"], [], [], [])
    inputs = [state[f"data/{name}"].to(device) for name in call["inputs"].split()]
    method = getattr(program.module, call["method"])
    integers = torch.zeros(1, dtype=torch.int64)
    numbers = torch.tensor([float(number) for number in call["numbers"].split()] or [0.0], dtype=torch.float64)
    return lambda: method(integers, numbers, *inputs)


def peer(folder, system, device, wrap=steps.as_it_is):
    _, state, _ = start(folder / "systems" / f"{system}.safetensors")
    state = {name: tensor.to(device) for name, tensor in state.items()}
    with torch.device(device):
        return steps.step_of(system, state, wrap)


def in_graph(step):
    """The same step, captured once and replayed."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()

    def replay(_=step):  # the graph's memory is the step's
        graph.replay()

    return replay


def seconds(step, count, device):
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()
    begin = time.perf_counter()
    for _ in range(count):
        step()
    if torch.device(device).type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - begin) / count


def driver():
    asked = subprocess.run(["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"], capture_output=True, text=True)
    return asked.stdout.split("\n")[0]


def peak_mb(make, device):
    """Of the side alone: its weights, and its steps at their largest."""
    if torch.device(device).type != "cuda":
        return make(), float("nan")
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    step = make()
    for _ in range(5):
        step()
    torch.cuda.synchronize()
    return step, (torch.cuda.max_memory_allocated() - before) / 2**20


def compare_times(folder, system, device, asked):
    cuda = torch.device(device).type == "cuda"
    count, rounds = (ROUND_STEPS, ROUNDS) if cuda else (2, 1)
    makers = {
        "ours": lambda: ours(folder, system, device),
        "eager": lambda: peer(folder, system, device),
    }
    if not asked.no_compile and not system.startswith("generation"):  # its loop in Python is what takes the time
        makers["compiled"] = lambda: peer(folder, system, device, torch.compile)
    if cuda:
        makers["ours in a graph"] = lambda: in_graph(ours(folder, system, device))
    first = {"ours": [], "eager": []}
    for name, values in first.items():
        step = makers[name]()
        values += [float(value) for _ in range(5) for result in step() for value in result.reshape(-1).tolist()]
    gaps = [abs(a - b) / max(1, abs(b)) for a, b in zip(first["ours"], first["eager"], strict=True)]
    sides, peaks, faults = {}, {}, {}
    for name, make in makers.items():
        try:
            sides[name], peaks[name] = peak_mb(make, device)
            seconds(sides[name], 20, device)
        except Exception as fault:  # a side that cannot be had is reported, the others are timed
            sides.pop(name, None)
            faults[name] = f"{type(fault).__name__}: {str(fault)[:300]}"
    times = {name: [] for name in sides}
    for _ in range(rounds):
        for name, step in sides.items():
            times[name].append(seconds(step, count, device))
    return {
        "ms": {name: 1e3 * statistics.median(values) for name, values in times.items()}, "peak MB": peaks,
        "first gap": gaps[0], "largest gap": max(gaps), "faults": faults}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="write all that is found to this file")
    parser.add_argument("--only", nargs="*", help="the presets and systems to take; all if it is not given")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    asked = parser.parse_args()
    folder, taken = asked.folder, lambda name: asked.only is None or name in asked.only
    # As the service has it: libtorch's optimizing executor would run the first calls otherwise than the later ones.
    torch._C._set_graph_executor_optimize(False)
    values = load_file(folder / "values.safetensors")
    presets = sorted(path.parent for path in folder.glob("*/record.json"))
    device = json.loads((presets[0] / "record.json").read_text())["device"]
    cuda = torch.device(device).type == "cuda"
    found = {
        "date": time.strftime("%Y-%m-%d"), "device": torch.cuda.get_device_name(device) if cuda else device, "driver": driver() if cuda else "", "torch": torch.__version__, "cuda": torch.version.cuda,
        "presets": {}, "systems": {}}
    # As the service has it, and convolutions in full float32, as the CPU's; what is timed has PyTorch's defaults.
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.allow_tf32 = False
    for place in presets:
        preset, row = Preset(place, values, device), {}
        name = preset.record["name"]
        if not taken(name):
            continue
        for part in ("check", "nudged", "watch", "again"):
            try:
                row[part] = getattr(preset, part)()
            except Exception as fault:  # the other presets are checked as well
                row[part] = {"fault": f"{type(fault).__name__}: {str(fault)[-600:]}"}
                traceback.print_exc(limit=2)
        found["presets"][name] = row
        print(name, json.dumps(row), flush=True)
        if asked.out:
            asked.out.write_text(json.dumps(found, indent=1))
    torch.backends.cudnn.deterministic = False
    torch.backends.cudnn.allow_tf32 = True
    for system in filter(taken, SYSTEMS):
        begin = time.perf_counter()
        try:
            found["systems"][system] = compare_times(folder, system, device, asked)
        except Exception as fault:
            found["systems"][system] = {"fault": f"{type(fault).__name__}: {str(fault)[-600:]}"}
            traceback.print_exc(limit=3)
        print(system, json.dumps(found["systems"][system]), f"{time.perf_counter() - begin:.0f} s", flush=True)
        if asked.out:
            asked.out.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
