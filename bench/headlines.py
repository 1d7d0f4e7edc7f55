"""The README's table of systems: one row a system, with its picture and its one headline figure, taken from the rows of docs/acceptance.json."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# System; what it is; the figure; the author's preset and bound, and those of a better set-up, where there are any.
SYSTEMS = [
    ("optimizers", "eight optimizers race down a surface", "largest relative deviation from a float64 reference",
     ("author", "relativeDeviation"), None),
    ("logistic", "softmax regression on digits, or on a table of your own", "test error", ("author", "testError.adam"), ("fixed", "testError.adam")),
    ("mlp-digits", "one hidden layer reads digits", "error (author: validation, better: test)", ("author", "validationError.adam"), ("fixed", "testError")),
    ("lenet", "a convolutional network reads digits; draw your own", "test error", ("author", "testError"), ("modern", "testError")),
    ("heart", "a 2–64–1 network of tanh units learns a function of x and y", "root mean squared error", ("author", "rmse"), None),
    ("char-rnn", "an RNN, GRU or LSTM reads a text, then writes", "validation loss, nats a character",
     ("author", "bestValidationLoss ≤ 1.58 "), ("fixed", "bestValidationLoss")),
    ("gan-1d", "a generator and a discriminator on a line", "Jensen–Shannon divergence from the real samples", ("author", "jsDivergence"), None),
    ("gan-digits", "two dense networks make digits; the author's collapse", "entropy of the classes drawn, 2.30 at most",
     ("author", "classEntropy"), ("fixed", "classEntropy ≥ 2.0 ")),
    ("dcgan", "convolutional networks make digits, cartoon faces, or pictures like yours", "Fréchet distance, times smaller than at first",
     None, ("digits", "fidRatio ≥ 8.0 ")),
    ("vae", "an autoencoder whose codes are near N(0, 1)", "−ELBO on the test pictures, nats", None, ("standard", "negativeElbo ≤ 107.0 ")),
    ("vae-gan", "an autoencoder that a discriminator judges", "error in features, of a plain autoencoder's", None, ("digits", "featureErrorRatio")),
]


def table(kept):
    lines = ["| system | headline figure | author | better |", "|---|---|---|---|"]
    for system, what, figure, author, better in SYSTEMS:
        picture = f"docs/images/{system}.png"
        name = f"[`{system}`]({picture})" if (ROOT / picture).exists() else f"`{system}`"
        lines.append(f"| {name}: {what} | {figure} | {reached(kept, system, author)} | {reached(kept, system, better)} |")
    return "\n".join(lines) + "\n"


def reached(kept, system, wanted):
    """What the worst of the seeds reached."""
    if wanted is None:
        return ""
    preset, bound = wanted
    rows = [row for row in kept if row[:2] == [system, preset] and f"{row[3]} ".replace("@", " @").startswith(f"{bound.strip()} ")]
    values = [row[4] for row in rows if row[4] is not None]
    if not values:
        return "not run"
    worst = max(values) if "≤" in rows[0][3] else min(values)
    return f"{worst:.3g}" + ("" if all(row[5] for row in rows) else ", goal missed")
