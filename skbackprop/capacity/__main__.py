"""Measure capacity curves; write their table and figure.

    python -m skbackprop.capacity --n-features 5 25 100 --trials 1000 --out DIR

writes DIR/capacity.csv and DIR/capacity.png. Ctrl-C writes the rows finished by then.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support

from skbackprop.capacity import CapacityDisplay, capacity_curve
from skbackprop.capacity._trials import DISTRIBUTIONS


def parse_args(arguments):
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m skbackprop.capacity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--n-features", type=at_least_one, nargs="+", default=[5, 25, 100], metavar="N")
    add("--max-ratio", type=positive, default=4.0, help="largest P / D (default 4)")
    add("--n-ratios", type=at_least_one, default=16, help="points per curve (16)")
    add("--trials", type=at_least_one, default=1000, help="for each point (1000)")
    add("--data", choices=DISTRIBUTIONS, default="gaussian", help="(gaussian)")
    add("--affine", action="store_true", help="hyperplanes have an intercept")
    add("--n-jobs", type=int, help="worker processes, -1 for all cores (1)")
    add("--seed", type=int, default=0, help="of points and labels (0)")
    add("--out", type=Path, default=Path(), metavar="DIR", help="folder to write to")
    return parser.parse_args(arguments)


def at_least_one(text):
    """Return an argument as a positive int."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {value}")
    return value


def positive(text):
    """Return an argument as a positive, finite float."""
    value = float(text)
    if not 0 < value < np.inf:
        raise argparse.ArgumentTypeError(f"must be positive, got {text}")
    return value


def progress():
    """Return tqdm's progress bar, or None if tqdm is not installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        print("no progress bar: pip install tqdm", file=sys.stderr)
        return None
    return tqdm


def main(arguments=None):
    """Run the command line."""
    options = parse_args(arguments)
    check_matplotlib_support("python -m skbackprop.capacity")
    from matplotlib.figure import Figure

    options.out.mkdir(parents=True, exist_ok=True)
    ratios = options.max_ratio * np.arange(1, options.n_ratios + 1) / options.n_ratios
    curve = capacity_curve(
        n_features=options.n_features,
        n_points=ratios,
        n_trials=options.trials,
        data=options.data,
        affine=options.affine,
        n_jobs=options.n_jobs,
        progress=progress(),
        random_state=options.seed,
    )
    table, picture = options.out / "capacity.csv", options.out / "capacity.png"
    curve.to_csv(table, index=False)
    figure = Figure(layout="constrained")
    CapacityDisplay(curve).plot(figure.subplots())
    figure.savefig(picture, dpi=150)
    print(f"{len(curve)} rows: {table.resolve()}\nfigure: {picture.resolve()}")


if __name__ == "__main__":
    main()
