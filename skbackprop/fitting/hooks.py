"""The protocol between the one fit and an estimator: hooks, and what they share.

What a kind of network does differently from others it says by overriding hooks of
:class:`FittingHooks`. Files beside the estimators' own ask for these and for the
state listed there, and for nothing else that is private.
"""

from typing import ClassVar, NamedTuple

from scipy import sparse
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from skbackprop.engine.samples import Samples
from skbackprop.network.compiler import compile_graph
from skbackprop.utils.validation import validate_finite, validate_input


class Data(NamedTuple):
    """Samples and their targets, validated.

    Attributes
    ----------
    X : ndarray, CSR matrix or Parts of shape (n_samples, n_columns)
        Rows as the network reads them, C-contiguous. Parts get their programs when
        a graph is made for them.
    y : object
        What the targets encode: an array, or what an estimator makes of y.
    layout : list, default=None
        How sequences stand in the rows, or in those of each part, for recurrent
        networks.
    """

    X: object
    y: object
    layout: object = None


class FittingHooks:
    """What the one fit asks of an estimator, with the answers of a plain network.

    Attributes
    ----------
    graph_ : Graph
        The network as it was fitted.
    _parameters : ndarray of shape (program.n_parameters,)
        The flat parameter vector of the program, padded as kernels read it.
    _targets : Targets
        How y becomes what the loss reads, and logits become predictions.
    _random_state : RandomState
        Draws all that the fits draw, one after the other.
    _training_state : TrainingState or None
        From where a stochastic solver goes on: after ``partial_fit``, and after
        ``fit`` with ``warm_start=True``. It goes into pickles and files.
    """

    # Classes and functions of this package, beyond modules, losses, schedules and
    # targets, that an estimator keeps and that a file may therefore name.
    _storable: ClassVar[tuple] = ()
    # Whether rows are all that it learns from, each by itself.
    _reads_chunks: ClassVar[bool] = False

    @property
    def _program(self):
        """The program of the graph as it was fitted."""
        return compile_graph(self.graph_)

    # Data in

    def _read_data(self, X, y, dtype, reset):
        """Return the Data of a fit, validated.

        Parameters
        ----------
        X, y : object
            As the user has them; y may be a tuple of all that ``fit`` was given.
        dtype : dtype or list of dtype
            Which dtypes X may keep; others become the first of them.
        reset : bool
            Whether the features are those of a new network, to be remembered.
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
        """Return rows as the fitted network reads them, and the graph that does."""
        X = validate_input(self, X, accept_sparse=["csr", "csc"])
        return X.tocsr() if sparse.issparse(X) else X, self.graph_

    def _like_input(self, rows, X):
        """Return numbers for what the network reads in the shape of X."""
        return rows

    def _walk_layers(self, X):
        """Yield the name and the values of input, hidden layers and output.

        The input is as the network reads it, hidden layers are as ``transform``
        gives them, the output is logits.
        """
        raise NotImplementedError

    # Targets

    def _new_targets(self, y, classes=None, incremental=False):
        """Return the Targets of an untrained network for targets like y.

        Parameters
        ----------
        y : object
            Of Data.
        classes : array-like, default=None
            What the user says to ``partial_fit`` of classes.
        incremental : bool, default=False
            Whether y may be a part of what is learnt in all.
        """
        raise NotImplementedError

    def _check_targets(self, targets, y, classes=None, incremental=False):
        """Raise ValueError where y does not go on from a network's targets."""
        raise NotImplementedError

    def _weigh(self, sample_weight, y, dtype, incremental):
        """Return the weights of the samples in the loss, None where all are 1."""
        return sample_weight

    def _make_samples(self, X, y, encoded, sample_weight):
        """Return what to train on; those who train on groups make them of y."""
        return Samples(X, encoded, sample_weight)

    # The network

    def _make_graph(self, data, n_outputs):
        """Return the graph that the parameters say for Data and so many outputs."""
        raise NotImplementedError

    def _graph_for(self, data):
        """Return the graph with the fitted parameters that reads other Data."""
        return self.graph_

    def _begin(self, targets, is_given=False):
        """Set up what else there is to an untrained network, its weights drawn.

        Parameters
        ----------
        targets : Targets
        is_given : bool, default=False
            Whether weights that were assigned before take the place of those drawn,
            as with ``partial_fit`` and ``warm_start=True``.
        """

    def _predicting_part(self, graph):
        """Return the part of a graph that predictions are made with."""
        return graph

    def _is_same_network(self, graph):
        """Tell whether a graph has the parameters of the network fitted before."""
        return graph == self.graph_

    def _describe_network(self):
        """Return the network fitted before, as messages show it."""
        return str(self.graph_)

    def _refuse_continuation(self):
        """Raise ValueError: the network is another one than was fitted before."""
        raise ValueError(
            "The parameters of this estimator now describe another network than the "
            "one fitted before, so training cannot go on from there. It was\n"
            f"{self._describe_network()}\nUse warm_start=False, or a new estimator."
        )

    # Training

    def _auto_batch_size(self, samples):
        """Return what ``batch_size="auto"`` means for these samples."""
        return 200

    def _validation_score(self, true, predicted, weights=None, starts=None):
        """Return how good predictions are, the larger the better.

        Parameters
        ----------
        true, predicted : ndarray of shape (n_rows, ...)
        weights : ndarray, default=None
            Of the rows, or of their groups; None: 1 each.
        starts : ndarray of int64 of shape (n_groups + 1,), default=None
            Where the groups begin among the rows, where they are in groups.
        """
        raise NotImplementedError

    def _as_callbacks_see(self, X, y, sample_weight):
        """Return what a fit was given, by scikit-learn's names of it."""
        return {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}
