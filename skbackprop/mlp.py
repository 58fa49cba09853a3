"""Multilayer perceptrons: drop-ins for those of :mod:`sklearn.neural_network`."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from skbackprop._docs import (
    MLP_ATTRIBUTES,
    MLP_PARAMETERS,
    MLP_REFERENCES,
    share_docs,
)
from skbackprop._estimator import NetworkEstimator
from skbackprop._tasks import NetworkClassifierMixin, NetworkRegressorMixin
from skbackprop.network import Graph, Identity, Input, Linear, ReLU, Sigmoid, Tanh
from skbackprop.network.program import compile_graph

ACTIVATIONS = {
    "identity": Identity(),
    "logistic": Sigmoid(),
    "relu": ReLU(),
    "tanh": Tanh(),
}


class _MLP(NetworkEstimator):
    """A chain of linear layers with an activation between them."""

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "solver": [StrOptions({"lbfgs", "sgd", "adam"})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "dtype": [None, StrOptions({"float32", "float64"})],
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        dtype=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dtype = dtype

    def _make_graph(self, n_features, n_outputs):
        """Return the chain input -> (linear -> activation) ... -> linear."""
        activation = ACTIVATIONS[self.activation]
        signal = Input(n_features)
        for n_units in self._hidden_layer_sizes():
            signal = activation(Linear(n_units)(signal))
        return Graph(Linear(n_outputs)(signal))

    def _hidden_layer_sizes(self):
        sizes = np.atleast_1d(np.asarray(self.hidden_layer_sizes)).tolist()
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise ValueError(
                "hidden_layer_sizes must be > 0, an int or a sequence of ints, got "
                f"{self.hidden_layer_sizes!r}."
            )
        return sizes

    def _initialize(self, program):
        """Draw weights and biases uniformly (Glorot & Bengio 2010).

        The bounds are +-sqrt(6 / (fan_in + fan_out)), with 2 instead of 6 for
        the logistic activation.
        """
        factor = 2.0 if self.activation == "logistic" else 6.0
        for weight, bias in zip(self.coefs_, self.intercepts_, strict=True):
            bound = np.sqrt(factor / sum(weight.shape))
            weight[...] = self._random_state.uniform(-bound, bound, weight.shape)
            bias[...] = self._random_state.uniform(-bound, bound, bias.shape)

    @property
    def n_layers_(self):
        """Number of layers, input and output included."""
        return len(self.coefs_) + 1

    @property
    def coefs_(self):
        """Weight matrix of each layer, as views of the parameter vector."""
        return self._parameters_named("coefs_", "weight")

    @coefs_.setter
    def coefs_(self, values):
        self._assign("coefs_", values)

    @property
    def intercepts_(self):
        """Bias of each layer, as views of the parameter vector."""
        return self._parameters_named("intercepts_", "bias")

    @intercepts_.setter
    def intercepts_(self, values):
        self._assign("intercepts_", values)

    def _parameters_named(self, attribute, name):
        if not self.__sklearn_is_fitted__():
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {attribute!r} "
                "before it is fitted."
            )
        blocks = compile_graph(self.graph_).blocks
        return _Views(b.view(self._parameters) for b in blocks if b.name == name)

    def _assign(self, attribute, values):
        """Copy values into the parameter vector."""
        views = getattr(self, attribute)
        shapes, expected = [np.shape(v) for v in values], [v.shape for v in views]
        if shapes != expected:
            raise ValueError(f"{attribute} must have shapes {expected}, got {shapes}.")
        for i, value in enumerate(values):
            views[i] = value


class _Views(list):
    """Views of the parameter vector; what is assigned to an item is copied there."""

    def __setitem__(self, index, value):
        self[index][...] = value


@share_docs(
    parameters=MLP_PARAMETERS, attributes=MLP_ATTRIBUTES, references=MLP_REFERENCES
)
class MLPClassifier(NetworkClassifierMixin, _MLP):
    r"""Multilayer perceptron classifier.

    Linear layers with an activation between them,

    .. math:: h_0 = x, \quad h_{k+1} = f(h_k W_k + b_k), \quad z = h_K W_K + b_K

    minimise the log loss of softmax(z), or of the logistic function of z for two
    classes and for label indicator matrices, plus an L2 penalty. A drop-in for
    :class:`sklearn.neural_network.MLPClassifier`: the same parameters, defaults
    and fitted attributes and, with the same integer ``random_state``, the same
    first epochs up to rounding.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.
    {attributes}

    See Also
    --------
    MLPRegressor : The same network for real targets.

    References
    ----------
    {references}

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from skbackprop import MLPClassifier
    >>> X, y = make_classification(n_samples=200, random_state=1)
    >>> clf = MLPClassifier(learning_rate_init=0.01, random_state=1).fit(X, y)
    >>> clf.predict_proba(X[:1]).shape
    (1, 2)
    >>> clf.score(X, y) > 0.9
    True
    """


@share_docs(
    parameters=MLP_PARAMETERS, attributes=MLP_ATTRIBUTES, references=MLP_REFERENCES
)
class MLPRegressor(NetworkRegressorMixin, _MLP):
    r"""Multilayer perceptron regressor.

    Linear layers with an activation between them,

    .. math:: h_0 = x, \quad h_{k+1} = f(h_k W_k + b_k), \quad z = h_K W_K + b_K

    minimise half the squared error of z, or half the Poisson deviance of exp(z),
    plus an L2 penalty. A drop-in for
    :class:`sklearn.neural_network.MLPRegressor`: the same parameters, defaults
    and fitted attributes and, with the same integer ``random_state``, the same
    first epochs up to rounding.

    Parameters
    ----------
    loss : {'squared_error', 'poisson'}, default='squared_error'
        Half the squared error, or half the Poisson deviance with log link for
        counts and other targets that are not negative.
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    MLPClassifier : The same network for classes.

    References
    ----------
    {references}

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from skbackprop import MLPRegressor
    >>> X, y = make_regression(n_samples=200, n_features=5, random_state=1)
    >>> reg = MLPRegressor(solver="lbfgs", tol=1, random_state=1).fit(X, y)
    >>> reg.score(X, y) > 0.99
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **_MLP._parameter_constraints,
        "loss": [StrOptions({"squared_error", "poisson"})],
    }

    def __init__(
        self,
        loss="squared_error",
        hidden_layer_sizes=(100,),
        activation="relu",
        *,
        solver="adam",
        alpha=0.0001,
        batch_size="auto",
        learning_rate="constant",
        learning_rate_init=0.001,
        power_t=0.5,
        max_iter=200,
        shuffle=True,
        random_state=None,
        tol=1e-4,
        verbose=False,
        warm_start=False,
        momentum=0.9,
        nesterovs_momentum=True,
        early_stopping=False,
        validation_fraction=0.1,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        n_iter_no_change=10,
        max_fun=15000,
        dtype=None,
    ):
        super().__init__(
            hidden_layer_sizes,
            activation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            power_t=power_t,
            max_iter=max_iter,
            shuffle=shuffle,
            random_state=random_state,
            tol=tol,
            verbose=verbose,
            warm_start=warm_start,
            momentum=momentum,
            nesterovs_momentum=nesterovs_momentum,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            n_iter_no_change=n_iter_no_change,
            max_fun=max_fun,
            dtype=dtype,
        )
        self.loss = loss
