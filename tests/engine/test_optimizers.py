"""The optimizers against closed forms and against torch."""

import numpy as np
import pytest

from skbackprop.engine.optimizers import SDLM, SGD, Adagrad, Adam, Lion, Nadam, RMSprop

N_STEPS, N_PARAMETERS = 12, 7
RATES = np.linspace(0.05, 0.01, N_STEPS)


def gradients(seed=0):
    return np.random.default_rng(seed).normal(size=(N_STEPS, N_PARAMETERS))


def optimize(optimizer, gradients, rates=RATES, start=None, dtype=np.float64):
    """Return the parameters after each step, and the slots after the last."""
    parameters = np.ones(N_PARAMETERS, dtype) if start is None else start
    slots = [np.zeros_like(parameters) for _ in range(optimizer.n_slots)]
    steps = np.arange(1, len(gradients) + 1)
    table = optimizer.coefficients(steps, rates[: len(steps)]).astype(dtype)
    path = []
    for gradient, coefficients in zip(gradients.astype(dtype), table, strict=True):
        parameters, slots = optimizer.update(
            parameters, gradient, slots, coefficients, np
        )
        path.append(parameters)
    return np.array(path), slots


every_optimizer = pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.9, True),
        SGD(0.9, False),
        SDLM(0.9, True, 0.02),
        Adam(0.9, 0.999, 1e-8),
        Nadam(0.9, 0.999, 1e-8),
        RMSprop(0.99, 1e-8),
        Adagrad(1e-10),
        Lion(0.9, 0.99),
    ],
    ids=str,
)


@every_optimizer
def test_coefficients_of_a_step_do_not_depend_on_what_is_asked_with_it(optimizer):
    steps = np.arange(1, N_STEPS + 1)
    table = optimizer.coefficients(steps, RATES)
    assert table.shape == (N_STEPS, optimizer.n_coefficients)
    one_by_one = [
        optimizer.coefficients(steps[i : i + 1], RATES[i : i + 1])[0]
        for i in range(N_STEPS)
    ]
    np.testing.assert_array_equal(table, one_by_one)


