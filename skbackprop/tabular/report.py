"""The report of the choices of a fit."""

import numpy as np

from skbackprop.tabular.recipe import WAVE_ENDS


def write_report(estimator):
    """Return the report of a fitted tabular estimator."""
    return "\n".join(
        [
            *_about_members(estimator),
            *_about_pilots(estimator),
            "",
            *_about_columns(estimator.table_),
        ]
    )


def _about_members(estimator):
    counts = {view: estimator.views_.count(view) for view in estimator.views_}
    views = ", ".join(f"{n} {view}" for view, n in counts.items())
    yield f"{type(estimator).__name__}: {len(estimator.views_)} networks ({views})"
    yield f"epochs: {estimator.n_iter_} ({estimator.stop_:.2f} of the schedule)"
    for number, net in enumerate(estimator.estimators_, start=1):
        if net.validation_scores_ is not None:
            best = 1 + np.argmax(net.validation_scores_)
            yield (
                f"network {number} held rows out: best in epoch {best} of {net.n_iter_}"
            )
    if hasattr(estimator, "temperature_"):
        yield f"temperature: {estimator.temperature_:.2f}"


def _about_pilots(estimator):
    for view, losses in estimator.pilots_.items():
        ends = ", ".join(
            f"{loss:.4f} at {end:.2f}"
            for loss, end in zip(losses, WAVE_ENDS, strict=True)
        )
        yield f"on trial, {view}: loss on rows held out {ends} of its schedule"


def _about_columns(table):
    rows = table.report()
    names = list(rows[0])
    cells = [names, *([_word(row[name]) for name in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        pairs = zip(row, widths, strict=True)
        yield "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()


def _word(value):
    return "" if value is None else str(value)
