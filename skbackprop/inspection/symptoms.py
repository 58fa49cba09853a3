"""Symptoms of problems in training, described in plain words."""

import numpy as np

_MANY = 0.1  # share of the units of a layer
_UNEVEN = 1e3  # ratio of the relative gradients of two layers
_WIDE = 10  # ratio of the largest spread of a feature to the median
_CONSTANT = 1e-8  # relative to the largest spread; below it is only rounding


def diagnose(estimator, health, X):
    """Yield a message for each symptom, and at least one on learning rates."""
    found = [*_of_input(X), *_of_units(health.layers), *_of_gradients(health.layers)]
    yield from found or ["Signals and gradients look healthy."]
    yield _of_rates(health)
    yield from _of_rate_in_use(estimator, health)


def _of_input(X):
    spreads = X.std(axis=0)
    spreads = spreads[spreads > _CONSTANT * spreads.max()]
    if not len(spreads):
        return
    # A feature that hardly varies does no harm, one that varies far more does.
    uneven = spreads.max() > _WIDE * np.median(spreads)
    off = np.sqrt(np.mean(X.mean(axis=0) ** 2)) > spreads.mean()
    if uneven or off:
        yield (
            "Features are not scaled: their standard deviations range from "
            f"{spreads.min():.2g} to {spreads.max():.2g}, their means from "
            f"{X.mean(axis=0).min():.2g} to {X.mean(axis=0).max():.2g}. StandardScaler "
            "makes the loss better conditioned."
        )


def _of_units(layers):
    for layer in layers:
        where = f"of {layer.n_units} units of layer {layer.layer} ({layer.activation})"
        if layer.dead and layer.dead >= _MANY * layer.n_units:
            yield (
                f"{layer.dead} {where} are dead: their gradient is 0 for all samples. "
                "Try scaled inputs, a smaller learning rate, another weight_init, or "
                "an activation without flat regions, such as 'leaky_relu'."
            )
        if layer.saturated and layer.saturated >= _MANY * layer.n_units:
            yield (
                f"{layer.saturated} {where} are saturated: their gradients are close "
                "to 0. Try scaled inputs, smaller weights (weight_init='lecun', a "
                "larger alpha), or targets within the range of the activation."
            )


def _of_gradients(layers):
    known = [layer for layer in layers if layer.relative_gradient > 0]
    if len(known) < 2:
        return
    small, large = (
        choose(known, key=lambda layer: layer.relative_gradient)
        for choose in (min, max)
    )
    ratio = large.relative_gradient / small.relative_gradient
    if ratio > _UNEVEN:
        yield (
            f"Relative to the weights, the gradient of layer {small.layer} is "
            f"{ratio:.1g} times smaller than that of layer {large.layer}: "
            f"{'vanishing' if small.layer < large.layer else 'uneven'} gradients. "
            "Try another activation or weight_init, skip connections, or "
            "solver='adam' or 'sdlm', which scale the step of each weight."
        )


def _of_rates(health):
    bend = health.largest_eigenvalue
    if not bend > 0:
        return (
            f"The loss has no positive curvature here (largest eigenvalue {bend:.3g}), "
            "so it does not limit the learning rate."
        )
    return (
        f"The largest eigenvalue of the Hessian is {bend:.3g}: plain gradient descent "
        f"is fastest at learning rates of about {health.optimal_learning_rate:.2g} and "
        f"diverges above {health.largest_learning_rate:.2g}."
    )


def _of_rate_in_use(estimator, health):
    if estimator.solver != "sgd":
        return
    momentum = estimator.momentum
    limit = health.largest_learning_rate * (1 + momentum)
    if estimator.nesterovs_momentum:
        limit /= 1 + 2 * momentum
    rate = estimator.learning_rate_init
    in_use = f"learning_rate_init={rate:g} with momentum={momentum:g}"
    if rate > limit:
        yield f"{in_use} is above the limit of {limit:.2g}. Use a smaller rate."
    elif rate / (1 - min(momentum, 0.99)) < 0.01 * health.optimal_learning_rate:
        yield f"{in_use} is over 100 times slower than necessary. Use a larger rate."
