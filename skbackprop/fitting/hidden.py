"""Hidden representations: a fitted network as an extractor of features."""

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
    """What the hidden layers of a network make of samples.

    Layers are of different widths, so that ``transform`` itself, and not
    scikit-learn's wrapper around it, names the columns of a data frame.
    """

    def transform(self, X, layer=-1):
        """Return what a hidden layer makes of samples.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
            The input data, as in ``fit``.
        layer : int, str or Node, default=-1
            Number of the hidden layer, counted from 0, or from the end: -1 is
            what the output layer reads. In an MLP layer k is
            :math:`h_{k+1} = f(h_k W_k + b_k)`; in a recurrent network what
            ``readout`` makes of the states of recurrent layer k; in any other
            graph the hidden layers are the signals that linear modules read,
            in the order of the graph, its input left out. Any other node of
            ``graph_`` is meant by ``"z[k]"``, k its number in
            ``print(graph_)``, or by itself.

        Returns
        -------
        representation : ndarray of shape (n_samples, n_units)
            In the dtype of the network. Only the modules up to the layer are
            run, minibatch by minibatch, as in prediction (no dropout). A data
            frame after ``set_output``; of recurrent networks with
            ``return_sequences`` as by steps as their predictions.

        Raises
        ------
        ValueError
            If there is no such layer.

        Notes
        -----
        ``make_pipeline(network, classifier)`` trains the network on y, then the
        classifier on its last hidden layer. A network fitted before stays as it
        is in ``FrozenEstimator(network)``, and ``FunctionTransformer(
        network.transform, kw_args={"layer": 0})`` gives another layer.

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
                f"set_output(transform={container!r}) gives tables, but with "
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
            Only held against the names seen in ``fit``.
        layer : int, str or Node, default=-1
            As in ``transform``.

        Returns
        -------
        names : ndarray of str
            The name of the class in lower case and the number of the unit.
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
        """Return what a part of the graph puts out, of rows as it reads them."""
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
        """Tell scikit-learn that the dtype of the input is kept."""
        tags = super().__sklearn_tags__()
        kept = ["float64", "float32"] if self.dtype is None else [self.dtype]
        tags.transformer_tags.preserves_dtype = kept
        return tags


def _as_it_is(signal):
    return signal


def _hidden_node(graph, layer):
    """Return the number of the node that a layer is."""
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
    """Return the numbers of the nodes that linear modules read, but the input."""
    found = set()
    for module, inputs in graph.wires:
        if graph.modules[module].has_weight_matrix:
            found.update(inputs)
    return sorted(found - {0})


def index_layers(layers, layer):
    """Return a layer out of a list of them, or say which there are."""
    try:
        return layers[layer]
    except IndexError:
        pass
    which = f"0 to {len(layers) - 1}, or -{len(layers)} to -1 from the last"
    raise ValueError(
        f"layer={layer!r} does not exist: this network has {len(layers)} hidden "
        f"layer(s){', ' + which if layers else ''}. Any node of its graph may be "
        "named, 'z[1]' and so on."
    )
