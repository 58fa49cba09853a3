"""Figures with their targets, printed as plain tables."""

from typing import NamedTuple

import pandas as pd


class Figure(NamedTuple):
    """One measured figure and the target that is set for it."""

    benchmark: str
    name: str
    measured: float
    relation: str  # ">=" or "<="
    target: float
    unit: str = ""

    @property
    def met(self):
        """Whether the target is met; a figure that is NaN never is."""
        if self.relation == ">=":
            return self.measured >= self.target
        return self.measured <= self.target


def figures_table(figures):
    """Return the table of figures as text."""
    rows = [
        {
            "benchmark": figure.benchmark,
            "figure": figure.name,
            "measured": f"{figure.measured:.4g} {figure.unit}",
            "target": f"{figure.relation} {figure.target:g} {figure.unit}",
            "verdict": "met" if figure.met else "NOT met",
        }
        for figure in figures
    ]
    return as_text(pd.DataFrame(rows))


def as_text(frame):
    """Return a frame as text, without its index."""
    return frame.to_string(index=False, float_format="{:.4g}".format)


def as_line(row):
    """Return a row as text, for whoever waits."""
    return " ".join(
        f"{value:.6g}" if isinstance(value, float) else str(value)
        for value in row.values()
    )
