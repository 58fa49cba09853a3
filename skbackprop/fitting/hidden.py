"""Hidden representations: a fitted network as a feature extractor."""

from numbers import Integral

from sklearn.base import TransformerMixin
from sklearn.utils._set_output import ADAPTERS_MANAGER, _get_output_config
from sklearn.utils.validation import (
    _generate_get_feature_names_out,
    check_is_fitted,
)

from skbackprop.fitting.prediction import run_in_batches
from skbackprop.network.compiler import compile_part
from skbackprop.network.quantities import parse_quantity


class HiddenRepresentations(TransformerMixin, auto_wrap_output_keys=None):
    """Mixin for networks whose ``transform`` returns activations of hidden layers.

    Layers differ in width, so ``transform`` itself, not scikit-learn's wrapper around
    it, names the columns of a data frame.
    """

    def transform(self, X, layer=-1):
        """Return the activations of a hidden layer.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The input data, as in ``fit``.
        layer : int, str or Node, default=-1
            Index of the hidden layer, from 0, or from the end: -1 is the input of the
            output layer. In an MLP, layer k is :math:`h_{k+1} = f(h_k W_k + b_k)`; in a
            recurrent network, the ``readout`` of the states of recurrent layer k; in
            any other graph, the k-th signal that a linear module reads, except for the
            input of the graph. To choose any other node of ``graph_``, pass the node
            itself or ``"z[k]"`` with its number k in ``print(graph_)``.

        Returns
        -------
        representation : ndarray of shape (n_samples, n_units)
            Activations in the dtype of the network, without dropout. Only the modules
            up to the layer are run. A data frame after ``set_output``. Recurrent
            networks with ``return_sequences`` return one row per step, laid out like
            their predictions.

        Raises
        ------
        ValueError
            If the layer does not exist.

        Notes
        -----
        ``make_pipeline(network, classifier)`` trains the network on y, then the
        classifier on its last hidden layer. Wrap a fitted network in
        ``FrozenEstimator(network)`` to keep it unchanged.
        ``FunctionTransformer(network.transform, kw_args={"layer": 0})`` selects another
        layer.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.frozen import FrozenEstimator
        >>> from sklearn.linear_model import LogisticRegression
        >>> from sklearn.pipeline import make_pipeline
        >>> from skbackprop import MLPClassifier
        >>> X, y = load_iris(return_X_y=True)
        >>> mlp = MLPClassifier((20, 5), solver="lbfgs", random_state=0).fit(X, y)
        >>> mlp.transform(X).shape, mlp.transform(X, layer=0).shape
        ((150, 5), (150, 20))
        >>> model = make_pipeline(FrozenEstimator(mlp), LogisticRegression())
        >>> model.fit(X, y).score(X, y) > 0.95
        True
        """
        check_is_fitted(self)
        values = self._represent(X, layer)
        container = _get_output_config("transform", self)["dense"]
        if container == "default":
            return values
        if values.ndim != 2:
            raise ValueError(
                f"set_output(transform={container!r}) returns tables, but with "
                "return_sequences=True there is a table for each sequence. Use "
                "set_output(transform='default')."
            )
        return ADAPTERS_MANAGER.adapters[container].create_container(
            values, X, columns=self.get_feature_names_out(layer=layer)
        )

    def get_feature_names_out(self, input_features=None, layer=-1):
        """Return names for the units of a hidden layer.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Only used to check against the names seen in ``fit``.
        layer : int, str or Node, default=-1
            As in ``transform``.

        Returns
        -------
        names : ndarray of str
            The lowercase class name followed by the index of the unit.
        """
        check_is_fitted(self)
        return _generate_get_feature_names_out(
            self, self._n_hidden_units(layer), input_features=input_features
        )

    def _represent(self, X, layer):
        """Return the representation of samples as an array."""
        X, graph = self._read_input(X)
        return self._run_part(X, graph, graph.up_to(_hidden_node(graph, layer)))

    def _run_part(self, X, graph, part):
        """Return the output of a part of the graph."""
        program = compile_part(graph, part)
        return run_in_batches(
            program, self._parameters, X, _as_it_is, graph, self.n_jobs
        )

    def _walk_layers(self, X):
        yield "input", self._read_input(X)[0]
        for layer in range(self._n_hidden_layers):
            yield f"layer {layer}", self._represent(X, layer)
        yield "output", self._predict_with(X, _as_it_is)

    @property
    def _n_hidden_layers(self):
        return len(read_by_linear_modules(self.graph_))

    def _n_hidden_units(self, layer):
        return self.graph_.widths()[_hidden_node(self.graph_, layer)]

    def __sklearn_tags__(self):
        """Tell scikit-learn that ``transform`` preserves the dtype."""
        tags = super().__sklearn_tags__()
        kept = ["float64", "float32"] if self.dtype is None else [self.dtype]
        tags.transformer_tags.preserves_dtype = kept
        return tags


def _as_it_is(signal):
    return signal


def _hidden_node(graph, layer):
    """Return the number of the node of a layer."""
    if isinstance(layer, Integral):
        return index_layers(read_by_linear_modules(graph), layer)
    kind, node = parse_quantity(layer, graph)
    if kind != "z" or node == 0:
        raise ValueError(
            f"layer={layer!r} must be the number of a hidden layer, or a node behind "
            "the input, 'z[1]' and so on."
        )
    return node


def read_by_linear_modules(graph):
    """Return the numbers of the nodes that linear modules read, except the input."""
    found = set()
    for module, inputs in graph.wires:
        if graph.modules[module].has_weight_matrix:
            found.update(inputs)
    return sorted(found - {0})


def index_layers(layers, layer):
    """Return a layer of a list, or raise an error that lists the valid indices."""
    try:
        return layers[layer]
    except IndexError:
        pass
    which = f"0 to {len(layers) - 1}, or -{len(layers)} to -1 from the last"
    raise ValueError(
        f"layer={layer!r} does not exist: this network has {len(layers)} hidden "
        f"layer(s){', ' + which if layers else ''}. Any node of its graph can be "
        "chosen by name, 'z[1]' and so on."
    )
