"""The peer's side of the comparison, in PyTorch eager as one would write it: steps.py SYSTEM THREADS FILE.

Takes weights and batch from FILE, runs a few steps and prints their results; then, for each number n on standard input,
prints the seconds that n steps took. Other scripts take a system's step from here: what it computes at once goes through
`wrap`, which may compile it.
"""

import sys
import time

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

CHECKED_STEPS = 5


def take(layer, state, name):
    """A layer with the given weights."""
    layer.weight.data.copy_(state[f"{name}/weight"])
    layer.bias.data.copy_(state[f"{name}/bias"])
    return layer


def layers(state, name, sizes):
    """A dense network with tanh between its layers and the given weights."""
    modules = []
    for i in range(len(sizes) - 1):
        modules += [take(nn.Linear(sizes[i], sizes[i + 1]), state, f"{name}/{i + 1}"), nn.Tanh()]
    return nn.Sequential(*modules[:-1])


def as_it_is(function):
    return function


def gan(state, wrap=as_it_is):
    d = layers(state, "d", [1, 6, 6, 1])
    g = layers(state, "g", [20, 6, 6, 1])
    real, z = state["data/real"], state["data/z"]
    adam_d = torch.optim.Adam(d.parameters(), 1e-3)
    adam_g = torch.optim.Adam(g.parameters(), 1e-3)
    loss_of = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)

    def generate():
        return torch.tanh(g(z)) * 8 + 4

    labels = torch.cat([ones, zeros])
    d_loss = wrap(lambda: loss_of(d(torch.cat([real, generate().detach()])), labels))
    g_loss = wrap(lambda: loss_of(d(generate()), ones))
    update_d, update_g = wrap(adam_d.step), wrap(adam_g.step)

    def step():
        for _ in range(10):
            adam_d.zero_grad()
            d_loss().backward()
            update_d()
        adam_g.zero_grad()
        loss = g_loss()
        loss.backward()
        update_g()
        return [loss.detach()]

    return step


def lstm(state, hidden):
    net = nn.LSTM(63, hidden, 2)
    for i in range(2):
        getattr(net, f"weight_ih_l{i}").data.copy_(state[f"rnn/{i}/input"])
        getattr(net, f"weight_hh_l{i}").data.copy_(state[f"rnn/{i}/recurrent"])
        getattr(net, f"bias_ih_l{i}").data.copy_(state[f"rnn/{i}/input_bias"])
        getattr(net, f"bias_hh_l{i}").data.copy_(state[f"rnn/{i}/recurrent_bias"])
    return net, take(nn.Linear(hidden, 63), state, "output")


def char_rnn(state, hidden, wrap=as_it_is):
    net, output = lstm(state, hidden)
    parameters = list(net.parameters()) + list(output.parameters())
    adam = torch.optim.Adam(parameters, 2e-3)
    text = state["data/text"]

    def read():
        outputs, _ = net(F.one_hot(text[:-1], 63).float())
        return F.cross_entropy(output(outputs).reshape(-1, 63), text[1:].reshape(-1))

    def change():
        nn.utils.clip_grad_norm_(parameters, 5)
        adam.step()

    loss_of, update = wrap(read), wrap(change)

    def step():
        adam.zero_grad()
        loss = loss_of()
        loss.backward()
        update()
        return [loss.detach()]

    return step


def generation(state, hidden, wrap=as_it_is):
    net, output = lstm(state, hidden)
    draws = state["data/draws"]
    last, carried = torch.zeros(1, dtype=torch.int64), None

    @torch.no_grad()
    def step():
        nonlocal last, carried
        symbols = []
        for draw in draws:
            read, carried = net(F.one_hot(last, 63).float().reshape(1, 1, 63), carried)
            sums = output(read[0]).softmax(1).cumsum(1)
            last = (sums[:, :-1] <= draw).sum(1)
            symbols.append(last)
        return symbols

    return step


def lenet(state, wrap=as_it_is):
    # Ours pools before tanh, which gives the same for less work: so does this, lest the order be what is compared.
    net = nn.Sequential(
        take(nn.Conv2d(1, 20, 5), state, "conv1"), nn.MaxPool2d(2), nn.Tanh(),
        take(nn.Conv2d(20, 50, 5), state, "conv2"), nn.MaxPool2d(2), nn.Tanh(),
        nn.Flatten(),
        take(nn.Linear(50 * 4 * 4, 500), state, "hidden"), nn.Tanh(),
        take(nn.Linear(500, 10), state, "output"))
    sgd = torch.optim.SGD(net.parameters(), .1)
    pictures, labels = state["data/pictures"], state["data/labels"]
    loss_of, update = wrap(lambda: F.cross_entropy(net(pictures), labels)), wrap(sgd.step)

    def step():
        sgd.zero_grad()
        loss = loss_of()
        loss.backward()
        update()
        return [loss.detach()]

    return step


def dcgan(state, wrap=as_it_is):
    widths = [256, 128, 64, 32, 3]
    modules = [take(nn.Linear(100, 256 * 4 * 4), state, "g/0"), nn.Unflatten(1, (256, 4, 4))]
    for i in range(4):
        modules += [
            take(nn.BatchNorm2d(widths[i]), state, f"g/norm{i}"), nn.ReLU(True),
            take(nn.ConvTranspose2d(widths[i], widths[i + 1], 4, 2, 1), state, f"g/{i + 1}")]
    g = nn.Sequential(*modules, nn.Tanh())
    widths.reverse()
    modules = []
    for i in range(4):
        modules.append(take(nn.Conv2d(widths[i], widths[i + 1], 4, 2, 1), state, f"d/{i}"))
        if i > 0:
            modules.append(take(nn.BatchNorm2d(widths[i + 1]), state, f"d/norm{i}"))
        modules.append(nn.LeakyReLU(.2, True))
    d = nn.Sequential(*modules, nn.Flatten(), take(nn.Linear(256 * 4 * 4, 1), state, "d/head"))
    real, z = state["data/real"], state["data/z"]
    adam_d = torch.optim.Adam(d.parameters(), 2e-4, (.5, .999))
    adam_g = torch.optim.Adam(g.parameters(), 2e-4, (.5, .999))
    loss_of = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)

    generate = wrap(lambda: g(z))
    d_loss_of = wrap(lambda fake: loss_of(d(real), ones) + loss_of(d(fake.detach()), zeros))
    g_loss_of = wrap(lambda fake: loss_of(d(fake), ones))
    update_d, update_g = wrap(adam_d.step), wrap(adam_g.step)

    def step():
        fake = generate()
        adam_d.zero_grad()
        d_loss = d_loss_of(fake)
        d_loss.backward()
        update_d()
        adam_g.zero_grad()
        g_loss = g_loss_of(fake)
        g_loss.backward()
        update_g()
        return [d_loss.detach(), g_loss.detach()]

    return step


def step_of(system, state, wrap=as_it_is):
    """The step of a system with the given weights and batch; it gives its losses as tensors."""
    name, _, hidden = system.rpartition("-")
    alone = {"gan-1d": gan, "lenet": lenet, "dcgan-64": dcgan}
    return alone[system](state, wrap) if system in alone else {"char-rnn": char_rnn, "generation": generation}[name](state, int(hidden), wrap)


def main():
    system, threads, file = sys.argv[1:]
    torch.set_num_threads(int(threads))
    step = step_of(system, load_file(file))
    results = [result for _ in range(CHECKED_STEPS) for result in step()]
    print("results", *[result.item() for result in results], flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            for result in step():
                result.item()
        print("seconds", time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
