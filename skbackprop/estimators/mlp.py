"""Drop-in replacements for the multilayer perceptrons of scikit-learn."""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skbackprop.engine.losses import Loss
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.fitting.settings import dropout_rates, layer_sizes
from skbackprop.fitting.tasks import NetworkClassifierMixin, NetworkRegressorMixin
from skbackprop.network import (
    ELU,
    GELU,
    SELU,
    Dropout,
    Graph,
    HardTanh,
    Identity,
    Input,
    LeakyReLU,
    Linear,
    Mish,
    ReLU,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)
from skbackprop.network.compiler import compile_graph
from skbackprop.utils.docs import inherit_docs

ACTIVATIONS = {
    "elu": ELU(),
    "gelu": GELU(),
    "hard_tanh": HardTanh(),
    "identity": Identity(),
    "leaky_relu": LeakyReLU(),
    "logistic": Sigmoid(),
    "mish": Mish(),
    "relu": ReLU(),
    "scaled_tanh": ScaledTanh(),
    "selu": SELU(),
    "silu": SiLU(),
    "softplus": Softplus(),
    "softsign": Softsign(),
    "tanh": Tanh(),
}


class _MLP(NetworkEstimator):
    """A chain of linear layers with an activation between them.

    Parameters
    ----------
    hidden_layer_sizes : array-like of int or int, default=(100,)
        Number of units of each hidden layer.
    activation : str or list of str, default='relu'
        Activation of the hidden layers, or a list with one for each: 'identity',
        'logistic', 'tanh' or 'relu' as in scikit-learn; 'elu', 'gelu', 'hard_tanh',
        'leaky_relu', 'mish', 'scaled_tanh' (1.7159 tanh(2x/3), LeCun et al. 1998),
        'selu', 'silu', 'softplus' or 'softsign'. See
        :mod:`skbackprop.network.modules.activations` for the equations.
    dropout : float or tuple of float, default=None
        Fraction of the hidden units to drop at random at each training step (Srivastava
        et al. 2014), or a tuple of rates (input, hidden 1, hidden 2, ...). Predictions
        use all units. Not supported by L-BFGS.

    Attributes
    ----------
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weight matrix of each layer, as views of one vector. Assigning to a matrix, to
        an item of the list or to the whole attribute changes the network. Values
        assigned before fitting are the initial weights of ``partial_fit``, or of
        ``fit`` with ``warm_start=True``.
    intercepts_ : list of ndarray of shape (fan_out,)
        Bias of each layer, also as views.
    n_layers_ : int
        Number of layers, including input and output.
    """

    _reads_chunks = True

    _parameter_constraints: ClassVar[dict] = {
        **NetworkEstimator._parameter_constraints,
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [StrOptions(set(ACTIVATIONS)), list, tuple],
        "dropout": [None, Interval(Real, 0, 1, closed="left"), list, tuple],
    }

    def _make_graph(self, data, n_outputs):
        sizes = layer_sizes(self.hidden_layer_sizes)
        activations = self._activations(len(sizes))
        input_rate, *rates = dropout_rates(self.dropout, len(sizes))
        signal = Input(data.X.shape[1])
        if input_rate:
            signal = Dropout(input_rate)(signal)
        for n_units, activation, rate in zip(sizes, activations, rates, strict=True):
            signal = activation(Linear(n_units)(signal))
            if rate:
                signal = Dropout(rate)(signal)
        return Graph(Linear(n_outputs)(signal))

    def _activations(self, n_hidden):
        """Return the activation of each hidden layer."""
        names = self.activation
        names = [names] * n_hidden if isinstance(names, str) else list(names)
        if len(names) != n_hidden or not set(names) <= set(ACTIVATIONS):
            raise ValueError(
                f"activation must be one of {sorted(ACTIVATIONS)}, or a list with one "
                f"for each of the {n_hidden} layers of hidden_layer_sizes, got "
                f"{self.activation!r}."
            )
        return [ACTIVATIONS[name] for name in names]

    def _begin(self, targets, is_given=False):
        for attribute, values in vars(self).pop("_assigned", {}).items():
            if is_given:
                self._assign(attribute, values)

    @property
    def n_layers_(self):
        """Number of layers, including input and output."""
        return len(self.coefs_) + 1

    @n_layers_.setter
    def n_layers_(self, value):
        self._refuse_assignment("n_layers_", "coefs_")

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
            if attribute in vars(self).get("_assigned", {}):
                return self._assigned[attribute]
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute {attribute!r} "
                "before it is fitted."
            )
        blocks = compile_graph(self.graph_).blocks
        return _Views(b.view(self._parameters) for b in blocks if b.name == name)

    def _assign(self, attribute, values):
        """Copy values into the parameter vector, or keep them until there is one."""
        if not self.__sklearn_is_fitted__():
            self._assigned = {**vars(self).get("_assigned", {}), attribute: values}
            return
        views = getattr(self, attribute)
        shapes, expected = [np.shape(v) for v in values], [v.shape for v in views]
        if shapes != expected:
            raise ValueError(f"{attribute} must have shapes {expected}, got {shapes}.")
        for i, value in enumerate(values):
            views[i] = value


