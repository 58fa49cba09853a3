"""Kernels of modules that combine signals, made from the formulas of the modules."""

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import where

# The fields of each input: values, stride, width, adjoint, whether to add to it.
_INPUTS = [
    [
        getattr(Module, f"{field}{number}")
        for field in ("x", "ldx", "width_x", "dx", "add_dx")
    ]
    for number in ("", "2", "3")
]


def make_forward_combination(module, bits):
    """Return the kernel of y = f(x, x2, ...) for a ``Combination``.

    y may have the place of an input of equal width. If the field ``add_y`` is 1, f is
    added to the existing values.
    """

    def forward(code, row, context, scalars):
        y = code.vectors(row[Module.y])
        with code.range(context[Context.n_rows]) as r:
            inputs = _inputs_of_row(code, row, module, r)
            y_row = y.from_(r * row[Module.ldy])
            with code.range(row[Module.width_y], step=code.lanes) as j:
                value = module.value(*(x[j] for x in inputs), xp)
                y_row[j] = where(row[Module.add_y] != 0, y_row[j] + value, value)

    return kernel(forward, bits)


def make_backward_combination(module, bits):
    """Return the kernel of dx (+)= dy df/dx, dx2 (+)= dy df/dx2, ...

    One of them may have the place of dy, and two may be the same if a signal is
    combined with itself. Therefore all terms are computed before they are written.
    """

    def backward(code, row, context, scalars):
        is_plain = _is_plain(row, module)
        with code.when(is_plain):
            _pass_back_plainly(code, row, context, module)
        with code.when(is_plain == 0):
            _pass_back(code, row, context, module)

    return kernel(backward, bits)


def _is_plain(row, module):
    """Return whether all inputs are as wide as y and need adjoints."""
    is_plain = row[Module.dy] != 0
    for position, (_, _, width, dx, _) in enumerate(_INPUTS[: module.n_inputs]):
        if position not in module.stops_gradient:
            is_plain = is_plain & (row[width] == row[Module.width_y]) & (row[dx] != 0)
    return is_plain


def _pass_back_plainly(code, row, context, module):
    """Write the common case, without a branch for each vector."""
    dy = code.vectors(row[Module.dy])
    adds = [row[fields[-1]] != 0 for fields in _INPUTS]
    with code.range(context[Context.n_rows]) as r:
        inputs = _inputs_of_row(code, row, module, r)
        dy_row = dy.from_(r * row[Module.ldy])
        with code.range(row[Module.width_y], step=code.lanes) as j:
            values = [
                x[j] if i in module.stops_gradient else x.values[j]
                for i, x in enumerate(inputs)
            ]
            terms = module.derivatives(*values, dy_row[j], xp)
            for x, term, is_added in zip(inputs, terms, adds, strict=False):
                if term is not None:
                    present = where(is_added, x.adjoints[j], 0.0)
                    x.adjoints[j] = present + term


def _pass_back(code, row, context, module):
    dy = code.vectors(row[Module.dy])
    with code.range(context[Context.n_rows]) as r:
        inputs = _inputs_of_row(code, row, module, r)
        dy_row = dy.from_(r * row[Module.ldy])
        with code.range(row[Module.width_y], step=code.lanes) as j:
            values, adjoint = [x[j] for x in inputs], dy_row[j]
            terms = module.derivatives(*values, adjoint, xp)
            for x, term in zip(inputs, terms, strict=True):
                if term is not None:
                    x.pass_back(j, term, is_adjoint=term is adjoint)
        for x in inputs:
            x.pass_back_sum()


def _inputs_of_row(code, row, module, r):
    return [_InputRow(code, row, r, *fields) for fields in _INPUTS[: module.n_inputs]]


class _InputRow:
    """A row of an input and of its adjoint; a single number is broadcast."""

    def __init__(self, code, row, r, x, stride, width, dx, adds):
        self._code = code
        self.values = code.vectors(row[x]).from_(r * row[stride])
        self.adjoints = code.vectors(row[dx]).from_(r * row[stride])
        self._is_wanted, self._adds = row[dx] != 0, row[adds] != 0
        self._is_elsewhere = row[dx] != row[Module.dy]
        self._is_one_number = row[width] < row[Module.width_y]
        self._is_whole = row[width] == row[Module.width_y]
        self._sum = code.variable(0.0)

    def __getitem__(self, j):
        vector = self.values[where(self._is_one_number, 0, j)]
        repeated = self._code.repeat(vector.lane(0))
        return where(self._is_one_number, repeated, vector)

    def pass_back(self, j, term, is_adjoint):
        """Add a vector of adjoints to the row, or to the sum for a single number."""
        is_whole = self._is_wanted & self._is_whole
        if is_adjoint:  # dy itself, which need not be written in its own place
            is_whole = is_whole & self._is_elsewhere
        with self._code.when(is_whole):
            self._add(j, term)
        with self._code.when(self._is_wanted & self._is_one_number):
            self._sum.value = self._sum.value + term

    def pass_back_sum(self):
        """Write the adjoint of a single number, the sum over the columns of y."""
        with self._code.when(self._is_wanted & self._is_one_number):
            is_first = self._code.lane_numbers() == 0
            total = self._code.repeat(self._sum.value.sum())
            self._add(0, where(is_first, total, 0.0))

    def _add(self, j, term):
        present = where(self._adds, self.adjoints[j], 0.0)
        self.adjoints[j] = present + term
