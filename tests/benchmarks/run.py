"""Measure speed, memory and test errors against their targets, one thread each.

    python -m tests.benchmarks                           everything, for the record
    python -m tests.benchmarks --only epochs --quick     a first look

The exit status is 0 whether targets are met or not: these are measurements.
"""

import argparse
import importlib

if __package__ in (None, ""):  # python tests/benchmarks/run.py
    from environment import restart_if_needed
else:
    from tests.benchmarks.environment import restart_if_needed

BENCHMARKS = (
    "epochs",
    "csr",
    "threads",
    "predict",
    "onnx",
    "fit_memory",
    "chunks",
    "search",
    "startup",
    "regularized",
    "residual",
    "recurrent",
    "steps",
    "unequal",
    "many_modules",
    "sequences",
    "ranking",
    "monomials",
    "expansion",
    "pooling",
    "separability",
    "capacity",
    "manifold",
    "drlim",
    "sdlm",
    "defaults",
    "practice",
    "tabular",
    "tabular_large",
    "mixed",
    "mnist_accuracy",
    "distributed",
)


def names_from(allowed):
    """Return an argparse type: a comma-separated list of allowed names."""

    def parse(text):
        names = text.split(",")
        unknown = set(names) - set(allowed)
        if unknown:
            raise argparse.ArgumentTypeError(
                f"unknown: {', '.join(unknown)}; one of {', '.join(allowed)}"
            )
        return names

    return parse


def parse_args():
    """Read the command line."""
    from tests.benchmarks.bench_epochs import PROBLEMS
    from tests.benchmarks.tabular_contestants import CONTESTANTS
    from tests.benchmarks.tabular_sets import SEEDS

    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        type=names_from(BENCHMARKS),
        default=BENCHMARKS,
        metavar="NAME[,NAME...]",
        help=f"benchmarks to run: {', '.join(BENCHMARKS)}",
    )
    parser.add_argument(
        "--problems",
        type=names_from(PROBLEMS),
        metavar="NAME[,NAME...]",
        help=f"problems of the benchmark epochs: {', '.join(PROBLEMS)}",
    )
    parser.add_argument(
        "--sets",
        type=names_from(SEEDS),
        metavar="NAME[,NAME...]",
        help=f"sets of the benchmark tabular: {', '.join(SEEDS)}",
    )
    parser.add_argument(
        "--contestants",
        type=names_from(CONTESTANTS),
        metavar="NAME[,NAME...]",
        help=f"contestants of tabular, tabular_large: {', '.join(CONTESTANTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="fewer, shorter repeats")
    parser.add_argument(
        "--full", action="store_true", help="chunks of gigabytes (chunks)"
    )
    parser.add_argument(
        "--data-dir",
        help="folder with load.py and the real data sets (csr, sequences, "
        "ranking, capacity, tabular, mnist_accuracy, distributed)",
    )
    parser.add_argument(
        "--ours",
        default="skbackprop:MLPClassifier",
        metavar="MODULE:CLASS",
        help="class under test; with scikit-learn's own every ratio must be about 1",
    )
    return parser.parse_args()


def main():
    """Run what the command line asks for and print every figure with its target."""
    restart_if_needed()
    options = parse_args()

    from tests.benchmarks.machine import describe
    from tests.benchmarks.report import figures_table

    print("\n".join(describe()))
    print(f"ours          {options.ours}")
    figures = []
    for name in options.only:
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        benchmark = importlib.import_module(f"tests.benchmarks.bench_{name}")
        print(benchmark.__doc__, flush=True)
        measured = list(benchmark.run(options))
        if measured:
            print("\n" + figures_table(measured), flush=True)
        figures += measured
    missed = [figure for figure in figures if not figure.met]
    print(f"\n{len(figures) - len(missed)} of {len(figures)} targets met")
    if missed:
        print(figures_table(missed))


if __name__ == "__main__":
    main()
