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

class RecurrentClassifier(ClassifierMixin, CallbackSupportMixin, TransformerMixin, BaseEstimator):
    r"""Recurrent network that classifies sequences, or their steps.

    A cell reads a sequence step by step,

    .. math:: h_t = cell(x_t, h_{t-1}), \quad h_0 = 0,

    and a linear module reads the logits of the classes from its states. It is
    trained by backprop through all steps, which share their parameters.

    Parameters
    ----------
    hidden_layer_sizes : array-like of int or int, default=(64,)
        Number of units of each recurrent layer, in each direction.
    cell : {'tanh', 'relu', 'gru', 'lstm'}, default='gru'
        The recurrence: tanh(x W + h U + b), the same with max(0, .), gated
        recurrent unit, or long short-term memory
        (:mod:`skbackprop.network.recurrence` has their equations).
    bidirectional : bool, default=False
        Whether each layer also reads the sequence from its end.
    readout : {'last', 'mean', 'max'}, default='last'
        What the output is computed from: the states at the end, or their mean or
        maximum over time.
    return_sequences : bool, default=False
        Whether each step has an output of its own, computed from its state; y
        then holds a label or value for each step, and the loss of a sequence
        is the sum over its steps. Not with ``class_weight``, nor with the name of
        a scorer as ``scoring``.
    n_timesteps : int, default=None
        Number of steps that the rows of a two-dimensional X hold, as behind a
        scaler. None: each column is a step of one feature.
    layout : {'NTF', 'NFT'}, default='NTF'
        Order of samples (N), time (T) and features (F) in X, where it is an array
        of three dimensions. It may as well be a list or pandas Series of
        matrices (time_i, features) of unequal length: arrays, or data frames,
        whose columns must then be those of ``fit``. Those of like length are
        padded and run together, which changes nothing, neither predictions nor
        gradients; where lengths differ much, a minibatch is made of such of like
        length, unless ``shuffle=False``. Or rows, see ``n_timesteps``.
    bptt_steps : int, default=None
        Gradients go back in time to the last multiple of so many steps
        (truncated backprop through time; with ``bidirectional`` they also go
        forth to the next one). None: to the beginning.
    dropout : float or tuple of float, default=None
        Share of what each layer puts out that is left out at random, at each
        step and minibatch anew, on the way to the next layer and to the output;
        the way from step to step drops nothing (Zaremba et al. 2014). Or a
        tuple of rates (input, hidden 1, hidden 2, ...). Predictions use all
        units. Not with L-BFGS.
    loss : str or ClassLoss, default='log_loss'
        What is minimised: 'log_loss', 'hinge' (of several classes that of Crammer
        & Singer), 'squared_hinge', 'squared_error' of the targets +1 and -1 (LeCun
        et al. 1998 [1]_, with ``scaled_tanh`` units), or 'focal' (Lin et al.
        2017); or an instance, such as ``Focal(gamma=1)``, of a loss of
        :mod:`skbackprop.engine.losses`, all of which the documentation lists.
        Probabilities are estimated with 'log_loss' and 'focal'.
    label_smoothing : float, default=None
        Share, from 0 to 1, of each label that is spread evenly over all classes
        (Szegedy et al. 2016). With ``loss='log_loss'`` only.
    class_weight : dict or 'balanced', default=None
        Weight of each class, by which the weights of its samples are multiplied;
        they must not all vanish. A dict has those of ``classes_``, 1 where it lacks
        one. 'balanced' is ``n_samples / (n_classes * np.bincount(y))``, except for
        ``partial_fit``. Not for label indicator matrices, nor for steps of sequences.
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd'}, default='adam'
        How weights are learnt: L-BFGS on all samples at once, stochastic
        gradient descent with momentum, Adam [2]_, or one of its relatives
        (:mod:`skbackprop.engine.optimizers` has their equations). 'adamw' is
        'adam' with a ``weight_decay`` of 0.01 by default. 'sdlm' is 'sgd' with
        ``learning_rate_init / (h + damping)`` as the rate of each weight, where
        h is the second derivative of the loss (stochastic diagonal
        Levenberg-Marquardt [1]_), measured before each epoch on 500 samples; not
        all losses and modules have one.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, which is divided by
        the sum of the sample weights of a minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Samples per minibatch of the stochastic solvers; 'auto' is
        ``min(200, n_samples)``.
    learning_rate : str, Schedule or callable, default='constant'
        Schedule of the learning rate. As in scikit-learn, with ``solver='sgd'``
        (and 'sdlm') only: 'constant', 'invscaling' (``learning_rate_init / (t_ +
        1) ** power_t``, anew in each epoch), or 'adaptive' (divided by 5 whenever
        training comes to a standstill). With any stochastic solver: 'exponential'
        and 'plateau', without end; 'onecycle', 'coslog4', 'cosine' and 'step',
        which span the ``max_iter`` epochs of a fit, so that each fit goes through
        them once, and ``partial_fit`` moves along by an epoch a call; an instance
        of one of :mod:`skbackprop.engine.schedules`, which says how fast, such as
        ``Cosine(period=10, growth=2)`` with warm restarts; or a function of the
        epochs so far, a float, that returns what ``learning_rate_init`` is
        multiplied by.
    learning_rate_init : float, default=0.001
        Initial learning rate of the stochastic solvers.
    power_t : float, default=0.5
        Exponent of the 'invscaling' schedule.
    max_iter : int, default=200
        Most epochs of the stochastic solvers, most iterations of L-BFGS, in a call
        of ``fit``.
    shuffle : bool, default=True
        Whether the samples are shuffled before each epoch.
    random_state : int, RandomState instance, default=None
        Source of the initial weights, of the shuffling, of the validation split and
        of what dropout leaves out. With the same int the results are the same.
    tol : float or None, default=1e-4
        Improvement of the loss (of the validation score, with early stopping)
        that counts as one; for L-BFGS the size of the gradient to stop at. None:
        there is no rule of convergence, as in scikit-learn's ``SGDClassifier``.
        Training ends after ``max_iter`` epochs because that is the plan, which is
        no ConvergenceWarning, and ``n_iter_no_change`` is not read. Not with
        L-BFGS, ``early_stopping``, nor learning rates that wait for a standstill.
    verbose : bool, default=False
        Whether to print progress.
    warm_start : bool, default=False
        Whether ``fit`` goes on from where the last call ended, with the state of
        the optimizer. Where that call was cut off by ``max_iter``, 10 + 10 epochs
        equal 20, bit for bit, except with schedules that span a fit. Epochs without
        improvement are counted anew on other data, by another measure (``alpha``,
        ``l1_alpha``, ``early_stopping``, ``n_iter_no_change``, ``tol``) and after
        training had come to its end. False: the state of the optimizer is dropped
        when ``fit`` ends, and a ``partial_fit`` after it begins a new one.
    momentum : float, default=0.9
        Momentum of ``solver='sgd'`` and 'sdlm', from 0 to 1. In the long run steps
        are ``1 / (1 - momentum)`` times as long as without.
    nesterovs_momentum : bool, default=True
        Whether that momentum is Nesterov's.
    early_stopping : bool, default=False
        Whether training ends when the score on a validation set no longer
        improves: on ``X_val`` and ``y_val`` if ``fit`` is given them, else on a
        part of the training data that is held out. Wherever there is a
        validation set the weights of the best score are kept. Ignored by L-BFGS,
        and not for ``partial_fit``.
    validation_fraction : float, default=0.1
        Part that is held out by ``early_stopping``, from 0 to 1; not where
        ``fit`` is given ``X_val``.
    beta_1 : float, default=0.9
        Decay per step of Adam's first moment.
    beta_2 : float, default=0.999
        Decay per step of Adam's second moment.
    epsilon : float, default=1e-8
        Added to the root of Adam's second moment.
    n_iter_no_change : int or np.inf, default=10
        Epochs in a row without improvement by ``tol`` after which training ends,
        or 'adaptive' and 'plateau' reduce the learning rate.
    max_fun : int, default=15000
        Most evaluations of the loss by L-BFGS.
    clip_grad_norm : float, default=None
        Largest Euclidean norm of a minibatch's gradient (penalty left out);
        a longer one is scaled down to it (Pascanu et al. 2013). None: no limit.
        Not with L-BFGS.
    l1_alpha : float, default=None
        Strength of the L1 penalty ``l1_alpha * ||W||_1``, divided like that of
        ``alpha``. Minimised by proximal steps: weights become exactly 0. Not
        with L-BFGS, nor are the following.
    weight_decay : float, default=None
        Each step, weights are multiplied by ``1 - learning rate * weight_decay``
        (Loshchilov & Hutter 2019). None: 0.01 with ``solver='adamw'``, else 0.
    max_norm : float, default=None
        Largest Euclidean norm of the weights that lead to a unit; longer ones
        are scaled down after each step (Srivastava et al. 2014). None: no limit.
    weight_init : str, default='glorot'
        What weights begin with: 'glorot', uniform as in scikit-learn [3]_; 'he',
        normal of variance 2 / fan_in (He et al. 2015); 'lecun', normal of
        variance 1 / fan_in (LeCun et al. 1998); 'orthogonal' (Saxe et al. 2014);
        'unit_variance', orthogonal and then scaled, layer by layer, so that what a
        layer puts out for the first 512 samples (or for those of
        ``bias_init='data'``) has variance 1 (Mishkin & Matas 2016); or 'unit_std',
        as 'lecun' and then scaled, unit by unit, so that what each unit puts out for
        1000 samples drawn at random has standard deviation 1. Biases begin as 0 with
        all but 'glorot'.
    bias_init : {'data', 'zeros'}, default=None
        What biases of linear modules begin with: 'zeros', or 'data', minus what the
        unit puts out at a random point amid the data, so that units differ in where
        they are 0 (Steinwart 2019): a convex combination of 5 samples for each unit,
        out of 1000 drawn at random (Holzmuller et al. 2024). None: as ``weight_init``
        has it.
    learning_rate_factors : dict or callable, default=None
        Factors of the learning rate for blocks of parameters, each other block has
        1. Keys of a dict are names of blocks ('weight', 'bias', 'scale'), or of a
        block of one kind of module ('Linear.bias'), which count for more; values are
        numbers >= 0, or 'fan_in' for ``1 / sqrt(fan_in)`` of a weight matrix. A
        callable of (module, name, shape) returns the factor of each block. Weight
        decay keeps the rate without a factor; 0 freezes a block altogether.
    regularization_start : float, default=None
        Epochs before the penalties, weight decay and ``max_norm`` begin to
        apply. None: from the start.
    warmup_epochs : float, default=None
        Epochs in which the learning rate rises linearly to what its schedule
        says. None: from the start.
    damping : float, default=None
        What ``solver='sdlm'`` adds to second derivatives, so that steps stay
        finite where the loss is flat. None: 0.02. Not with other solvers.
    dtype : {None, 'float32', 'float64'}, default=None
        Precision of the network. None keeps that of float32 input and takes
        float64 for any other.
    checkpoint : str or path, default=None
        File from which ``fit`` goes on where it was broken off, to the same bits.
        It is written after the epochs of a call into the kernels, at most every 5
        seconds, and when the fit ends, by Ctrl-C too. Where it exists, a fit with
        the same parameters and data goes on from it, and what has ended is not
        done again (a larger ``max_iter`` goes on); any other fit is an error. It
        stays until you delete it. Not with L-BFGS, nor for ``partial_fit``.
    scoring : str or callable, default=None
        Score of a validation set, the larger the better. None: the accuracy, or
        R^2 in regression, as in scikit-learn; 'loss': minus the mean loss,
        penalty left out; else the name of one of scikit-learn's scorers or a
        callable of (estimator, X, y), called with ``sample_weight=`` too where
        ``fit`` was given weights; those of classes are about the loss. An error
        where there is no validation set.
    n_jobs : int, default=None
        Most threads of a fit, and of predictions of many rows; -1: one for each core.
        Results are the same to the bit for any number. None: as many as pay off, of the
        cores that are free to use; but one inside workers of joblib, and what
        ``joblib.parallel_config``, OMP_NUM_THREADS and threadpoolctl say. Threads share
        the rows of a minibatch, or all rows with L-BFGS: small minibatches (200 rows of
        a small network), groups, sequences of unequal length and modules that compare
        rows, as BatchNorm does, have one.

    Attributes
    ----------
    n_features_per_step_ : int
        Number of features of a time step.
    n_features_in_ : int
        Number of features of a time step; where X has rows, of these.
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted.
    loss_ : float
        Loss of the last epoch, penalty included.
    best_loss_ : float or None
        Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
    validation_scores_ : list of float or None
        Score (``scoring``) after each epoch, where there is a validation set.
    validation_loss_curve_ : list of float or None
        Loss there after each epoch, penalty left out.
    best_validation_score_ : float or None
        Best of the scores.
    history_ : dict of list
        What was recorded of each epoch (iteration of L-BFGS), for
        ``pandas.DataFrame(history_)``: 'epoch' from 1 on; 'loss', penalty included;
        'penalty', its part in the loss; 'learning_rate' of the last step;
        'gradient_norm', the mean over minibatches of the norm of the gradient,
        penalty left out, before clipping; 'validation_loss' and
        'validation_score'; 'seconds' of training. NaN where there is no such thing,
        and for 'seconds' in pickles, copies and files: equal fits are equal files.
    t_ : int
        Samples seen by the stochastic solvers.
    graph_ : Graph
        The network as a graph of modules.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features. Only where X has string column names.
    n_iter_ : int
        Epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the function that makes predictions of the network's output. It
        follows from the loss and cannot be set.

    See Also
    --------
    RecurrentRegressor : The same network for real targets.

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
    Which of two frequencies is it?

    >>> import numpy as np
    >>> from skbackprop import RecurrentClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(2, size=100)
    >>> time = np.arange(20) + rng.uniform(0, 20, (100, 1))
    >>> X = np.sin(time * np.where(y, 0.9, 0.6)[:, np.newaxis])[:, :, np.newaxis]
    >>> X.shape
    (100, 20, 1)
    >>> clf = RecurrentClassifier(
    ...     8, learning_rate_init=0.02, max_iter=60, batch_size=20, random_state=0
    ... )
    >>> clf.fit(X, y).score(X, y) > 0.9
    True
    """
    hidden_layer_sizes: ArrayLike | int
    cell: Literal['tanh', 'relu', 'gru', 'lstm']
    bidirectional: bool
    readout: Literal['last', 'mean', 'max']
    return_sequences: bool
    n_timesteps: int | None
    layout: Literal['NTF', 'NFT']
    bptt_steps: int | None
    dropout: float | Sequence[float] | None
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
    n_features_per_step_: int
    """Number of features of a time step."""
    n_features_in_: int
    """Number of features of a time step; where X has rows, of these."""
    classes_: NDArray[Any]
    """Class labels, sorted."""
    loss_: float
    """Loss of the last epoch, penalty included."""
    best_loss_: float | None
    """Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
    only.
    """
    loss_curve_: list[float]
    """Loss of each epoch. Stochastic solvers only."""
    validation_scores_: list[float] | None
    """Score (``scoring``) after each epoch, where there is a validation set."""
    validation_loss_curve_: list[float] | None
    """Loss there after each epoch, penalty left out."""
    best_validation_score_: float | None
    """Best of the scores."""
    history_: dict[Any, Any]
    """What was recorded of each epoch (iteration of L-BFGS), for
    ``pandas.DataFrame(history_)``: 'epoch' from 1 on; 'loss', penalty included;
    'penalty', its part in the loss; 'learning_rate' of the last step;
    'gradient_norm', the mean over minibatches of the norm of the gradient,
    penalty left out, before clipping; 'validation_loss' and
    'validation_score'; 'seconds' of training. NaN where there is no such thing,
    and for 'seconds' in pickles, copies and files: equal fits are equal files.
    """
    t_: int
    """Samples seen by the stochastic solvers."""
    graph_: Graph
    """The network as a graph of modules."""
    feature_names_in_: NDArray[Any]
    """Names of the features. Only where X has string column names."""
    n_iter_: int
    """Epochs (iterations of L-BFGS) of the last fit."""
    n_outputs_: int
    """Number of outputs."""
    out_activation_: str
    """Name of the function that makes predictions of the network's output. It
    follows from the loss and cannot be set.
    """
    def __init__(
        self,
        hidden_layer_sizes: ArrayLike | int = (64,),
        cell: Literal['tanh', 'relu', 'gru', 'lstm'] = 'gru',
        bidirectional: bool = False,
        readout: Literal['last', 'mean', 'max'] = 'last',
        return_sequences: bool = False,
        n_timesteps: int | None = None,
        layout: Literal['NTF', 'NFT'] = 'NTF',
        bptt_steps: int | None = None,
        *,
        dropout: float | Sequence[float] | None = None,
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
    def decision_function(self, X: ArrayLike | Sequence[Sequence[Any]]) -> NDArray[Any]:
        """Return scores of the classes, which mean the same for all samples.

        With a loss of probabilities ("log_loss", "focal") they are log-odds,
        log p - log(1 - p) of each class; with other losses what the network puts out.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            One score for two classes, else one for each. With
            ``return_sequences`` there is another axis, over time, in between.
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
            The input data. Without y, a sequence of chunks of more data than fits
            into memory: an object with ``__len__`` and ``__getitem__(i)``, which
            returns a tuple (X, y) or (X, y, sample_weight), or a list of such
            tuples. See :mod:`skbackprop.chunks`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real
            numbers in regression. None where X is a sequence of chunks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features) or sequence of chunks, default=None
            A validation set, like X; not with L-BFGS. The network is scored on it
            after each epoch (``scoring``), and training ends with the parameters
            of the best score. With ``early_stopping=True`` the score also says
            when to stop, and nothing is held out from X; else the loss says so,
            as without a validation set. In a pipeline,
            ``transform_input=["X_val"]`` transforms it like X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Its targets, like y. Classes may be missing, but none may be new.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each of its samples in validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If a loss or a parameter is not finite. The parameters of the last
            epoch that ended well are kept. Where there is a validation set,
            those with the best validation score are kept and a warning is given
            instead.
        ChunkError
            If a chunk cannot be read, or is not like the first. What was learned
            in the epochs before is kept.
        ValueError
            If a parameter or the data is not as it must be, or the validation set
            is not like the data.
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
            Only held against the names seen in ``fit``.
        layer : int, str or Node, default=-1
            As in ``transform``.

        Returns
        -------
        names : ndarray of str
            The name of the class in lower case and the number of the unit.
        """

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the estimator that `save` has written to a file.

        It predicts the same bits, and goes on learning (``warm_start``,
        ``partial_fit``) to the same bits, as the one that was saved.

        Parameters
        ----------
        path : str or path
            What to read.

        Returns
        -------
        estimator : object
            Of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds an estimator of another class, none at all, one
            of a later version of skbackprop, or is cut off or changed.
        """

    def load_weights(self, path: str | os.PathLike[str]) -> Self:
        """Take the weights of a file in the format of safetensors.

        The network must be there already, with the same layers: fitted, if only for an
        epoch. All else stays as it is: classes, settings, curves. It goes on learning
        (``warm_start``, ``partial_fit``) from these weights with an optimizer that
        begins anew.

        Parameters
        ----------
        path : str or path
            What ``save`` has written to a path that ends in ``.safetensors``, or
            others with the same names, shapes and dtype.

        Returns
        -------
        self : object
            The estimator, changed.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        NotFittedError
            If there is no network yet.
        ValueError
            If the file is cut off or of another format, or if names, shapes or dtypes
            are not those of this network; they are listed. The estimator is as it was.
        """

    def partial_fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Learn from one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_classes)
            The class labels, or a label indicator matrix.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.
        classes : array-like of shape (n_classes,), default=None
            All classes that ever occur. Needed in the first call (unless y is
            a label indicator matrix); may be left out afterwards.

        Returns
        -------
        self : object
            The estimator, trained for one epoch more.
        """

    def predict(self, X: ArrayLike | Sequence[Sequence[Any]]) -> NDArray[Any]:
        """Predict the class of each sequence, or of each step.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The predicted labels. With ``return_sequences`` they are of shape
            (n_samples, n_timesteps), or an array of objects, the labels of each
            sequence, where these are of unequal length.
        """

    def predict_log_proba(self, X: ArrayLike | Sequence[Sequence[Any]]) -> NDArray[Any]:
        """Estimate the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        log_y_prob : ndarray of shape (n_samples, n_classes)
            Log-probabilities, laid out as by ``predict_proba``.
        """

    def predict_proba(self, X: ArrayLike | Sequence[Sequence[Any]]) -> NDArray[Any]:
        """Estimate the probabilities of the classes.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``. With
            ``return_sequences`` there is another axis, over time, in between.
        """

    def predict_step(
        self,
        x: ArrayLike,
        state: NDArray[Any] | None = None,
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Predict from one more step of each sequence, and from what is kept of others.

        After t steps, one call each, the prediction is that of ``predict`` for the
        sequences of these t steps, to rounding; with ``return_sequences`` that of
        their last step. A call costs one step, however many there were.

        Parameters
        ----------
        x : array-like of shape (n_samples, n_features_per_step)
            The step: a row for each sequence.
        state : ndarray of shape (n_samples, n_state), default=None
            What the last call returned. None: the sequences begin.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predictions.
        state : ndarray of shape (n_samples, n_state)
            A new array, for the next call. Its rows may be chosen or put in another
            order as long as those of x are.

        Raises
        ------
        ValueError
            With ``bidirectional``, as the end of a sequence is then read first; or if
            the state is not of this network or of as many sequences.
        """

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the estimator to a file: parameters, weights, all it has learnt.

        The file is an .npz archive of arrays beside a text in JSON
        (``skbackprop.json``), without pickle: reading it with `load` runs
        nothing that it contains. It is written beside ``path`` and then takes
        its place, so that whatever happens there is either the old file or the
        new one.

        The state of the optimizer is kept for those who go on, as pickles do:
        with ``warm_start=True`` and after ``partial_fit``. Callbacks are not kept.

        To a path that ends in ``.safetensors`` a network writes its weights alone, in
        the format of that name: parameters and buffers by the names, and in the shapes,
        that they have in `skbackprop.interchange.to_torch`. ``load_weights`` reads them
        into another network.

        Parameters
        ----------
        path : str or path
            Where to write. A file that is there is replaced.

        Raises
        ------
        TypeError
            If a parameter is code: a function as ``graph`` or as
            ``learning_rate``, say. The message tells what to give instead.
        ValueError
            If weights alone are asked of an ensemble of networks.
        ImportError
            If weights alone are asked for and safetensors is not installed.
        """

    def score(
        self,
        X: ArrayLike | Sequence[Sequence[Any]],
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Return the accuracy of classes, or R^2 of numbers.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.
        y : array-like
            True labels or values; with ``return_sequences`` those of each step.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sequence.

        Returns
        -------
        score : float
            With ``return_sequences`` over all steps of all sequences.
        """

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_partial_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_score_request(self, **requests: bool | str | None) -> Self: ...
    def set_transform_request(self, **requests: bool | str | None) -> Self: ...
    def transform(self, X: ArrayLike, layer: int | str | Node = -1) -> NDArray[Any]:
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


class RecurrentRegressor(RegressorMixin, CallbackSupportMixin, TransformerMixin, BaseEstimator):
    r"""Recurrent network for real targets of sequences, or of their steps.

    A cell reads a sequence step by step,

    .. math:: h_t = cell(x_t, h_{t-1}), \quad h_0 = 0,

    and a linear module reads the outputs from its states. It is trained by
    backprop through all steps, which share their parameters.

    Parameters
    ----------
    hidden_layer_sizes : array-like of int or int, default=(64,)
        Number of units of each recurrent layer, in each direction.
    cell : {'tanh', 'relu', 'gru', 'lstm'}, default='gru'
        The recurrence: tanh(x W + h U + b), the same with max(0, .), gated
        recurrent unit, or long short-term memory
        (:mod:`skbackprop.network.recurrence` has their equations).
    bidirectional : bool, default=False
        Whether each layer also reads the sequence from its end.
    readout : {'last', 'mean', 'max'}, default='last'
        What the output is computed from: the states at the end, or their mean or
        maximum over time.
    return_sequences : bool, default=False
        Whether each step has an output of its own, computed from its state; y
        then holds a label or value for each step, and the loss of a sequence
        is the sum over its steps. Not with ``class_weight``, nor with the name of
        a scorer as ``scoring``.
    n_timesteps : int, default=None
        Number of steps that the rows of a two-dimensional X hold, as behind a
        scaler. None: each column is a step of one feature.
    layout : {'NTF', 'NFT'}, default='NTF'
        Order of samples (N), time (T) and features (F) in X, where it is an array
        of three dimensions. It may as well be a list or pandas Series of
        matrices (time_i, features) of unequal length: arrays, or data frames,
        whose columns must then be those of ``fit``. Those of like length are
        padded and run together, which changes nothing, neither predictions nor
        gradients; where lengths differ much, a minibatch is made of such of like
        length, unless ``shuffle=False``. Or rows, see ``n_timesteps``.
    bptt_steps : int, default=None
        Gradients go back in time to the last multiple of so many steps
        (truncated backprop through time; with ``bidirectional`` they also go
        forth to the next one). None: to the beginning.
    loss : str or Loss, default='squared_error'
        What is minimised: 'squared_error' (half of it), 'absolute_error',
        'huber', 'log_cosh', 'quantile' (see ``quantile``), half the 'poisson' or
        'gamma' deviance with log link for targets that are not negative, or
        positive; or an instance, such as ``Huber(delta=2)``, of a loss of
        :mod:`skbackprop.engine.losses`, all of which the documentation lists.
    dropout : float or tuple of float, default=None
        Share of what each layer puts out that is left out at random, at each
        step and minibatch anew, on the way to the next layer and to the output;
        the way from step to step drops nothing (Zaremba et al. 2014). Or a
        tuple of rates (input, hidden 1, hidden 2, ...). Predictions use all
        units. Not with L-BFGS.
    quantile : float or sequence of float, default=None
        Levels, between 0 and 1, of what ``loss='quantile'`` predicts; of several
        levels predictions have a column each. None: 0.5.
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', 'sdlm', 'sgd'}, default='adam'
        How weights are learnt: L-BFGS on all samples at once, stochastic
        gradient descent with momentum, Adam [2]_, or one of its relatives
        (:mod:`skbackprop.engine.optimizers` has their equations). 'adamw' is
        'adam' with a ``weight_decay`` of 0.01 by default. 'sdlm' is 'sgd' with
        ``learning_rate_init / (h + damping)`` as the rate of each weight, where
        h is the second derivative of the loss (stochastic diagonal
        Levenberg-Marquardt [1]_), measured before each epoch on 500 samples; not
        all losses and modules have one.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, which is divided by
        the sum of the sample weights of a minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Samples per minibatch of the stochastic solvers; 'auto' is
        ``min(200, n_samples)``.
    learning_rate : str, Schedule or callable, default='constant'
        Schedule of the learning rate. As in scikit-learn, with ``solver='sgd'``
        (and 'sdlm') only: 'constant', 'invscaling' (``learning_rate_init / (t_ +
        1) ** power_t``, anew in each epoch), or 'adaptive' (divided by 5 whenever
        training comes to a standstill). With any stochastic solver: 'exponential'
        and 'plateau', without end; 'onecycle', 'coslog4', 'cosine' and 'step',
        which span the ``max_iter`` epochs of a fit, so that each fit goes through
        them once, and ``partial_fit`` moves along by an epoch a call; an instance
        of one of :mod:`skbackprop.engine.schedules`, which says how fast, such as
        ``Cosine(period=10, growth=2)`` with warm restarts; or a function of the
        epochs so far, a float, that returns what ``learning_rate_init`` is
        multiplied by.
    learning_rate_init : float, default=0.001
        Initial learning rate of the stochastic solvers.
    power_t : float, default=0.5
        Exponent of the 'invscaling' schedule.
    max_iter : int, default=200
        Most epochs of the stochastic solvers, most iterations of L-BFGS, in a call
        of ``fit``.
    shuffle : bool, default=True
        Whether the samples are shuffled before each epoch.
    random_state : int, RandomState instance, default=None
        Source of the initial weights, of the shuffling, of the validation split and
        of what dropout leaves out. With the same int the results are the same.
    tol : float or None, default=1e-4
        Improvement of the loss (of the validation score, with early stopping)
        that counts as one; for L-BFGS the size of the gradient to stop at. None:
        there is no rule of convergence, as in scikit-learn's ``SGDClassifier``.
        Training ends after ``max_iter`` epochs because that is the plan, which is
        no ConvergenceWarning, and ``n_iter_no_change`` is not read. Not with
        L-BFGS, ``early_stopping``, nor learning rates that wait for a standstill.
    verbose : bool, default=False
        Whether to print progress.
    warm_start : bool, default=False
        Whether ``fit`` goes on from where the last call ended, with the state of
        the optimizer. Where that call was cut off by ``max_iter``, 10 + 10 epochs
        equal 20, bit for bit, except with schedules that span a fit. Epochs without
        improvement are counted anew on other data, by another measure (``alpha``,
        ``l1_alpha``, ``early_stopping``, ``n_iter_no_change``, ``tol``) and after
        training had come to its end. False: the state of the optimizer is dropped
        when ``fit`` ends, and a ``partial_fit`` after it begins a new one.
    momentum : float, default=0.9
        Momentum of ``solver='sgd'`` and 'sdlm', from 0 to 1. In the long run steps
        are ``1 / (1 - momentum)`` times as long as without.
    nesterovs_momentum : bool, default=True
        Whether that momentum is Nesterov's.
    early_stopping : bool, default=False
        Whether training ends when the score on a validation set no longer
        improves: on ``X_val`` and ``y_val`` if ``fit`` is given them, else on a
        part of the training data that is held out. Wherever there is a
        validation set the weights of the best score are kept. Ignored by L-BFGS,
        and not for ``partial_fit``.
    validation_fraction : float, default=0.1
        Part that is held out by ``early_stopping``, from 0 to 1; not where
        ``fit`` is given ``X_val``.
    beta_1 : float, default=0.9
        Decay per step of Adam's first moment.
    beta_2 : float, default=0.999
        Decay per step of Adam's second moment.
    epsilon : float, default=1e-8
        Added to the root of Adam's second moment.
    n_iter_no_change : int or np.inf, default=10
        Epochs in a row without improvement by ``tol`` after which training ends,
        or 'adaptive' and 'plateau' reduce the learning rate.
    max_fun : int, default=15000
        Most evaluations of the loss by L-BFGS.
    clip_grad_norm : float, default=None
        Largest Euclidean norm of a minibatch's gradient (penalty left out);
        a longer one is scaled down to it (Pascanu et al. 2013). None: no limit.
        Not with L-BFGS.
    l1_alpha : float, default=None
        Strength of the L1 penalty ``l1_alpha * ||W||_1``, divided like that of
        ``alpha``. Minimised by proximal steps: weights become exactly 0. Not
        with L-BFGS, nor are the following.
    weight_decay : float, default=None
        Each step, weights are multiplied by ``1 - learning rate * weight_decay``
        (Loshchilov & Hutter 2019). None: 0.01 with ``solver='adamw'``, else 0.
    max_norm : float, default=None
        Largest Euclidean norm of the weights that lead to a unit; longer ones
        are scaled down after each step (Srivastava et al. 2014). None: no limit.
    weight_init : str, default='glorot'
        What weights begin with: 'glorot', uniform as in scikit-learn [3]_; 'he',
        normal of variance 2 / fan_in (He et al. 2015); 'lecun', normal of
        variance 1 / fan_in (LeCun et al. 1998); 'orthogonal' (Saxe et al. 2014);
        'unit_variance', orthogonal and then scaled, layer by layer, so that what a
        layer puts out for the first 512 samples (or for those of
        ``bias_init='data'``) has variance 1 (Mishkin & Matas 2016); or 'unit_std',
        as 'lecun' and then scaled, unit by unit, so that what each unit puts out for
        1000 samples drawn at random has standard deviation 1. Biases begin as 0 with
        all but 'glorot'.
    bias_init : {'data', 'zeros'}, default=None
        What biases of linear modules begin with: 'zeros', or 'data', minus what the
        unit puts out at a random point amid the data, so that units differ in where
        they are 0 (Steinwart 2019): a convex combination of 5 samples for each unit,
        out of 1000 drawn at random (Holzmuller et al. 2024). None: as ``weight_init``
        has it.
    learning_rate_factors : dict or callable, default=None
        Factors of the learning rate for blocks of parameters, each other block has
        1. Keys of a dict are names of blocks ('weight', 'bias', 'scale'), or of a
        block of one kind of module ('Linear.bias'), which count for more; values are
        numbers >= 0, or 'fan_in' for ``1 / sqrt(fan_in)`` of a weight matrix. A
        callable of (module, name, shape) returns the factor of each block. Weight
        decay keeps the rate without a factor; 0 freezes a block altogether.
    regularization_start : float, default=None
        Epochs before the penalties, weight decay and ``max_norm`` begin to
        apply. None: from the start.
    warmup_epochs : float, default=None
        Epochs in which the learning rate rises linearly to what its schedule
        says. None: from the start.
    damping : float, default=None
        What ``solver='sdlm'`` adds to second derivatives, so that steps stay
        finite where the loss is flat. None: 0.02. Not with other solvers.
    dtype : {None, 'float32', 'float64'}, default=None
        Precision of the network. None keeps that of float32 input and takes
        float64 for any other.
    checkpoint : str or path, default=None
        File from which ``fit`` goes on where it was broken off, to the same bits.
        It is written after the epochs of a call into the kernels, at most every 5
        seconds, and when the fit ends, by Ctrl-C too. Where it exists, a fit with
        the same parameters and data goes on from it, and what has ended is not
        done again (a larger ``max_iter`` goes on); any other fit is an error. It
        stays until you delete it. Not with L-BFGS, nor for ``partial_fit``.
    scoring : str or callable, default=None
        Score of a validation set, the larger the better. None: the accuracy, or
        R^2 in regression, as in scikit-learn; 'loss': minus the mean loss,
        penalty left out; else the name of one of scikit-learn's scorers or a
        callable of (estimator, X, y), called with ``sample_weight=`` too where
        ``fit`` was given weights; those of classes are about the loss. An error
        where there is no validation set.
    n_jobs : int, default=None
        Most threads of a fit, and of predictions of many rows; -1: one for each core.
        Results are the same to the bit for any number. None: as many as pay off, of the
        cores that are free to use; but one inside workers of joblib, and what
        ``joblib.parallel_config``, OMP_NUM_THREADS and threadpoolctl say. Threads share
        the rows of a minibatch, or all rows with L-BFGS: small minibatches (200 rows of
        a small network), groups, sequences of unequal length and modules that compare
        rows, as BatchNorm does, have one.

    Attributes
    ----------
    n_features_per_step_ : int
        Number of features of a time step.
    n_features_in_ : int
        Number of features of a time step; where X has rows, of these.
    loss_ : float
        Loss of the last epoch, penalty included.
    best_loss_ : float or None
        Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
    validation_scores_ : list of float or None
        Score (``scoring``) after each epoch, where there is a validation set.
    validation_loss_curve_ : list of float or None
        Loss there after each epoch, penalty left out.
    best_validation_score_ : float or None
        Best of the scores.
    history_ : dict of list
        What was recorded of each epoch (iteration of L-BFGS), for
        ``pandas.DataFrame(history_)``: 'epoch' from 1 on; 'loss', penalty included;
        'penalty', its part in the loss; 'learning_rate' of the last step;
        'gradient_norm', the mean over minibatches of the norm of the gradient,
        penalty left out, before clipping; 'validation_loss' and
        'validation_score'; 'seconds' of training. NaN where there is no such thing,
        and for 'seconds' in pickles, copies and files: equal fits are equal files.
    t_ : int
        Samples seen by the stochastic solvers.
    graph_ : Graph
        The network as a graph of modules.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features. Only where X has string column names.
    n_iter_ : int
        Epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the function that makes predictions of the network's output. It
        follows from the loss and cannot be set.

    See Also
    --------
    RecurrentClassifier : The same network for classes.

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
    A running sum, one value for each step:

    >>> import numpy as np
    >>> from skbackprop import RecurrentRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 10, 1))
    >>> y = X[:, :, 0].cumsum(axis=1)
    >>> reg = RecurrentRegressor(
    ...     (16,), return_sequences=True, batch_size=20, learning_rate_init=0.02,
    ...     tol=0.1, random_state=0,
    ... )
    >>> reg.fit(X, y).score(X, y) > 0.98
    True
    """
    hidden_layer_sizes: ArrayLike | int
    cell: Literal['tanh', 'relu', 'gru', 'lstm']
    bidirectional: bool
    readout: Literal['last', 'mean', 'max']
    return_sequences: bool
    n_timesteps: int | None
    layout: Literal['NTF', 'NFT']
    bptt_steps: int | None
    loss: str | Loss
    dropout: float | Sequence[float] | None
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
    n_features_per_step_: int
    """Number of features of a time step."""
    n_features_in_: int
    """Number of features of a time step; where X has rows, of these."""
    loss_: float
    """Loss of the last epoch, penalty included."""
    best_loss_: float | None
    """Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
    only.
    """
    loss_curve_: list[float]
    """Loss of each epoch. Stochastic solvers only."""
    validation_scores_: list[float] | None
    """Score (``scoring``) after each epoch, where there is a validation set."""
    validation_loss_curve_: list[float] | None
    """Loss there after each epoch, penalty left out."""
    best_validation_score_: float | None
    """Best of the scores."""
    history_: dict[Any, Any]
    """What was recorded of each epoch (iteration of L-BFGS), for
    ``pandas.DataFrame(history_)``: 'epoch' from 1 on; 'loss', penalty included;
    'penalty', its part in the loss; 'learning_rate' of the last step;
    'gradient_norm', the mean over minibatches of the norm of the gradient,
    penalty left out, before clipping; 'validation_loss' and
    'validation_score'; 'seconds' of training. NaN where there is no such thing,
    and for 'seconds' in pickles, copies and files: equal fits are equal files.
    """
    t_: int
    """Samples seen by the stochastic solvers."""
    graph_: Graph
    """The network as a graph of modules."""
    feature_names_in_: NDArray[Any]
    """Names of the features. Only where X has string column names."""
    n_iter_: int
    """Epochs (iterations of L-BFGS) of the last fit."""
    n_outputs_: int
    """Number of outputs."""
    out_activation_: str
    """Name of the function that makes predictions of the network's output. It
    follows from the loss and cannot be set.
    """
    def __init__(
        self,
        hidden_layer_sizes: ArrayLike | int = (64,),
        cell: Literal['tanh', 'relu', 'gru', 'lstm'] = 'gru',
        bidirectional: bool = False,
        readout: Literal['last', 'mean', 'max'] = 'last',
        return_sequences: bool = False,
        n_timesteps: int | None = None,
        layout: Literal['NTF', 'NFT'] = 'NTF',
        bptt_steps: int | None = None,
        loss: str | Loss = 'squared_error',
        *,
        dropout: float | Sequence[float] | None = None,
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
            The input data. Without y, a sequence of chunks of more data than fits
            into memory: an object with ``__len__`` and ``__getitem__(i)``, which
            returns a tuple (X, y) or (X, y, sample_weight), or a list of such
            tuples. See :mod:`skbackprop.chunks`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real
            numbers in regression. None where X is a sequence of chunks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features) or sequence of chunks, default=None
            A validation set, like X; not with L-BFGS. The network is scored on it
            after each epoch (``scoring``), and training ends with the parameters
            of the best score. With ``early_stopping=True`` the score also says
            when to stop, and nothing is held out from X; else the loss says so,
            as without a validation set. In a pipeline,
            ``transform_input=["X_val"]`` transforms it like X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Its targets, like y. Classes may be missing, but none may be new.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each of its samples in validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If a loss or a parameter is not finite. The parameters of the last
            epoch that ended well are kept. Where there is a validation set,
            those with the best validation score are kept and a warning is given
            instead.
        ChunkError
            If a chunk cannot be read, or is not like the first. What was learned
            in the epochs before is kept.
        ValueError
            If a parameter or the data is not as it must be, or the validation set
            is not like the data.
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
            Only held against the names seen in ``fit``.
        layer : int, str or Node, default=-1
            As in ``transform``.

        Returns
        -------
        names : ndarray of str
            The name of the class in lower case and the number of the unit.
        """

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the estimator that `save` has written to a file.

        It predicts the same bits, and goes on learning (``warm_start``,
        ``partial_fit``) to the same bits, as the one that was saved.

        Parameters
        ----------
        path : str or path
            What to read.

        Returns
        -------
        estimator : object
            Of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds an estimator of another class, none at all, one
            of a later version of skbackprop, or is cut off or changed.
        """

    def load_weights(self, path: str | os.PathLike[str]) -> Self:
        """Take the weights of a file in the format of safetensors.

        The network must be there already, with the same layers: fitted, if only for an
        epoch. All else stays as it is: classes, settings, curves. It goes on learning
        (``warm_start``, ``partial_fit``) from these weights with an optimizer that
        begins anew.

        Parameters
        ----------
        path : str or path
            What ``save`` has written to a path that ends in ``.safetensors``, or
            others with the same names, shapes and dtype.

        Returns
        -------
        self : object
            The estimator, changed.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        NotFittedError
            If there is no network yet.
        ValueError
            If the file is cut off or of another format, or if names, shapes or dtypes
            are not those of this network; they are listed. The estimator is as it was.
        """

    def partial_fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn from one pass (epoch) over the given data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.

        Returns
        -------
        self : object
            The estimator, trained for one epoch more.
        """

    def predict(self, X: ArrayLike | Sequence[Sequence[Any]]) -> NDArray[Any]:
        """Predict the targets of each sequence, or of each step.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values. With ``return_sequences`` there is another
            axis, over time, in between; where the sequences are of unequal
            length it is an array of objects, the values of each sequence.
        """

    def predict_step(
        self,
        x: ArrayLike,
        state: NDArray[Any] | None = None,
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Predict from one more step of each sequence, and from what is kept of others.

        After t steps, one call each, the prediction is that of ``predict`` for the
        sequences of these t steps, to rounding; with ``return_sequences`` that of
        their last step. A call costs one step, however many there were.

        Parameters
        ----------
        x : array-like of shape (n_samples, n_features_per_step)
            The step: a row for each sequence.
        state : ndarray of shape (n_samples, n_state), default=None
            What the last call returned. None: the sequences begin.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predictions.
        state : ndarray of shape (n_samples, n_state)
            A new array, for the next call. Its rows may be chosen or put in another
            order as long as those of x are.

        Raises
        ------
        ValueError
            With ``bidirectional``, as the end of a sequence is then read first; or if
            the state is not of this network or of as many sequences.
        """

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the estimator to a file: parameters, weights, all it has learnt.

        The file is an .npz archive of arrays beside a text in JSON
        (``skbackprop.json``), without pickle: reading it with `load` runs
        nothing that it contains. It is written beside ``path`` and then takes
        its place, so that whatever happens there is either the old file or the
        new one.

        The state of the optimizer is kept for those who go on, as pickles do:
        with ``warm_start=True`` and after ``partial_fit``. Callbacks are not kept.

        To a path that ends in ``.safetensors`` a network writes its weights alone, in
        the format of that name: parameters and buffers by the names, and in the shapes,
        that they have in `skbackprop.interchange.to_torch`. ``load_weights`` reads them
        into another network.

        Parameters
        ----------
        path : str or path
            Where to write. A file that is there is replaced.

        Raises
        ------
        TypeError
            If a parameter is code: a function as ``graph`` or as
            ``learning_rate``, say. The message tells what to give instead.
        ValueError
            If weights alone are asked of an ensemble of networks.
        ImportError
            If weights alone are asked for and safetensors is not installed.
        """

    def score(
        self,
        X: ArrayLike | Sequence[Sequence[Any]],
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Return the accuracy of classes, or R^2 of numbers.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.
        y : array-like
            True labels or values; with ``return_sequences`` those of each step.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sequence.

        Returns
        -------
        score : float
            With ``return_sequences`` over all steps of all sequences.
        """

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_partial_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_score_request(self, **requests: bool | str | None) -> Self: ...
    def set_transform_request(self, **requests: bool | str | None) -> Self: ...
    def transform(self, X: ArrayLike, layer: int | str | Node = -1) -> NDArray[Any]:
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


def __getattr__(name: str) -> Any: ...
