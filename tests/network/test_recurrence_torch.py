"""Cells with the weights of torch.nn.RNN, GRU and LSTM put out what these do."""

import numpy as np
import pytest
from unrolled import CELLS, READOUTS, Unrolled, net_of, random_sequences

torch = pytest.importorskip("torch")

# Columns of torch's matrices, in the order of ours.
GATES = {"tanh": [0], "relu": [0], "gru": [0, 1, 2], "lstm": [0, 1, 3, 2]}
CLOSE = {"rtol": 1e-9, "atol": 1e-10}
each_cell = pytest.mark.parametrize("cell", CELLS)


def make_rnn(cell, n_features, n_units, n_layers, bidirectional):
    torch.manual_seed(0)
    kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}.get(cell, torch.nn.RNN)
    options = {} if cell in ("gru", "lstm") else {"nonlinearity": cell}
    rnn = kind(
        n_features,
        n_units,
        n_layers,
        batch_first=True,
        bidirectional=bidirectional,
        dtype=torch.float64,
        **options,
    )
    return rnn, torch.nn.Linear(n_units * (1 + bidirectional), 2, dtype=torch.float64)


def in_our_order(cell, tensor):
    """Return a matrix (gates, inputs), or a bias, of torch as ours has it."""
    parts = np.split(tensor.detach().numpy(), len(GATES[cell]))
    return np.concatenate([parts[i] for i in GATES[cell]]).T


def by_our_names(cell, rnn, head, names, of=lambda parameter: parameter):
    """Return torch's parameters, or ``of`` them their gradients, by our names.

    Torch has two biases everywhere; where we have one, it is their sum, and
    its gradient that of either.
    """
    found = {"output.weight": of(head.weight).detach().numpy().T}
    found["output.bias"] = of(head.bias).detach().numpy()
    theirs = {name: in_our_order(cell, of(p)) for name, p in rnn.named_parameters()}
    for name in names:
        if name.startswith("output"):
            continue
        layer, direction, module, parameter = name.split(".")
        ends = f"l{layer}" + ("_reverse" if direction == "back" else "")
        own, other = ("hh", "ih") if module == "from_state" else ("ih", "hh")
        found[name] = theirs[f"{parameter}_{own}_{ends}"]
        twin = {"hh": "from_state", "ih": "from_input"}[other]
        is_alone = f"{layer}.{direction}.{twin}.bias" not in names
        if parameter == "bias" and is_alone and of(head.bias) is head.bias:
            found[name] = found[name] + theirs[f"bias_{other}_{ends}"]
    return found


def read_out(readout, steps, last, lengths):
    """Return what torch's head reads, of outputs by steps and states at the end."""
    if readout == "steps":
        return steps
    if readout == "last":
        return torch.cat(list(last), dim=1)
    exists = torch.arange(steps.shape[1]) < torch.tensor(lengths)[:, None]
    exists = exists[:, :, None]
    if readout == "mean":
        return (steps * exists).sum(1) / exists.sum(1)
    return steps.masked_fill(~exists, -torch.inf).amax(1)


def run_torch(rnn, head, sequences, readout):
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(sequences.values),
        sequences.lengths,
        batch_first=True,
        enforce_sorted=False,
    )
    steps, states = rnn(packed)
    h = states[0] if isinstance(states, tuple) else states
    steps, _ = torch.nn.utils.rnn.pad_packed_sequence(steps, batch_first=True)
    last = h[-2:] if rnn.bidirectional else h[-1:]
    return head(read_out(readout, steps, last, sequences.lengths))


def assert_same(ours, values, output, adjoint, expected):
    """Compare outputs where there are steps, and gradients."""
    found, gradients = ours.vjp(values, lambda shape: adjoint)
    wanted = adjoint != 0
    flat = output.detach().numpy().reshape(found.shape)
    np.testing.assert_allclose(found[wanted], flat[wanted], **CLOSE)
    assert set(gradients) == set(expected)
    for name in gradients:
        np.testing.assert_allclose(
            gradients[name], expected[name], **CLOSE, err_msg=name
        )


def random_adjoint(output, sequences, readout):
    adjoint = np.random.default_rng(5).normal(size=output.shape)
    if readout == "steps":
        adjoint *= sequences.exists[:, :, np.newaxis]
    return adjoint


@each_cell
@pytest.mark.parametrize(
    ("readout", "lengths"),
    [("last", [5, 5, 5]), *((readout, [5, 1, 3]) for readout in READOUTS)],
    ids=str,
)
@pytest.mark.parametrize(
    ("n_layers", "bidirectional"), [(1, False), (1, True), (2, False), (2, True)]
)
def test_outputs_and_gradients_are_those_of_torch(
    cell, readout, lengths, bidirectional, n_layers, monkeypatch
):
    sequences = random_sequences(lengths, n_features=3)
    net = net_of(cell, (5,) * n_layers, is_bidirectional=bidirectional, readout=readout)
    ours = Unrolled(monkeypatch, net, sequences)
    rnn, head = make_rnn(cell, 3, 5, n_layers, bidirectional)
    output = run_torch(rnn, head, sequences, readout)
    adjoint = random_adjoint(output, sequences, readout)
    output.backward(torch.tensor(adjoint))
    values = by_our_names(cell, rnn, head, ours.parameters)
    expected = by_our_names(cell, rnn, head, ours.parameters, of=lambda p: p.grad)
    assert_same(ours, values, output, adjoint.reshape(len(lengths), -1), expected)


@each_cell
@pytest.mark.parametrize("readout", ["last", "mean", "steps"])
@pytest.mark.parametrize("n_steps", [1, 2, 4, 6, 9])
def test_truncated_backprop_is_that_of_detached_states(
    cell, readout, n_steps, monkeypatch
):
    sequences = random_sequences([6] * 4, n_features=3)
    net = net_of(cell, (5,), readout=readout, bptt_steps=n_steps)
    ours = Unrolled(monkeypatch, net, sequences)
    rnn, head = make_rnn(cell, 3, 5, 1, False)
    parts, state = [], None
    for begin in range(0, 6, n_steps):
        x = torch.tensor(sequences.values[:, begin : begin + n_steps])
        part, state = rnn(x, state)
        parts.append(part)
        is_pair = isinstance(state, tuple)
        state = tuple(s.detach() for s in state) if is_pair else state.detach()
    steps = torch.cat(parts, dim=1)
    output = head(read_out(readout, steps, [steps[:, -1]], sequences.lengths))
    adjoint = random_adjoint(output, sequences, readout)
    output.backward(torch.tensor(adjoint))
    values = by_our_names(cell, rnn, head, ours.parameters)
    expected = by_our_names(cell, rnn, head, ours.parameters, of=lambda p: p.grad)
    assert_same(ours, values, output, adjoint.reshape(4, -1), expected)