class _Views(list):
    """Views of the parameter vector. Assigning to an item copies into the vector."""

    def __setitem__(self, index, value):
        self[index][...] = value


@inherit_docs
@dataclass(eq=False, repr=False)
class MLPClassifier(NetworkClassifierMixin, _MLP):
    r"""Multilayer perceptron classifier.

    Linear layers with an activation between them,

    .. math:: h_0 = x, \quad h_{k+1} = f(h_k W_k + b_k), \quad z = h_K W_K + b_K

    minimise a loss plus an L2 penalty. The default is the log loss of softmax(z), or
    of the logistic function of z for two classes and for label indicator matrices.

    This is a drop-in replacement for :class:`sklearn.neural_network.MLPClassifier`. It
    has the same parameters, defaults and fitted attributes. With the same integer
    ``random_state``, the first epochs are the same up to rounding.

    See Also
    --------
    MLPRegressor : The same network for real targets.

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

    _parameter_constraints: ClassVar[dict] = {
        **_MLP._parameter_constraints,
        **NetworkClassifierMixin._constraints_of_task,
    }

    hidden_layer_sizes: tuple = (100,)
    activation: str | list = "relu"
    _: KW_ONLY
    dropout: float | tuple | None = None


@inherit_docs
@dataclass(eq=False, repr=False)
class MLPRegressor(NetworkRegressorMixin, _MLP):
    r"""Multilayer perceptron regressor.

    Linear layers with an activation between them,

    .. math:: h_0 = x, \quad h_{k+1} = f(h_k W_k + b_k), \quad z = h_K W_K + b_K

    minimise a loss plus an L2 penalty. The default is half the squared error of z.

    This is a drop-in replacement for :class:`sklearn.neural_network.MLPRegressor`. It
    has the same parameters, defaults and fitted attributes. With the same integer
    ``random_state``, the first epochs are the same up to rounding.

    See Also
    --------
    MLPClassifier : The same network for classes.

    Examples
    --------
    >>> from sklearn.datasets import make_regression
    >>> from skbackprop import MLPRegressor
    >>> X, y = make_regression(n_samples=200, n_features=5, random_state=1)
    >>> reg = MLPRegressor(solver="lbfgs", tol=1, random_state=1).fit(X, y)
    >>> reg.score(X, y) > 0.99
    True
    """

    loss: str | Loss = "squared_error"
    hidden_layer_sizes: tuple = (100,)
    activation: str | list = "relu"
    _: KW_ONLY
    dropout: float | tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        **_MLP._parameter_constraints,
        **NetworkRegressorMixin._constraints_of_task,
    }
