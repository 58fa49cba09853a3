"""The protocol between fit and an estimator: hooks and their shared state.

Estimators customize the fit by overriding hooks of :class:`FittingHooks`. Other files
access only these hooks and the state listed there, and nothing else that is private.
"""

from typing import ClassVar, NamedTuple

from scipy import sparse
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from skbackprop.engine.samples import Samples
from skbackprop.network.compiler import compile_graph
from skbackprop.utils.validation import validate_finite, validate_input


class Data(NamedTuple):
    """Validated samples and targets.

    Attributes
    ----------
    X : ndarray, CSR matrix or Parts of shape (n_samples, n_columns)
        C-contiguous rows in the format that the network reads. Parts get their programs
        when a graph is made for them.
    y : object
        What the targets encode: an array, or another form of y for some estimators.
    layout : list, default=None
        Layout of sequences in the rows, or in the rows of each part, for recurrent
        networks.
    """

    X: object
    y: object
    layout: object = None


class FittingHooks:
    """The hooks that fit calls, with defaults for a plain network.

    Attributes
    ----------
    graph_ : Graph
        The fitted network.
    _parameters : ndarray of shape (program.n_parameters,)
        The flat parameter vector of the program, padded for the kernels.
    _targets : Targets
        Encodes y for the loss, and decodes logits into predictions.
    _random_state : RandomState
        The generator of all random draws of successive fits.
    _training_state : TrainingState or None
        State from which a stochastic solver continues, after ``partial_fit``, and after
        ``fit`` with ``warm_start=True``. It is stored in pickles and files.
    """

    # Additional classes and functions of this package that files may name, besides
    # modules, losses, schedules and targets.
    _storable: ClassVar[tuple] = ()
    # Whether it learns from independent rows only.
    _reads_chunks: ClassVar[bool] = False

    @property
    def _program(self):
        """The program of the fitted graph."""
        return compile_graph(self.graph_)

    # Data in

    def _read_data(self, X, y, dtype, reset):
        """Return the validated Data of a fit.

        Parameters
        ----------
        X, y : object
            The data as the user passed it; y may be a tuple of several arguments of
            ``fit``.
        dtype : dtype or list of dtype
            The dtypes that X may have; others are converted to the first.
        reset : bool
            Whether to store the number and names of features for a new network.
        """
        X, y = validate_finite(
            self,
            X,
            y,
            accept_sparse="csr" if self.__sklearn_tags__().input_tags.sparse else False,
            dtype=dtype,
            order="C",
            multi_output=True,
            y_numeric=isinstance(self, RegressorMixin),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return Data(X, y)

    def _read_input(self, X):
        """Return rows in the format of the fitted network, and the graph for them."""
        X = validate_input(self, X, accept_sparse=["csr", "csc"])
        return X.tocsr() if sparse.issparse(X) else X, self.graph_

    def _like_input(self, rows, X):
        """Return values for the rows that the network reads in the shape of X."""
        return rows

    def _walk_layers(self, X):
        """Yield the name and the values of the input, hidden layers and output.

        The input is in the format that the network reads, hidden layers are those of
        ``transform``, and the output is the logits.
        """
        raise NotImplementedError

    # Targets

    def _new_targets(self, y, classes=None, incremental=False):
        """Return the Targets of an untrained network for targets like y.

        Parameters
        ----------
        y : object
            The y of Data.
        classes : array-like, default=None
            The argument ``classes`` of ``partial_fit``.
        incremental : bool, default=False
            Whether y may be only a part of the training data.
        """
        raise NotImplementedError

    def _check_targets(self, targets, y, classes=None, incremental=False):
        """Raise ValueError if y does not match the targets of the fitted network."""
        raise NotImplementedError

    def _weigh(self, sample_weight, y, dtype, incremental):
        """Return the weights of the samples in the loss, None if all are 1."""
        return sample_weight

    def _make_samples(self, X, y, encoded, sample_weight):
        """Return the training samples; estimators on groups derive these from y."""
        return Samples(X, encoded, sample_weight)

    # The network

    def _make_graph(self, data, n_outputs):
        """Return the graph for the parameters, the Data and the number of outputs."""
        raise NotImplementedError

    def _graph_for(self, data):
        """Return a graph with the fitted parameters that reads other Data."""
        return self.graph_

    def _begin(self, targets, is_given=False):
        """Set up the rest of an untrained network after its weights are drawn.

        Parameters
        ----------
        targets : Targets
        is_given : bool, default=False
            Whether weights that were assigned before replace those drawn, as with
            ``partial_fit`` and ``warm_start=True``.
        """

    def _predicting_part(self, graph):
        """Return the part of a graph that predictions use."""
        return graph

    def _is_same_network(self, graph):
        """Return whether a graph has the parameters of the previous network."""
        return graph == self.graph_

    def _describe_network(self):
        """Return a description of the previous network for messages."""
        return str(self.graph_)

    def _refuse_continuation(self):
        """Raise ValueError because the network differs from the previous one."""
        raise ValueError(
            "The parameters of this estimator now describe another network than the "
            "one fitted before, so training cannot continue. The fitted network is\n"
            f"{self._describe_network()}\nUse warm_start=False, or a new estimator."
        )

    # Training

    def _auto_batch_size(self, samples):
        """Return the size that ``batch_size="auto"`` stands for."""
        return 200

    def _validation_score(self, true, predicted, weights=None, starts=None):
        """Return the score of predictions, the larger the better.

        Parameters
        ----------
        true, predicted : ndarray of shape (n_rows, ...)
        weights : ndarray, default=None
            Weights of the rows, or of their groups; None means 1 each.
        starts : ndarray of int64 of shape (n_groups + 1,), default=None
            Start of each group among the rows, if there are groups.
        """
        raise NotImplementedError

    def _as_callbacks_see(self, X, y, sample_weight):
        """Return the data of a fit under scikit-learn's names."""
        return {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
