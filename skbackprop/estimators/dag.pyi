# Written by `make stubs` from the module beside it, which is what to change.

from _typeshed import SupportsLenAndGetItem
from collections.abc import Callable
from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from scipy import sparse
from skbackprop.engine.losses.base import Loss
from skbackprop.engine.losses.classes import ClassLoss
from skbackprop.engine.schedules import Schedule
from skbackprop.network.graph import Graph
from skbackprop.network.node import Node
from sklearn.base import BaseEstimator
from sklearn.base import ClassifierMixin
from sklearn.base import RegressorMixin
from sklearn.base import TransformerMixin
from sklearn.callback import CallbackSupportMixin
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np
import os

class NetworkClassifier(ClassifierMixin, CallbackSupportMixin, TransformerMixin, BaseEstimator):
    """Classifier for any directed acyclic graph of modules.

    The graph computes logits z. Backprop through the graph minimises their loss plus an
    L2 penalty on all weight matrices. The default is the log loss of softmax(z), or of
    the logistic function of z for two classes (one logit) and for label indicator
    matrices.

    Parameters
    ----------
    graph : Graph or callable, default=mlp_graph
        The network, or a function of (n_features, n_outputs) that returns it. The
        default has one hidden layer of 100 rectified linear units. The output must have
        one column per class or target, or one column for two classes.
    loss : str or ClassLoss, default='log_loss'
        The loss to minimise: 'log_loss', 'hinge' (that of Crammer & Singer for more
        than two classes), 'squared_hinge', 'squared_error' to targets of +1 and -1
        (LeCun et al. 1998 [1]_, with ``scaled_tanh`` units), or 'focal' (Lin et al.
        2017); or an instance of a class of :mod:`skbackprop.engine.losses`, such as
        ``Focal(gamma=1)``. Only 'log_loss' and 'focal' estimate probabilities.
    label_smoothing : float, default=None
        Share of each label, between 0 and 1, to spread evenly over all classes (Szegedy
        et al. 2016). Only with ``loss='log_loss'``.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, which multiply the sample weights; they must not all be
        0. In a dict, missing classes have weight 1. 'balanced' means
        ``n_samples / (n_classes * np.bincount(y))`` and is not supported by
        ``partial_fit``. Not supported for label indicator matrices and steps of
        sequences.
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd'}, default='adam'
        The solver for weight optimization: L-BFGS on the full batch, stochastic
        gradient descent with momentum, Adam [2]_, or one of its variants (see
        :mod:`skbackprop.engine.optimizers` for the equations). 'adamw' is 'adam' with a
        default ``weight_decay`` of 0.01. 'sdlm' (stochastic diagonal
        Levenberg-Marquardt [1]_) is 'sgd' with the learning rate ``learning_rate_init /
        (h + damping)`` for each weight, where h is the second derivative of the loss,
        estimated before each epoch on 500 samples. Not all losses and modules support
        'sdlm'.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, divided by the sum of the
        sample weights of the minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Size of minibatches for the stochastic solvers. 'auto' means
        ``min(200, n_samples)``.
    learning_rate : str, Schedule or callable, default='constant'
        Learning rate schedule.

        - As in scikit-learn, only used with ``solver='sgd'`` and 'sdlm': 'constant';
          'invscaling' (``learning_rate_init / (t_ + 1) ** power_t``, updated once per
          epoch); 'adaptive' (divided by 5 each time training stops improving).
        - With any stochastic solver: 'exponential' and 'plateau', which never end;
          'onecycle', 'coslog4', 'cosine' and 'step', which span the ``max_iter`` epochs
          of each fit and advance by one epoch per call of ``partial_fit``.
        - An instance of a class of :mod:`skbackprop.engine.schedules`, for control over
          its length, such as ``Cosine(period=10, growth=2)`` with warm restarts.
        - A callable that takes the number of epochs so far (a float) and returns the
          factor of ``learning_rate_init``.
    learning_rate_init : float, default=0.001
        Initial learning rate. Only used with the stochastic solvers.
    power_t : float, default=0.5
        Exponent of the 'invscaling' schedule.
    max_iter : int, default=200
        Maximum number of epochs (stochastic solvers) or iterations (L-BFGS) per call of
        ``fit``.
    shuffle : bool, default=True
        Whether to shuffle the samples before each epoch.
    random_state : int, RandomState instance, default=None
        Controls the initial weights, the shuffling, the validation split and dropout.
        Pass an int for reproducible results.
    tol : float or None, default=1e-4
        Smallest change that counts as an improvement of the loss, or of the validation
        score with early stopping. For L-BFGS, the gradient size at which to stop. If
        None, there is no convergence criterion, as in scikit-learn's ``SGDClassifier``:
        training runs for ``max_iter`` epochs without a ConvergenceWarning and ignores
        ``n_iter_no_change``. None is not allowed with L-BFGS, ``early_stopping``, or
        the schedules 'adaptive' and 'plateau'.
    verbose : bool, default=False
        Whether to print progress.
    warm_start : bool, default=False
        Whether ``fit`` continues from the previous solution and optimizer state. If the
        previous call was cut off by ``max_iter``, 10 + 10 epochs equal 20 bit for bit,
        except with schedules that span a fit. The count of epochs without improvement
        restarts if the data or the criterion (``alpha``, ``l1_alpha``,
        ``early_stopping``, ``n_iter_no_change``, ``tol``) has changed, or if training
        had stopped by itself. If False, ``fit`` discards the optimizer state at its
        end,
        and a later ``partial_fit`` starts a new one.
    momentum : float, default=0.9
        Momentum, between 0 and 1. Only used with ``solver='sgd'`` and 'sdlm'. Along a
        constant gradient, steps become ``1 / (1 - momentum)`` times as long.
    nesterovs_momentum : bool, default=True
        Whether to use Nesterov momentum.
    early_stopping : bool, default=False
        Whether to stop training when the validation score no longer improves. The
        validation set is ``X_val`` and ``y_val`` if passed to ``fit``, otherwise a
        held-out part of the training data. With any validation set, the weights with
        the best score are kept. Ignored by L-BFGS, not supported by ``partial_fit``.
    validation_fraction : float, default=0.1
        Proportion of the training data to hold out for ``early_stopping``, between 0
        and 1. Not used if ``X_val`` is passed to ``fit``.
    beta_1 : float, default=0.9
        Exponential decay rate of Adam's first moment estimate.
    beta_2 : float, default=0.999
        Exponential decay rate of Adam's second moment estimate.
    epsilon : float, default=1e-8
        Value added to the root of Adam's second moment for numerical stability.
    n_iter_no_change : int or np.inf, default=10
        Number of consecutive epochs without an improvement of ``tol`` after which
        training stops, or the schedules 'adaptive' and 'plateau' reduce the learning
        rate.
    max_fun : int, default=15000
        Maximum number of loss evaluations. Only used with L-BFGS.
    clip_grad_norm : float, default=None
        Maximum Euclidean norm of the gradient of a minibatch (without penalties);
        longer gradients are scaled down to it (Pascanu et al. 2013). None means no
        limit. Not supported by L-BFGS.
    l1_alpha : float, default=None
        Strength of the L1 penalty ``l1_alpha * ||W||_1``, divided like that of
        ``alpha``. Minimised by proximal steps, so that weights become exactly 0. Not
        supported by L-BFGS.
    weight_decay : float, default=None
        Decoupled weight decay: each step multiplies the weights by ``1 - learning rate
        * weight_decay`` (Loshchilov & Hutter 2019). None means 0.01 with
        ``solver='adamw'`` and 0 otherwise. Not supported by L-BFGS.
    max_norm : float, default=None
        Maximum Euclidean norm of the incoming weights of a unit; longer ones are scaled
        down after each step (Srivastava et al. 2014). None means no limit. Not
        supported by L-BFGS.
    weight_init : str, default='glorot'
        Initialization of the weights.

        - 'glorot': uniform, as in scikit-learn [3]_.
        - 'he': normal with variance 2 / fan_in (He et al. 2015).
        - 'lecun': normal with variance 1 / fan_in (LeCun et al. 1998).
        - 'orthogonal': a random orthogonal matrix (Saxe et al. 2014).
        - 'unit_variance': orthogonal, then scaled layer by layer so that the output of
          each layer has variance 1 on the first 512 samples, or on those of
          ``bias_init='data'`` (Mishkin & Matas 2016).
        - 'unit_std': as 'lecun', then scaled unit by unit so that the output of each
          unit has standard deviation 1 on 1000 random samples.

        Biases start at 0, except with 'glorot'.
    bias_init : {'data', 'zeros'}, default=None
        Initialization of the biases of linear modules: 'zeros', or 'data', which places
        the zero of each unit at a random point amid the data (Steinwart 2019). The
        point is a convex combination of 5 samples, out of 1000 drawn at random
        (Holzmuller et al. 2024). None means the default of ``weight_init``.
    learning_rate_factors : dict or callable, default=None
        Learning rate multipliers for blocks of parameters; the default is 1. The keys
        of a dict are block names ('weight', 'bias', 'scale'), or the block of one kind
        of module ('Linear.bias'), which takes precedence. The values are numbers >= 0,
        or 'fan_in' for ``1 / sqrt(fan_in)`` of a weight matrix. A callable takes
        (module, name, shape) and returns the factor of that block. Weight decay uses
        the rate without the factor, except that 0 freezes a block altogether. Not
        supported by L-BFGS.
    regularization_start : float, default=None
        Number of epochs before the penalties, weight decay and ``max_norm`` apply. None
        means from the start. Not supported by L-BFGS.
    warmup_epochs : float, default=None
        Number of epochs over which the learning rate rises linearly to that of its
        schedule. None means no warm-up. Not supported by L-BFGS.
    damping : float, default=None
        Value that ``solver='sdlm'`` adds to second derivatives, so that steps stay
        finite where the loss is flat. None means 0.02. Not allowed with other solvers.
    dtype : {None, 'float32', 'float64'}, default=None
        Precision of the network. None means float32 for float32 input and float64 for
        any other.
    checkpoint : str or path, default=None
        File from which an interrupted ``fit`` resumes, with bit-identical results. It
        is written between epochs, at most every 5 seconds, and when the fit ends, also
        by Ctrl-C. If the file exists, a fit with the same parameters and data resumes
        from it; a fit that has already ended is not repeated, but a larger ``max_iter``
        continues it. Any other fit raises an error. The file stays until you delete it.
        Not supported by L-BFGS and ``partial_fit``.
    scoring : str or callable, default=None
        Score of the validation set, the larger the better. None means the accuracy, or
        R^2 in regression, as in scikit-learn; 'loss' means minus the mean loss without
        penalties. Otherwise the name of a scikit-learn scorer, or a callable with the
        signature ``scorer(estimator, X, y)``, which also receives ``sample_weight=`` if
        the samples are weighted. Class weights affect the loss only. Setting a score
        without a validation set raises an error.
    n_jobs : int, default=None
        Maximum number of threads for ``fit`` and for predictions of many rows; -1 means
        one per core. The results are bit-identical for any number. None means as many
        as pay off on the available cores, but one inside joblib workers; it respects
        ``joblib.parallel_config``, OMP_NUM_THREADS and threadpoolctl. Threads share the
        rows of a minibatch, or all rows with L-BFGS. Small minibatches (200 rows of a
        small network), groups, sequences of unequal length, and modules that compare
        rows, such as BatchNorm, use one thread.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.
    loss_ : float
        Loss of the last epoch, including penalties.
    best_loss_ : float or None
        Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
    validation_scores_ : list of float or None
        Validation score (``scoring``) after each epoch; None without a validation set.
    validation_loss_curve_ : list of float or None
        Validation loss after each epoch, without penalties.
    best_validation_score_ : float or None
        Best validation score.
    history_ : dict of list
        Record of each epoch (iteration of L-BFGS), suited for
        ``pandas.DataFrame(history_)``: 'epoch', counted from 1; 'loss', including
        penalties; 'penalty', the part of the penalties; 'learning_rate' of the last
        step; 'gradient_norm', the mean norm of the minibatch gradients, without
        penalties and before clipping; 'update_ratio', the norm of the last step divided
        by that of the learned parameters before it; 'validation_loss' and
        'validation_score'; 'seconds' of training. Values that do not exist are NaN. So
        are the 'seconds' in pickles, copies and files, so that equal fits give equal
        files.
    t_ : int
        Number of samples seen by the stochastic solver.
    graph_ : Graph
        The fitted network as a graph of modules.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during fit. Defined only if X has string column names.
    n_iter_ : int
        Number of epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the output activation function, which turns logits into predictions. It
        follows from the loss and cannot be set.

    See Also
    --------
    MLPClassifier : The chain of linear layers and activations.

    References
    ----------
    .. [1] LeCun, Y., Bottou, L., Orr, G. & Muller, K. (1998). "Efficient
       BackProp". In Neural Networks: Tricks of the Trade.
    .. [2] Kingma, D. & Ba, J. (2015). "Adam: A method for stochastic
       optimization". ICLR.
    .. [3] Glorot, X. & Bengio, Y. (2010). "Understanding the difficulty of
       training deep feedforward neural networks". AISTATS.

    Examples
    --------
    A network with a skip connection:

    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import NetworkClassifier
    >>> from skbackprop.network import Add, Graph, Input, Linear, ReLU
    >>> def residual(n_features, n_outputs):
    ...     h = Linear(20)(Input(n_features))
    ...     h = Add()(Linear(20)(ReLU()(h)), h)
    ...     return Graph(Linear(n_outputs)(h))
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NetworkClassifier(residual, solver="lbfgs", random_state=0).fit(X, y)
    >>> clf.score(X, y) > 0.97
    True
    """
    graph: Graph | Callable[..., Any]
    loss: str | ClassLoss
    label_smoothing: float | None
    class_weight: dict[Any, Any] | Literal['balanced'] | None
    solver: Literal['adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd']
    alpha: float
    batch_size: int | Literal['auto']
    learning_rate: str | Schedule | Callable[..., Any]
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: int | np.random.RandomState | None
    tol: float | None
    verbose: bool
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: int | float
    max_fun: int
    clip_grad_norm: float | None
    l1_alpha: float | None
    weight_decay: float | None
    max_norm: float | None
    weight_init: str
    bias_init: Literal['data', 'zeros'] | None
    learning_rate_factors: dict[Any, Any] | Callable[..., Any] | None
    regularization_start: float | None
    warmup_epochs: float | None
    damping: float | None
    dtype: Literal[None, 'float32', 'float64']
    checkpoint: str | os.PathLike[str] | None
    scoring: str | Callable[..., Any] | None
    n_jobs: int | None
    classes_: NDArray[Any]
    """Class labels, sorted."""
    loss_: float
    """Loss of the last epoch, including penalties."""
    best_loss_: float | None
    """Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
    only.
    """
    loss_curve_: list[float]
    """Loss of each epoch. Stochastic solvers only."""
    validation_scores_: list[float] | None
    """Validation score (``scoring``) after each epoch; None without a validation set."""
    validation_loss_curve_: list[float] | None
    """Validation loss after each epoch, without penalties."""
    best_validation_score_: float | None
    """Best validation score."""
    history_: dict[Any, Any]
    """Record of each epoch (iteration of L-BFGS), suited for
    ``pandas.DataFrame(history_)``: 'epoch', counted from 1; 'loss', including
    penalties; 'penalty', the part of the penalties; 'learning_rate' of the last
    step; 'gradient_norm', the mean norm of the minibatch gradients, without
    penalties and before clipping; 'update_ratio', the norm of the last step divided
    by that of the learned parameters before it; 'validation_loss' and
    'validation_score'; 'seconds' of training. Values that do not exist are NaN. So
    are the 'seconds' in pickles, copies and files, so that equal fits give equal
    files.
    """
    t_: int
    """Number of samples seen by the stochastic solver."""
    graph_: Graph
    """The fitted network as a graph of modules."""
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of features seen during fit. Defined only if X has string column names."""
    n_iter_: int
    """Number of epochs (iterations of L-BFGS) of the last fit."""
    n_outputs_: int
    """Number of outputs."""
    out_activation_: str
    """Name of the output activation function, which turns logits into predictions. It
    follows from the loss and cannot be set.
    """
    def __init__(
        self,
        graph: Graph | Callable[..., Any] = ...,
        *,
        loss: str | ClassLoss = 'log_loss',
        label_smoothing: float | None = None,
        class_weight: dict[Any, Any] | Literal['balanced'] | None = None,
        solver: Literal['adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd'] = 'adam',
        alpha: float = 0.0001,
        batch_size: int | Literal['auto'] = 'auto',
        learning_rate: str | Schedule | Callable[..., Any] = 'constant',
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float | None = 0.0001,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-08,
        n_iter_no_change: int | float = 10,
        max_fun: int = 15000,
        clip_grad_norm: float | None = None,
        l1_alpha: float | None = None,
        weight_decay: float | None = None,
        max_norm: float | None = None,
        weight_init: str = 'glorot',
        bias_init: Literal['data', 'zeros'] | None = None,
        learning_rate_factors: dict[Any, Any] | Callable[..., Any] | None = None,
        regularization_start: float | None = None,
        warmup_epochs: float | None = None,
        damping: float | None = None,
        dtype: Literal[None, 'float32', 'float64'] = None,
        checkpoint: str | os.PathLike[str] | None = None,
        scoring: str | Callable[..., Any] | None = None,
        n_jobs: int | None = None,
    ) -> None: ...
    def decision_function(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Return scores of the classes that are comparable between samples.

        With ``loss="log_loss"`` and ``"focal"``, the scores are the log-odds log p -
        log(1 - p) of each class; with other losses, the raw output of the network.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            For two classes, one score, positive if the second class is predicted.
            Otherwise one score per class, largest for the predicted class; in
            multilabel classification, positive for the predicted labels.
        """

    def fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray | SupportsLenAndGetItem[Any],
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | sparse.spmatrix | sparse.sparray | SupportsLenAndGetItem[Any] | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Fit the network to data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or sequence of chunks
            The input data. For data larger than memory, pass a sequence of chunks and
            leave out y: a list of tuples (X, y) or (X, y, sample_weight), or an object
            with ``__len__`` whose ``__getitem__(i)`` returns such a tuple. See
            :mod:`skbackprop.chunks`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real numbers in
            regression. None if X is a sequence of chunks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features) or sequence of chunks, default=None
            Validation data in the format of X; not supported by L-BFGS. The network is
            scored on it after each epoch (``scoring``), and the parameters with the
            best score are kept. With ``early_stopping=True``, the validation score
            decides when to stop, and no part of X is held out; otherwise the training
            loss decides. In a pipeline, ``transform_input=["X_val"]`` transforms it
            like X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Targets of ``X_val`` in the format of y. Classes may be missing, but none
            may be new.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each sample of ``X_val`` in the validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If the loss or a parameter becomes infinite or NaN. The parameters of the
            last good epoch are kept. With a validation set, the parameters with the
            best validation score are kept and a warning is issued instead.
        ChunkError
            If a chunk cannot be read or does not match the first one. The result of the
            previous epochs is kept.
        ValueError
            If a parameter or the data is invalid, or the validation set does not match
            the data.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
        layer: int | str | Node = -1,
    ) -> NDArray[Any]:
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

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Load an estimator from a file written by `save`.

        Its predictions are bit-identical to those of the saved estimator, and so are
        the results of further training (``warm_start``, ``partial_fit``).

        Parameters
        ----------
        path : str or path
            The file to read.

        Returns
        -------
        estimator : object
            An instance of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds no estimator, or one of another class or of a later
            version of skbackprop, or if it is truncated or modified.
        """

    def load_weights(self, path: str | os.PathLike[str]) -> Self:
        """Load weights from a safetensors file.

        The estimator must be fitted, if only for one epoch, and have the same layers.
        Classes, settings and curves do not change. Further training (``warm_start``,
        ``partial_fit``) starts from the loaded weights with a new optimizer state.

        Parameters
        ----------
        path : str or path
            A file that ``save`` has written to a path that ends in ``.safetensors``, or
            any other with the same names, shapes and dtype.

        Returns
        -------
        self : object
            The estimator with the loaded weights.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If the file is truncated or in another format, or if names, shapes or dtypes
            differ from those of this network. The message lists them, and the estimator
            does not change.
        """

    def partial_fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Train for one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The class labels, or a label indicator matrix.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.
        classes : array-like of shape (n_classes,), default=None
            All classes across all calls to partial_fit. Required in the first call,
            unless y is a label indicator matrix; optional afterwards.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
        """

    def predict(self, X: ArrayLike | sparse.spmatrix | sparse.sparray) -> NDArray[Any]:
        """Predict the class of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The predicted labels; a label indicator matrix in multilabel
            classification.
        """

    def predict_log_proba(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Estimate the logarithms of the probabilities of the classes.

        They are computed from the logits, so they are finite even where
        ``predict_proba`` rounds to 0.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        log_y_prob : ndarray of shape (n_samples, n_classes)
            Log-probabilities, in the order of ``classes_``.
        """

    def predict_proba(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Estimate the probabilities of the classes.

        Only available with ``loss="log_loss"`` and ``"focal"``.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``.
        """

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the estimator to a file: parameters, weights and all fitted attributes.

        The file is an .npz archive of arrays and a JSON text (``skbackprop.json``),
        without pickle: `load` never executes code from a file. It is written beside
        ``path`` and then moved into place, so that an interrupted save leaves the old
        file intact.

        As in pickles, the optimizer state is kept with ``warm_start=True`` and after
        ``partial_fit``. Callbacks are not saved.

        If the path ends in ``.safetensors``, a network saves only its weights, in that
        format: parameters and buffers with the names and shapes that they have in
        `skbackprop.interchange.to_torch`. ``load_weights`` reads them into another
        network.

        Parameters
        ----------
        path : str or path
            Where to write the file. An existing file is replaced.

        Raises
        ------
        TypeError
            If a parameter is code, such as a function as ``graph`` or
            ``learning_rate``. The message says what to pass instead.
        ValueError
            If an ensemble of networks is saved to ``.safetensors``.
        ImportError
            If the path ends in ``.safetensors`` and safetensors is not installed.
        """

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_partial_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_score_request(self, **requests: bool | str | None) -> Self: ...
    def set_transform_request(self, **requests: bool | str | None) -> Self: ...
    def transform(self, X: ArrayLike, layer: int | str | Node = -1) -> NDArray[Any]:
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


class NetworkRegressor(RegressorMixin, CallbackSupportMixin, TransformerMixin, BaseEstimator):
    """Regressor for any directed acyclic graph of modules.

    The graph computes outputs z. Backprop through the graph minimises their loss, by
    default half the squared error, plus an L2 penalty on all weight matrices.

    Parameters
    ----------
    graph : Graph or callable, default=mlp_graph
        The network, or a function of (n_features, n_outputs) that returns it. The
        default has one hidden layer of 100 rectified linear units. The output must have
        one column per class or target, or one column for two classes.
    loss : str or Loss, default='squared_error'
        The loss to minimise: 'squared_error' (half the squared error),
        'absolute_error', 'huber', 'log_cosh', 'quantile' (see ``quantile``), 'poisson'
        (half the deviance with log link, for non-negative targets) or 'gamma' (the same
        for positive targets); or an instance of a class of
        :mod:`skbackprop.engine.losses`, such as ``Huber(delta=2)``.
    quantile : float or sequence of float, default=None
        Levels of the quantiles to predict with ``loss='quantile'``, between 0 and 1.
        For several levels, predictions have one column per level. None means 0.5.
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd'}, default='adam'
        The solver for weight optimization: L-BFGS on the full batch, stochastic
        gradient descent with momentum, Adam [2]_, or one of its variants (see
        :mod:`skbackprop.engine.optimizers` for the equations). 'adamw' is 'adam' with a
        default ``weight_decay`` of 0.01. 'sdlm' (stochastic diagonal
        Levenberg-Marquardt [1]_) is 'sgd' with the learning rate ``learning_rate_init /
        (h + damping)`` for each weight, where h is the second derivative of the loss,
        estimated before each epoch on 500 samples. Not all losses and modules support
        'sdlm'.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, divided by the sum of the
        sample weights of the minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Size of minibatches for the stochastic solvers. 'auto' means
        ``min(200, n_samples)``.
    learning_rate : str, Schedule or callable, default='constant'
        Learning rate schedule.

        - As in scikit-learn, only used with ``solver='sgd'`` and 'sdlm': 'constant';
          'invscaling' (``learning_rate_init / (t_ + 1) ** power_t``, updated once per
          epoch); 'adaptive' (divided by 5 each time training stops improving).
        - With any stochastic solver: 'exponential' and 'plateau', which never end;
          'onecycle', 'coslog4', 'cosine' and 'step', which span the ``max_iter`` epochs
          of each fit and advance by one epoch per call of ``partial_fit``.
        - An instance of a class of :mod:`skbackprop.engine.schedules`, for control over
          its length, such as ``Cosine(period=10, growth=2)`` with warm restarts.
        - A callable that takes the number of epochs so far (a float) and returns the
          factor of ``learning_rate_init``.
    learning_rate_init : float, default=0.001
        Initial learning rate. Only used with the stochastic solvers.
    power_t : float, default=0.5
        Exponent of the 'invscaling' schedule.
    max_iter : int, default=200
        Maximum number of epochs (stochastic solvers) or iterations (L-BFGS) per call of
        ``fit``.
    shuffle : bool, default=True
        Whether to shuffle the samples before each epoch.
    random_state : int, RandomState instance, default=None
        Controls the initial weights, the shuffling, the validation split and dropout.
        Pass an int for reproducible results.
    tol : float or None, default=1e-4
        Smallest change that counts as an improvement of the loss, or of the validation
        score with early stopping. For L-BFGS, the gradient size at which to stop. If
        None, there is no convergence criterion, as in scikit-learn's ``SGDClassifier``:
        training runs for ``max_iter`` epochs without a ConvergenceWarning and ignores
        ``n_iter_no_change``. None is not allowed with L-BFGS, ``early_stopping``, or
        the schedules 'adaptive' and 'plateau'.
    verbose : bool, default=False
        Whether to print progress.
    warm_start : bool, default=False
        Whether ``fit`` continues from the previous solution and optimizer state. If the
        previous call was cut off by ``max_iter``, 10 + 10 epochs equal 20 bit for bit,
        except with schedules that span a fit. The count of epochs without improvement
        restarts if the data or the criterion (``alpha``, ``l1_alpha``,
        ``early_stopping``, ``n_iter_no_change``, ``tol``) has changed, or if training
        had stopped by itself. If False, ``fit`` discards the optimizer state at its
        end,
        and a later ``partial_fit`` starts a new one.
    momentum : float, default=0.9
        Momentum, between 0 and 1. Only used with ``solver='sgd'`` and 'sdlm'. Along a
        constant gradient, steps become ``1 / (1 - momentum)`` times as long.
    nesterovs_momentum : bool, default=True
        Whether to use Nesterov momentum.
    early_stopping : bool, default=False
        Whether to stop training when the validation score no longer improves. The
        validation set is ``X_val`` and ``y_val`` if passed to ``fit``, otherwise a
        held-out part of the training data. With any validation set, the weights with
        the best score are kept. Ignored by L-BFGS, not supported by ``partial_fit``.
    validation_fraction : float, default=0.1
        Proportion of the training data to hold out for ``early_stopping``, between 0
        and 1. Not used if ``X_val`` is passed to ``fit``.
    beta_1 : float, default=0.9
        Exponential decay rate of Adam's first moment estimate.
    beta_2 : float, default=0.999
        Exponential decay rate of Adam's second moment estimate.
    epsilon : float, default=1e-8
        Value added to the root of Adam's second moment for numerical stability.
    n_iter_no_change : int or np.inf, default=10
        Number of consecutive epochs without an improvement of ``tol`` after which
        training stops, or the schedules 'adaptive' and 'plateau' reduce the learning
        rate.
    max_fun : int, default=15000
        Maximum number of loss evaluations. Only used with L-BFGS.
    clip_grad_norm : float, default=None
        Maximum Euclidean norm of the gradient of a minibatch (without penalties);
        longer gradients are scaled down to it (Pascanu et al. 2013). None means no
        limit. Not supported by L-BFGS.
    l1_alpha : float, default=None
        Strength of the L1 penalty ``l1_alpha * ||W||_1``, divided like that of
        ``alpha``. Minimised by proximal steps, so that weights become exactly 0. Not
        supported by L-BFGS.
    weight_decay : float, default=None
        Decoupled weight decay: each step multiplies the weights by ``1 - learning rate
        * weight_decay`` (Loshchilov & Hutter 2019). None means 0.01 with
        ``solver='adamw'`` and 0 otherwise. Not supported by L-BFGS.
    max_norm : float, default=None
        Maximum Euclidean norm of the incoming weights of a unit; longer ones are scaled
        down after each step (Srivastava et al. 2014). None means no limit. Not
        supported by L-BFGS.
    weight_init : str, default='glorot'
        Initialization of the weights.

        - 'glorot': uniform, as in scikit-learn [3]_.
        - 'he': normal with variance 2 / fan_in (He et al. 2015).
        - 'lecun': normal with variance 1 / fan_in (LeCun et al. 1998).
        - 'orthogonal': a random orthogonal matrix (Saxe et al. 2014).
        - 'unit_variance': orthogonal, then scaled layer by layer so that the output of
          each layer has variance 1 on the first 512 samples, or on those of
          ``bias_init='data'`` (Mishkin & Matas 2016).
        - 'unit_std': as 'lecun', then scaled unit by unit so that the output of each
          unit has standard deviation 1 on 1000 random samples.

        Biases start at 0, except with 'glorot'.
    bias_init : {'data', 'zeros'}, default=None
        Initialization of the biases of linear modules: 'zeros', or 'data', which places
        the zero of each unit at a random point amid the data (Steinwart 2019). The
        point is a convex combination of 5 samples, out of 1000 drawn at random
        (Holzmuller et al. 2024). None means the default of ``weight_init``.
    learning_rate_factors : dict or callable, default=None
        Learning rate multipliers for blocks of parameters; the default is 1. The keys
        of a dict are block names ('weight', 'bias', 'scale'), or the block of one kind
        of module ('Linear.bias'), which takes precedence. The values are numbers >= 0,
        or 'fan_in' for ``1 / sqrt(fan_in)`` of a weight matrix. A callable takes
        (module, name, shape) and returns the factor of that block. Weight decay uses
        the rate without the factor, except that 0 freezes a block altogether. Not
        supported by L-BFGS.
    regularization_start : float, default=None
        Number of epochs before the penalties, weight decay and ``max_norm`` apply. None
        means from the start. Not supported by L-BFGS.
    warmup_epochs : float, default=None
        Number of epochs over which the learning rate rises linearly to that of its
        schedule. None means no warm-up. Not supported by L-BFGS.
    damping : float, default=None
        Value that ``solver='sdlm'`` adds to second derivatives, so that steps stay
        finite where the loss is flat. None means 0.02. Not allowed with other solvers.
    dtype : {None, 'float32', 'float64'}, default=None
        Precision of the network. None means float32 for float32 input and float64 for
        any other.
    checkpoint : str or path, default=None
        File from which an interrupted ``fit`` resumes, with bit-identical results. It
        is written between epochs, at most every 5 seconds, and when the fit ends, also
        by Ctrl-C. If the file exists, a fit with the same parameters and data resumes
        from it; a fit that has already ended is not repeated, but a larger ``max_iter``
        continues it. Any other fit raises an error. The file stays until you delete it.
        Not supported by L-BFGS and ``partial_fit``.
    scoring : str or callable, default=None
        Score of the validation set, the larger the better. None means the accuracy, or
        R^2 in regression, as in scikit-learn; 'loss' means minus the mean loss without
        penalties. Otherwise the name of a scikit-learn scorer, or a callable with the
        signature ``scorer(estimator, X, y)``, which also receives ``sample_weight=`` if
        the samples are weighted. Class weights affect the loss only. Setting a score
        without a validation set raises an error.
    n_jobs : int, default=None
        Maximum number of threads for ``fit`` and for predictions of many rows; -1 means
        one per core. The results are bit-identical for any number. None means as many
        as pay off on the available cores, but one inside joblib workers; it respects
        ``joblib.parallel_config``, OMP_NUM_THREADS and threadpoolctl. Threads share the
        rows of a minibatch, or all rows with L-BFGS. Small minibatches (200 rows of a
        small network), groups, sequences of unequal length, and modules that compare
        rows, such as BatchNorm, use one thread.

    Attributes
    ----------
    loss_ : float
        Loss of the last epoch, including penalties.
    best_loss_ : float or None
        Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
    validation_scores_ : list of float or None
        Validation score (``scoring``) after each epoch; None without a validation set.
    validation_loss_curve_ : list of float or None
        Validation loss after each epoch, without penalties.
    best_validation_score_ : float or None
        Best validation score.
    history_ : dict of list
        Record of each epoch (iteration of L-BFGS), suited for
        ``pandas.DataFrame(history_)``: 'epoch', counted from 1; 'loss', including
        penalties; 'penalty', the part of the penalties; 'learning_rate' of the last
        step; 'gradient_norm', the mean norm of the minibatch gradients, without
        penalties and before clipping; 'update_ratio', the norm of the last step divided
        by that of the learned parameters before it; 'validation_loss' and
        'validation_score'; 'seconds' of training. Values that do not exist are NaN. So
        are the 'seconds' in pickles, copies and files, so that equal fits give equal
        files.
    t_ : int
        Number of samples seen by the stochastic solver.
    graph_ : Graph
        The fitted network as a graph of modules.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during fit. Defined only if X has string column names.
    n_iter_ : int
        Number of epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the output activation function, which turns logits into predictions. It
        follows from the loss and cannot be set.

    See Also
    --------
    MLPRegressor : The chain of linear layers and activations.

    References
    ----------
    .. [1] LeCun, Y., Bottou, L., Orr, G. & Muller, K. (1998). "Efficient
       BackProp". In Neural Networks: Tricks of the Trade.
    .. [2] Kingma, D. & Ba, J. (2015). "Adam: A method for stochastic
       optimization". ICLR.
    .. [3] Glorot, X. & Bengio, Y. (2010). "Understanding the difficulty of
       training deep feedforward neural networks". AISTATS.

    Examples
    --------
    A product of two linear maps, which no MLP of this size can compute:

    >>> import numpy as np
    >>> from skbackprop import NetworkRegressor
    >>> from skbackprop.network import Graph, Input, Linear, Multiply
    >>> x = Input(4)
    >>> graph = Graph(Linear(1)(Multiply()(Linear(3)(x), Linear(3)(x))))
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> y = X[:, 0] * X[:, 1]
    >>> reg = NetworkRegressor(graph, solver="lbfgs", random_state=0).fit(X, y)
    >>> reg.score(X, y) > 0.99
    True
    """
    graph: Graph | Callable[..., Any]
    loss: str | Loss
    quantile: float | Sequence[float] | None
    solver: Literal['adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd']
    alpha: float
    batch_size: int | Literal['auto']
    learning_rate: str | Schedule | Callable[..., Any]
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: int | np.random.RandomState | None
    tol: float | None
    verbose: bool
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: int | float
    max_fun: int
    clip_grad_norm: float | None
    l1_alpha: float | None
    weight_decay: float | None
    max_norm: float | None
    weight_init: str
    bias_init: Literal['data', 'zeros'] | None
    learning_rate_factors: dict[Any, Any] | Callable[..., Any] | None
    regularization_start: float | None
    warmup_epochs: float | None
    damping: float | None
    dtype: Literal[None, 'float32', 'float64']
    checkpoint: str | os.PathLike[str] | None
    scoring: str | Callable[..., Any] | None
    n_jobs: int | None
    loss_: float
    """Loss of the last epoch, including penalties."""
    best_loss_: float | None
    """Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
    only.
    """
    loss_curve_: list[float]
    """Loss of each epoch. Stochastic solvers only."""
    validation_scores_: list[float] | None
    """Validation score (``scoring``) after each epoch; None without a validation set."""
    validation_loss_curve_: list[float] | None
    """Validation loss after each epoch, without penalties."""
    best_validation_score_: float | None
    """Best validation score."""
    history_: dict[Any, Any]
    """Record of each epoch (iteration of L-BFGS), suited for
    ``pandas.DataFrame(history_)``: 'epoch', counted from 1; 'loss', including
    penalties; 'penalty', the part of the penalties; 'learning_rate' of the last
    step; 'gradient_norm', the mean norm of the minibatch gradients, without
    penalties and before clipping; 'update_ratio', the norm of the last step divided
    by that of the learned parameters before it; 'validation_loss' and
    'validation_score'; 'seconds' of training. Values that do not exist are NaN. So
    are the 'seconds' in pickles, copies and files, so that equal fits give equal
    files.
    """
    t_: int
    """Number of samples seen by the stochastic solver."""
    graph_: Graph
    """The fitted network as a graph of modules."""
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of features seen during fit. Defined only if X has string column names."""
    n_iter_: int
    """Number of epochs (iterations of L-BFGS) of the last fit."""
    n_outputs_: int
    """Number of outputs."""
    out_activation_: str
    """Name of the output activation function, which turns logits into predictions. It
    follows from the loss and cannot be set.
    """
    def __init__(
        self,
        graph: Graph | Callable[..., Any] = ...,
        loss: str | Loss = 'squared_error',
        *,
        quantile: float | Sequence[float] | None = None,
        solver: Literal['adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd'] = 'adam',
        alpha: float = 0.0001,
        batch_size: int | Literal['auto'] = 'auto',
        learning_rate: str | Schedule | Callable[..., Any] = 'constant',
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float | None = 0.0001,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-08,
        n_iter_no_change: int | float = 10,
        max_fun: int = 15000,
        clip_grad_norm: float | None = None,
        l1_alpha: float | None = None,
        weight_decay: float | None = None,
        max_norm: float | None = None,
        weight_init: str = 'glorot',
        bias_init: Literal['data', 'zeros'] | None = None,
        learning_rate_factors: dict[Any, Any] | Callable[..., Any] | None = None,
        regularization_start: float | None = None,
        warmup_epochs: float | None = None,
        damping: float | None = None,
        dtype: Literal[None, 'float32', 'float64'] = None,
        checkpoint: str | os.PathLike[str] | None = None,
        scoring: str | Callable[..., Any] | None = None,
        n_jobs: int | None = None,
    ) -> None: ...
    def fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray | SupportsLenAndGetItem[Any],
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: ArrayLike | sparse.spmatrix | sparse.sparray | SupportsLenAndGetItem[Any] | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
    ) -> Self:
        """Fit the network to data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) or sequence of chunks
            The input data. For data larger than memory, pass a sequence of chunks and
            leave out y: a list of tuples (X, y) or (X, y, sample_weight), or an object
            with ``__len__`` whose ``__getitem__(i)`` returns such a tuple. See
            :mod:`skbackprop.chunks`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real numbers in
            regression. None if X is a sequence of chunks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features) or sequence of chunks, default=None
            Validation data in the format of X; not supported by L-BFGS. The network is
            scored on it after each epoch (``scoring``), and the parameters with the
            best score are kept. With ``early_stopping=True``, the validation score
            decides when to stop, and no part of X is held out; otherwise the training
            loss decides. In a pipeline, ``transform_input=["X_val"]`` transforms it
            like X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Targets of ``X_val`` in the format of y. Classes may be missing, but none
            may be new.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each sample of ``X_val`` in the validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If the loss or a parameter becomes infinite or NaN. The parameters of the
            last good epoch are kept. With a validation set, the parameters with the
            best validation score are kept and a warning is issued instead.
        ChunkError
            If a chunk cannot be read or does not match the first one. The result of the
            previous epochs is kept.
        ValueError
            If a parameter or the data is invalid, or the validation set does not match
            the data.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
        layer: int | str | Node = -1,
    ) -> NDArray[Any]:
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

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Load an estimator from a file written by `save`.

        Its predictions are bit-identical to those of the saved estimator, and so are
        the results of further training (``warm_start``, ``partial_fit``).

        Parameters
        ----------
        path : str or path
            The file to read.

        Returns
        -------
        estimator : object
            An instance of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds no estimator, or one of another class or of a later
            version of skbackprop, or if it is truncated or modified.
        """

    def load_weights(self, path: str | os.PathLike[str]) -> Self:
        """Load weights from a safetensors file.

        The estimator must be fitted, if only for one epoch, and have the same layers.
        Classes, settings and curves do not change. Further training (``warm_start``,
        ``partial_fit``) starts from the loaded weights with a new optimizer state.

        Parameters
        ----------
        path : str or path
            A file that ``save`` has written to a path that ends in ``.safetensors``, or
            any other with the same names, shapes and dtype.

        Returns
        -------
        self : object
            The estimator with the loaded weights.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If the file is truncated or in another format, or if names, shapes or dtypes
            differ from those of this network. The message lists them, and the estimator
            does not change.
        """

    def partial_fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train for one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
        """

    def predict(self, X: ArrayLike | sparse.spmatrix | sparse.sparray) -> NDArray[Any]:
        """Predict the target values.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values. Several quantiles have one column each.
        """

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the estimator to a file: parameters, weights and all fitted attributes.

        The file is an .npz archive of arrays and a JSON text (``skbackprop.json``),
        without pickle: `load` never executes code from a file. It is written beside
        ``path`` and then moved into place, so that an interrupted save leaves the old
        file intact.

        As in pickles, the optimizer state is kept with ``warm_start=True`` and after
        ``partial_fit``. Callbacks are not saved.

        If the path ends in ``.safetensors``, a network saves only its weights, in that
        format: parameters and buffers with the names and shapes that they have in
        `skbackprop.interchange.to_torch`. ``load_weights`` reads them into another
        network.

        Parameters
        ----------
        path : str or path
            Where to write the file. An existing file is replaced.

        Raises
        ------
        TypeError
            If a parameter is code, such as a function as ``graph`` or
            ``learning_rate``. The message says what to pass instead.
        ValueError
            If an ensemble of networks is saved to ``.safetensors``.
        ImportError
            If the path ends in ``.safetensors`` and safetensors is not installed.
        """

    def score(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Return R^2, or its analogue for quantiles.

        For quantiles, the score is :func:`sklearn.metrics.d2_pinball_score`, which
        replaces the squared error by the pinball loss, averaged over the levels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample.

        Returns
        -------
        score : float
            At most 1. The best constant prediction scores 0.
        """

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_partial_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_score_request(self, **requests: bool | str | None) -> Self: ...
    def set_transform_request(self, **requests: bool | str | None) -> Self: ...
    def transform(self, X: ArrayLike, layer: int | str | Node = -1) -> NDArray[Any]:
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


def __getattr__(name: str) -> Any: ...