@every_optimizer
@pytest.mark.parametrize("factor", [0.0, 1.0, 0.375, 6.0])
def test_a_factor_of_the_coefficients_is_one_of_the_learning_rate(optimizer, factor):
    steps = np.arange(1, N_STEPS + 1)
    at_factor = [
        optimizer.at_factor(row, factor) for row in optimizer.coefficients(steps, RATES)
    ]
    expected = optimizer.coefficients(steps, factor * RATES)
    np.testing.assert_allclose(at_factor, expected, rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", [SGD(0.9, True), Adam(0.9, 0.999, 1e-8)], ids=str)
def test_steps_keep_the_dtype_and_the_number_of_slots(optimizer, dtype):
    path, slots = optimize(optimizer, gradients(), dtype=dtype)
    assert path.dtype == dtype
    assert [slot.dtype for slot in slots] == [dtype] * optimizer.n_slots


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd_without_momentum_is_gradient_descent(nesterov):
    path, _ = optimize(SGD(0.0, nesterov), gradients())
    expected = 1 - np.cumsum(RATES[:, np.newaxis] * gradients(), axis=0)
    np.testing.assert_allclose(path, expected, rtol=1e-14)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_sums_up_a_constant_gradient_geometrically(nesterov):
    momentum, rate, gradient = 0.8, 0.05, 2.0
    steps = np.arange(1, N_STEPS + 1)
    velocity = -rate * gradient * (1 - momentum**steps) / (1 - momentum)
    move = momentum * velocity - rate * gradient if nesterov else velocity
    path, (last,) = optimize(
        SGD(momentum, nesterov),
        np.full((N_STEPS, N_PARAMETERS), gradient),
        np.full(N_STEPS, rate),
    )
    np.testing.assert_allclose(path[:, 0], 1 + np.cumsum(move), rtol=1e-13)
    np.testing.assert_allclose(last, velocity[-1], rtol=1e-13)


def test_nesterov_is_momentum_at_a_point_ahead():
    """w + mu v of plain momentum, its gradients taken there (Bengio et al. 2013)."""
    momentum, rate, curvature = 0.9, 0.1, np.linspace(0.1, 2, N_PARAMETERS)
    ours, slots = np.ones(N_PARAMETERS), [np.zeros(N_PARAMETERS)]
    w, v = np.ones(N_PARAMETERS), np.zeros(N_PARAMETERS)
    for _ in range(N_STEPS):
        v = momentum * v - rate * curvature * (w + momentum * v)
        w = w + v
        ours, slots = SGD(momentum, True).update(
            ours, curvature * ours, slots, (momentum, rate), np
        )
        np.testing.assert_allclose(ours, w + momentum * v, rtol=1e-12)


def test_the_first_step_of_adam_has_the_size_of_the_rate_whatever_the_gradient():
    scales = 10.0 ** np.arange(-2, 5)
    path, _ = optimize(Adam(0.9, 0.999, 1e-12), scales[np.newaxis])
    np.testing.assert_allclose(1 - path[0], RATES[0], rtol=1e-7)


def test_adam_has_the_bias_corrected_means_of_gradients_and_their_squares():
    beta_1, beta_2, epsilon = 0.8, 0.95, 1e-3
    steps, slopes = np.arange(1, N_STEPS + 1), gradients()
    expected = np.ones(N_PARAMETERS)
    for t in steps:
        ages = t - steps[:t]
        mean = (1 - beta_1) * beta_1**ages @ slopes[:t]
        square = (1 - beta_2) * beta_2**ages @ slopes[:t] ** 2
        rate = RATES[t - 1] * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        expected -= rate * mean / (np.sqrt(square) + epsilon)
    path, slots = optimize(Adam(beta_1, beta_2, epsilon), slopes)
    np.testing.assert_allclose(path[-1], expected, rtol=1e-12)
    np.testing.assert_allclose(slots, [mean, square], rtol=1e-12)


@pytest.mark.parametrize("optimizer", [SGD(0.9, True), Adam(0.9, 0.999, 1e-8)], ids=str)
def test_what_has_no_gradient_does_not_move(optimizer):
    path, slots = optimize(optimizer, np.zeros((N_STEPS, N_PARAMETERS)))
    assert (path == 1).all()
    assert not np.any(slots)


# Oracles


def torch_path(torch, make_optimizer, slopes):
    parameter = torch.ones(N_PARAMETERS, dtype=torch.float64, requires_grad=True)
    optimizer, path = make_optimizer([parameter]), []
    for slope in slopes:
        parameter.grad = torch.tensor(slope)
        optimizer.step()
        path.append(parameter.detach().numpy().copy())
    return np.array(path)


@pytest.mark.parametrize(("momentum", "nesterov"), [(0, False), (0.9, False), (0.9, 1)])
def test_sgd_takes_the_steps_of_torch(momentum, nesterov):
    torch = pytest.importorskip("torch")
    expected = torch_path(
        torch,
        lambda p: torch.optim.SGD(
            p, lr=RATES[0], momentum=momentum, nesterov=bool(nesterov)
        ),
        gradients(),
    )
    rates = np.full(N_STEPS, RATES[0])
    path, _ = optimize(SGD(momentum, bool(nesterov)), gradients(), rates)
    np.testing.assert_allclose(path, expected, rtol=1e-13)


def test_adam_takes_the_steps_of_torch_with_epsilon_rescaled():
    """torch adds epsilon to the corrected root, scikit-learn to the uncorrected.

    So ours is torch's times sqrt(1 - beta_2^t) at step t.
    """
    torch = pytest.importorskip("torch")
    epsilon, beta_2 = 1e-2, 0.99

    class TorchsAdam(Adam):
        def coefficients(self, steps, learning_rates):
            table = super().coefficients(steps, learning_rates)
            table[:, -1] *= np.sqrt(1 - self.beta_2**steps)
            return table

    expected = torch_path(
        torch,
        lambda p: torch.optim.Adam(p, lr=RATES[0], betas=(0.9, beta_2), eps=epsilon),
        gradients(),
    )
    rates = np.full(N_STEPS, RATES[0])
    path, _ = optimize(TorchsAdam(0.9, beta_2, epsilon), gradients(), rates)
    np.testing.assert_allclose(path, expected, rtol=1e-12)


def test_the_steps_are_those_of_scikit_learn():
    from sklearn.neural_network._stochastic_optimizers import (
        AdamOptimizer,
        SGDOptimizer,
    )

    for ours, make_theirs, settings in [
        (SGD(0.9, True), SGDOptimizer, {"momentum": 0.9, "nesterov": True}),
        (SGD(0.9, False), SGDOptimizer, {"momentum": 0.9, "nesterov": False}),
        (Adam(0.8, 0.99, 1e-8), AdamOptimizer, {"beta_1": 0.8, "beta_2": 0.99}),
    ]:
        parameters = [np.ones(N_PARAMETERS)]
        theirs = make_theirs(parameters, learning_rate_init=RATES[0], **settings)
        for slope in gradients():
            theirs.update_params(parameters, [slope])
        path, _ = optimize(ours, gradients(), np.full(N_STEPS, RATES[0]))
        np.testing.assert_allclose(path[-1], parameters[0], rtol=1e-13)


def weighted_sums(slopes, decay):
    """Return the sum of decay^(t - s) times the slopes of all s <= t, for each t."""
    ages = np.subtract.outer(np.arange(N_STEPS), np.arange(N_STEPS))
    return np.tril(decay ** np.maximum(ages, 0)) @ slopes


def moves_of_nadam(slopes):
    steps = np.arange(1, N_STEPS + 2)[:, np.newaxis]
    momenta = 0.9 * (1 - 0.96 ** (0.004 * steps) / 2)
    rest = 1 - np.cumprod(momenta, axis=0)
    mean = 0.1 * weighted_sums(slopes, 0.9)
    square = 0.001 * weighted_sums(slopes**2, 0.999) / (1 - 0.999 ** steps[:-1])
    ahead = momenta[1:] / rest[1:] * mean + (1 - momenta[:-1]) / rest[:-1] * slopes
    return ahead / (np.sqrt(square) + 1e-8)


CLOSED_FORMS = {
    Nadam(0.9, 0.999, 1e-8): moves_of_nadam,
    RMSprop(0.99, 1e-8): lambda g: g / np.sqrt(0.01 * weighted_sums(g**2, 0.99)),
    Adagrad(1e-10): lambda g: g / np.sqrt(np.cumsum(g**2, axis=0)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", CLOSED_FORMS, ids=str)
def test_relatives_of_adam_divide_by_roots_of_sums_over_all_gradients(optimizer, dtype):
    slopes = gradients()
    moves = RATES[:, np.newaxis] * CLOSED_FORMS[optimizer](slopes)
    path, _ = optimize(optimizer, slopes, dtype=dtype)
    # The closed forms of two of them leave their epsilon out.
    tolerance = 2e-5 if dtype == np.float32 else 1e-6
    np.testing.assert_allclose(
        path, 1 - np.cumsum(moves, axis=0), rtol=tolerance, atol=tolerance
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["NAdam", "RMSprop", "Adagrad"])
def test_relatives_of_adam_step_as_in_torch(name, dtype):
    torch = pytest.importorskip("torch")
    ours, settings = {
        "NAdam": (Nadam(0.9, 0.999, 1e-8), {"betas": (0.9, 0.999), "eps": 1e-8}),
        "RMSprop": (RMSprop(0.99, 1e-8), {"alpha": 0.99, "eps": 1e-8}),
        "Adagrad": (Adagrad(1e-10), {"eps": 1e-10}),
    }[name]
    start = np.random.default_rng(1).normal(size=N_PARAMETERS).astype(dtype)
    path, _ = optimize(ours, gradients(), start=start.copy(), dtype=dtype)
    parameter = torch.tensor(start.copy(), requires_grad=True)
    theirs = getattr(torch.optim, name)([parameter], lr=1.0, **settings)
    for gradient, rate, expected in zip(gradients(), RATES, path, strict=True):
        theirs.param_groups[0]["lr"] = float(rate)
        parameter.grad = torch.tensor(gradient.astype(dtype))
        theirs.step()
        # torch keeps the product of NAdam's momenta in float32.
        exact = 1e-7 if name == "NAdam" else 1e-11
        tolerance = 2e-5 if dtype == np.float32 else exact
        np.testing.assert_allclose(
            parameter.detach().numpy(), expected, rtol=tolerance, atol=tolerance
        )


def test_adam_with_decoupled_decay_is_adamw_of_torch():
    torch = pytest.importorskip("torch")
    optimizer, decay = Adam(0.9, 0.999, 1e-8), 0.1
    parameters = np.ones(N_PARAMETERS)
    slots = [np.zeros(N_PARAMETERS) for _ in range(2)]
    parameter = torch.ones(N_PARAMETERS, dtype=torch.float64, requires_grad=True)
    theirs = torch.optim.AdamW([parameter], lr=0.01, weight_decay=decay)
    table = optimizer.coefficients(np.arange(1, 11), np.full(10, 0.01))
    for gradient, coefficients in zip(gradients(), table, strict=False):
        parameters, slots = optimizer.update(
            (1 - 0.01 * decay) * parameters, gradient, slots, coefficients, np
        )
        parameter.grad = torch.tensor(gradient)
        theirs.step()
        # torch adds epsilon to the corrected root, scikit-learn to the other.
        np.testing.assert_allclose(parameter.detach().numpy(), parameters, rtol=1e-6)


def test_lion_steps_by_the_sign_of_its_momentum():
    path, (mean,) = optimize(Lion(0.9, 0.99), gradients())
    parameter, momentum = np.ones(N_PARAMETERS), np.zeros(N_PARAMETERS)
    for gradient, rate, found in zip(gradients(), RATES, path, strict=True):
        parameter = parameter - rate * np.sign(0.9 * momentum + 0.1 * gradient)
        momentum = 0.99 * momentum + 0.01 * gradient
        np.testing.assert_allclose(found, parameter, rtol=1e-14)
    np.testing.assert_allclose(mean, momentum, rtol=1e-12)


def test_a_step_without_gradient_leaves_lion_where_it_is():
    path, _ = optimize(Lion(0.9, 0.99), np.zeros((3, N_PARAMETERS)))
    np.testing.assert_array_equal(path, np.ones((3, N_PARAMETERS)))
