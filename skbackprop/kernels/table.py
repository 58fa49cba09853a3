"""The table of kernels for modules, which executors use for binding.

A new module needs a row here and its kernels. Only kernels that a network uses are
compiled (or loaded from the cache), once per process and dtype.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple

from skbackprop.kernels import jit
from skbackprop.kernels.calling import compiled, kernel_factory, kernel_file
from skbackprop.network.layout import padded_width
from skbackprop.network.modules import (
    activations,
    affine,
    attention,
    columns,
    combinations,
    dropout,
    linear,
    normalization,
    piecewise,
    pooling,
    products,
    softmax,
)


class _Kernels(NamedTuple):
    """The kernels ``make_forward_<name>`` and ``make_backward_<name>`` of a file.

    ``settings`` returns the settings of rows of the module, at most two numbers.
    """

    file: str
    name: str
    settings: Callable = lambda module: ()


_TABLE = {
    dropout.Dropout: _Kernels(
        "dropout", "dropout", lambda m: (m.threshold, 1.0 / (1.0 - m.rate))
    ),
    affine.Bias: _Kernels("affine", "bias"),
    linear.Linear: _Kernels("linear", "linear"),
    affine.Scale: _Kernels("affine", "scale"),
    columns.Concatenate: _Kernels("columns", "concatenate"),
    columns.Slice: _Kernels("columns", "slice", lambda m: (m.start,)),
    columns.StopGradient: _Kernels("columns", "slice", lambda m: (0,)),
    columns.Zeros: _Kernels("columns", "zeros"),
    normalization.BatchNorm: _Kernels(
        "normalization", "batch_norm", lambda m: (float(m.eps), float(m.momentum))
    ),
    normalization.LayerNorm: _Kernels(
        "normalization", "layer_norm", lambda m: (float(m.eps),)
    ),
    softmax.LogSoftMax: _Kernels("softmax", "log_softmax"),
    softmax.Softmax: _Kernels("softmax", "softmax"),
    piecewise.PiecewiseLinear: _Kernels(
        "piecewise",
        "piecewise_linear",
        lambda m: (m.n_encoded, padded_width(m.n_bins)),
    ),
    pooling.MaxPool: _Kernels("pooling", "max_pool", lambda m: (m.size,)),
    pooling.MeanPool: _Kernels("pooling", "mean_pool", lambda m: (m.size,)),
    products.DotProduct: _Kernels("products", "dot_product"),
    attention.ScaledDotProductAttention: _Kernels(
        "attention", "attention", lambda m: (m.n_timesteps, m.causal)
    ),
}

# The kernels of modules that define a formula.
_FORMULAS = {
    activations.Elementwise: _Kernels("activations", "elementwise"),
    combinations.Combination: _Kernels("combinations", "combination"),
}

_users_types = set()  # kept, as their kernels are named by their identity


def module_kernels(module, bits, sparse=False):
    """Return the addresses of a module's forward and backward kernels.

    Parameters
    ----------
    module : Module
    bits : {32, 64}
        Size of a float.
    sparse : bool, default=False
        Whether the module reads rows of a CSR matrix.
    """
    file, kernel, _ = _TABLE.get(type(module)) or _formula(module)
    file = "sparse_linear" if sparse else file
    settings = (bits,) if type(module) in _TABLE else (module, bits)
    name, package = _name(module, sparse), "skbackprop.network"
    is_ours = type(module).__module__.startswith(f"{package}.")
    if not is_ours:  # custom code may change under the same name
        name = f"{name}_{id(type(module))}"
        _users_types.add(type(module))

    def address(way):
        factory = f"modules.{file}.{way}_{kernel}"
        return jit.compile_kernel(
            lambda: kernel_factory(factory)(*settings), f"{way}_{name}_{bits}", is_ours
        )

    return address("forward"), address("backward")


def module_settings(module):
    """Return the settings of a module's rows, at most two integers.

    Floats are represented by the bits of a float64.
    """
    if type(module) not in _TABLE:
        return ()
    return tuple(map(as_integer, _TABLE[type(module)].settings(module)))


def as_integer(number):
    """Return an integer, or the bits of a float as an integer."""
    if isinstance(number, float):
        return struct.unpack("<q", struct.pack("<d", number))[0]
    return int(number)


def _formula(module):
    """Return the kernels made from the formula of a module, if it has one."""
    for base, kernels in _FORMULAS.items():
        if isinstance(module, base):
            return kernels
    raise NotImplementedError(f"{module!r} has no compiled kernels.")


def _name(module, sparse):
    """Return a name for a module's code: its type, with settings that are compiled."""
    if type(module) not in _TABLE:
        return repr(module)
    return type(module).__name__ + ("_csr" if sparse else "")


def loss_kernel(loss, bits):
    """Return the address of the kernel of a loss."""
    if isinstance(loss.kernel, tuple):
        file, kernel = loss.kernel
        return compiled(f"losses.{file}.{kernel}", bits)
    owner, name = type(getattr(loss, "loss", loss)), loss.kernel_name
    is_ours = owner.__module__.startswith("skbackprop.engine.")
    if not is_ours:
        name = f"{name}_{id(owner)}"
        _users_types.add(owner)
    return jit.compile_kernel(
        lambda: kernel_factory("losses.table.loss")(loss, bits),
        f"{name}_{bits}",
        is_cached=is_ours,
    )


def loss_scratch(loss, n_rows, width):
    """Return the number of elements of scratch memory for a loss of ``n_rows`` rows."""
    if not loss.needs_scratch:
        return 0
    file, kernel = loss.kernel
    return kernel_file(f"losses.{file}").scratch_size(kernel, n_rows, width)


def update_kernel(optimizer, bits):
    """Return the address of the kernel of an optimizer's update."""
    variant = "_nesterov" if getattr(optimizer, "nesterov", False) else ""
    return jit.compile_kernel(
        lambda: kernel_factory("training.update.update")(optimizer, bits),
        f"update_{type(optimizer).__name__}{variant}_{bits}",
    )


def clip_kernel(bits):
    """Return the address of the kernel that limits the norm of a gradient."""
    return compiled("training.update.clip", bits)


def limit_columns_kernel(bits):
    """Return the address of the kernel that limits the norms of columns."""
    return compiled("training.update.limit_columns", bits)


def gemm_kernel(bits):
    """Return the address of the matrix product of linear kernels."""
    return compiled("matmul.gemm.gemm", bits)


def pack_bytes():
    """Return the bytes of scratch memory that the matrix product needs."""
    return kernel_file("matmul.gemm").PACK_BYTES


def gather_kernel(bits):
    """Return the address of the kernel that gathers a minibatch's rows."""
    return compiled("training.gather.gather", bits)


_LOOP_FILES = {
    "add_lanes": "lanes",
    "await_lanes": "lanes",
    "clear": "steps",
    "deal": "parts",
    "expand_groups": "groups",
    "find_members": "groups",
    "offer": "lanes",
    "run_blocks": "blocks",
    "run_flushed": "subnormals",
    "run_lane": "lanes",
    "run_lanes": "lanes",
    "run_member": "lanes",
    "run_parts": "parts",
    "run_pieces": "lanes",
    "run_steps": "steps",
    "shuffle": "shuffle",
}


def loop_kernel(name, *bits):
    """Return the address of a kernel of the training loop."""
    return compiled(f"training.{_LOOP_FILES.get(name, 'epochs')}.{name}", *bits)
