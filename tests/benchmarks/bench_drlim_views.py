"""DrLIM without dissimilar pairs: VICReg on shifted digits, and its speed.

The digits of scikit-learn stand somewhere on a canvas of 14 x 14 pixels; views move
them, for the map with noise. Seven tenths are trained on, without labels. In the map
the nearest of these tells the class of the others (1-NN), and ridge regression the
shift (R^2). The speed is beside that of a torch loop with the same net, the same views
and Adam, eager, on one thread, in float32.
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import DrLIM
from skbackprop.datasets import make_shifted_digits
from tests.benchmarks.contestants import installed
from tests.benchmarks.measure import epoch_times, on_cores
from tests.benchmarks.report import Figure

SIZE, REACH = 14, 3  # of the canvas and of the shifts, in pixels
BATCH_SIZE = 256
N_COMPONENTS, HIDDEN, EXPANDER = 16, (256, 128), (128,)  # of the net that is timed
OF_MAP = {"hidden_layer_sizes": (512,), "expander": (256,)}
SHIFTS = [(i, j) for i in range(-REACH, REACH + 1) for j in range(-REACH, REACH + 1)]


def shifted_digits(seed=0):
    """Return pictures of all digits, each at a place of its own, class and place."""
    shifted = make_shifted_digits(SHIFTS, digits=range(10))
    n_digits = len(shifted.data) // len(SHIFTS)
    chosen = np.random.RandomState(seed).randint(len(SHIFTS), size=n_digits)
    rows = len(SHIFTS) * np.arange(n_digits) + chosen
    places = shifted.factors[["dx", "dy"]].to_numpy()
    return shifted.data[rows], shifted.target[rows], places[rows]


def move(X, random_state):
    """Return the pictures with the ink of each anywhere that it fits."""
    canvas = X.reshape(-1, SIZE, SIZE)
    steps = []
    for axis in (2, 1):
        ink = canvas.any(axis=axis)
        first, behind = ink.argmax(axis=1), ink[:, ::-1].argmax(axis=1)
        steps.append(random_state.randint(-first, behind + 1)[:, np.newaxis])
    i, j = ((np.arange(SIZE) - step) % SIZE for step in steps)
    rows = np.arange(len(X))[:, np.newaxis, np.newaxis]
    return canvas[rows, i[:, :, np.newaxis], j[:, np.newaxis]].reshape(X.shape)


def move_and_disturb(X, random_state):
    """Return the pictures moved, with noise."""
    noise = random_state.standard_normal(X.shape).astype(X.dtype)
    return move(X, random_state) + 0.1 * noise


def vicreg(n_components, n_epochs, **settings):
    """Return DrLIM that trains for so many epochs."""
    common = {"batch_size": BATCH_SIZE, "tol": None, "random_state": 0}
    return DrLIM(n_components, loss="vicreg", max_iter=n_epochs, **common, **settings)


def our_fit(X):
    """Return ``fit(n_epochs)`` of ours."""
    settings = {"hidden_layer_sizes": HIDDEN, "expander": EXPANDER, "views": move}
    return lambda n: vicreg(N_COMPONENTS, n, **settings).fit(X)


def torch_fit(X):
    """Return ``fit(n_epochs)`` of the same in torch."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    widths = [X.shape[1], *HIDDEN]

    def loss_of(x, y):
        value = 25 * nn.functional.mse_loss(x, y)
        for z in (x, y):
            z = z - z.mean(dim=0)
            deviation = torch.sqrt(z.var(dim=0) + 1e-4)
            value = value + 12.5 * nn.functional.relu(1 - deviation).mean()
            covariance = z.T @ z / (len(z) - 1)
            squares = covariance.square().sum() - covariance.diagonal().square().sum()
            value = value + squares / z.shape[1]
        return value

    def fit(n_epochs):
        torch.manual_seed(0)
        random_state = np.random.RandomState(0)
        layers = []
        for fan_in, fan_out in zip(widths, HIDDEN, strict=False):
            layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
        layers += [nn.Linear(HIDDEN[-1], N_COMPONENTS)]
        layers += [nn.Linear(N_COMPONENTS, EXPANDER[0])]
        model = nn.Sequential(*layers)
        adam = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
        for _ in range(n_epochs):
            views = [torch.from_numpy(move(X, random_state)) for _ in range(2)]
            for batch in torch.randperm(len(X)).split(BATCH_SIZE):
                z = model(torch.cat([view[batch] for view in views]))
                loss = loss_of(*z.chunk(2))
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()

    return fit


def speed_figures(X, quick):
    """Return the figure of the speed, contestants taking turns."""
    if not installed("torch"):
        return []
    fits = {"ours": our_fit(X), "torch": torch_fit(X)}
    with on_cores(1):
        times = epoch_times(fits, 1 if quick else 3, 0.5)
    print({name: f"{1000 * t:.1f} ms per epoch" for name, t in times.items()})
    return [
        Figure(
            "drlim",
            "vicreg: torch / ours, per epoch",
            times["torch"] / times["ours"],
            ">=",
            1,
        )
    ]


def quality_figures(X, y, places):
    """Return what maps know of the class, and of the shift."""
    X, X_test, *others = train_test_split(
        X, y, places, test_size=0.3, stratify=y, random_state=0
    )
    y, y_test, places, places_test = others
    maps = {
        "VICReg": vicreg(12, 250, views=move_and_disturb, **OF_MAP),
        "PCA": PCA(12, random_state=0),
    }
    found = {}
    for name, model in maps.items():
        Z = model.fit_transform(X)
        Z_test = model.transform(X_test)
        accuracy = KNeighborsClassifier(1).fit(Z, y).score(Z_test, y_test)
        ridge = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-3, 3, 13)))
        shift = r2_score(places_test, ridge.fit(Z, places).predict(Z_test))
        found[name] = 100 * accuracy, shift
        print(f"{name}: 1-NN {100 * accuracy:.1f} %, R2 of the shift {shift:.2f}")
    lead = found["VICReg"][0] - found["PCA"][0]
    return [
        Figure("drlim", "vicreg: 1-NN beyond PCA", lead, ">=", 15, "points"),
        Figure("drlim", "vicreg: R2 of the shift", found["VICReg"][1], "<=", 0.2),
    ]


def figures(quick):
    """Return all figures."""
    X, y, places = shifted_digits()
    return speed_figures(X, quick) + quality_figures(X, y, places)
