# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Callable
from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from scipy import sparse
from skbackprop.engine.losses.batches import BatchLoss
from skbackprop.engine.schedules import Schedule
from skbackprop.network.graph import Graph
from sklearn.base import BaseEstimator
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.base import TransformerMixin
from sklearn.callback import CallbackSupportMixin
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np
import os

class DrLIM(ClassNamePrefixFeaturesOutMixin, CallbackSupportMixin, TransformerMixin, BaseEstimator):
    r"""Dimensionality reduction by learning an invariant mapping.

    A network G maps samples to a few coordinates, such that similar samples are close
    and all others are not [4]_. Both samples of a pair pass through the same (Siamese)
    network, which minimises a loss of their distance

    .. math:: D = \|G(x_1) - G(x_2)\|, \qquad
       L = (1 - Y) \tfrac12 D^2 + Y \tfrac12 \max(0, m - D)^2

    with Y = 0 if the samples are similar (the paper's convention) and Y = 1 if they are
    dissimilar. Like springs, the loss pulls similar samples together and pushes
    dissimilar ones apart until their distance is the margin m. As G is a function, it
    also maps new samples. You choose what makes samples similar: neighbourhood in X,
    labels, or any prior knowledge. For example, if shifted copies of a sample are
    similar, the map becomes invariant to shifts.

    The similar pairs are the same in all epochs, except that
    ``similarity="labels"`` draws them anew. For each similar pair, ``n_dissimilar``
    dissimilar ones are drawn anew in each epoch. L-BFGS learns from the first draw.

    Three losses need no dissimilar pairs. They use statistics of a whole minibatch of n
    similar pairs, with outputs Z of one branch and Z' of the other, which prevent that
    all samples are mapped to one point. 'vicreg' [7]_ minimises

    .. math:: \frac{25}{nd} \|Z - Z'\|^2
       + \frac{25}{2d} \sum_j \Big(\max(0, 1 - s_j) + \max(0, 1 - s'_j)\Big)
       + \frac1d \sum_{j \neq k} \Big(C_{jk}^2 + C_{jk}'^2\Big), \quad
       s_j = \sqrt{C_{jj} + 10^{-4}}

    with the covariance matrices C of the d outputs. 'barlow_twins' [8]_ minimises, with
    the matrix R of correlations between the branches,

    .. math:: \sum_j (1 - R_{jj})^2 + 0.0051 \sum_{j \neq k} R_{jk}^2.

    'infonce' [9]_, [10]_ minimises the mean over all 2n rows of the log loss of
    identifying a row's partner p among the others by cosines c,
    :math:`\log \sum_{k \neq i} e^{2 c_{ik}} - 2 c_{ip}`. Pairs, or samples with
    ``views``, are divided into new minibatches before each epoch.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates.
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
    graph : Graph or callable, default=None
        A network that replaces the one of ``hidden_layer_sizes``, or a function of
        (n_features, n_components) that returns it.
    similarity : {'neighbors', 'labels'}, default='neighbors'
        Which samples are similar if ``fit`` receives no pairs. With 'neighbors', two
        samples are similar if one is among the ``n_neighbors`` nearest neighbours of
        the other (Euclidean distance). With 'labels', those with the same label in y
        are similar; no label may be missing.
    n_neighbors : int, default=5
        Number of neighbours. With ``similarity="labels"``, the number of partners to
        draw for each sample in each epoch.
    loss : str or BatchLoss, default='contrastive'
        Loss of a pair, a triplet, or a minibatch.

        - 'contrastive': the loss above.
        - 'logistic': the log loss of the probability :math:`1 / (1 + e^{D^2 - m^2})` of
          being similar [5]_.
        - 'triplet': :math:`\max(0, D_+^2 - D_-^2 + m)` for a sample, a similar one at
          distance :math:`D_+` and a dissimilar one at distance :math:`D_-` [6]_. Some
          samples must have both.
        - 'vicreg', 'barlow_twins', 'infonce': the losses of a minibatch. For other
          coefficients, pass an instance of a class of
          :mod:`skbackprop.engine.losses.batches`, such as ``VICReg(invariance=10)``
          or ``InfoNCE(temperature=0.1)``.
    margin : float, default=1.0
        The margin m: a distance, or a difference of squared distances with triplets.
        Losses of minibatches do not use it.
    n_dissimilar : int, default=1
        Number of dissimilar pairs for each similar one.
    n_candidates : int, default=1
        Number of dissimilar samples to draw for each dissimilar pair. The one closest
        to its partner in the current map is used (hard negative mining). Not supported
        by L-BFGS.
    views : callable, default=None
        Function that returns a random view of all samples, for losses of minibatches.
        Two views of a sample are similar; they are drawn anew before each epoch.
        ``views(X, random_state)`` receives a copy of X and a RandomState, and returns
        an array of the same shape and dtype, changed in a way that should not matter
        (noise, shifts, masks). As the loss varies with the views, ``tol=None`` is
        useful to train for ``max_iter`` epochs regardless. ``save`` cannot store
        functions: call ``set_params(views=None)`` before.
    expander : int or array-like of int, default=None
        Number of units of linear layers, with ReLU between them, that follow the map.
        The loss reads the output of the last one; ``transform`` leaves them out. With
        an expander wider than the map, losses of minibatches read more statistics.
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
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, divided by the number of
        pairs or triplets of the minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Number of pairs or triplets per minibatch for the stochastic solvers. 'auto'
        means ``min(200, n_pairs_)``. Losses of minibatches also use it with L-BFGS, and
        need at least 2. For them, it is the maximum size of the minibatches, which are
        about equal, and the loss of an epoch is the mean over minibatches.
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
        Whether to shuffle the pairs before each epoch.
    random_state : int, RandomState instance, default=None
        Controls the drawing of pairs, the initial weights, the shuffling, the
        validation split and dropout. Pass an int for reproducible results.
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
        Whether to stop training when the loss of held-out pairs (or triplets) no longer
        improves, and to keep the weights with the smallest one. A sample may be both in
        held-out and in training pairs. With losses of minibatches, at least two
        minibatches are held out. Ignored by L-BFGS, not supported by ``partial_fit``.
    validation_fraction : float, default=0.1
        Proportion of the pairs to hold out for ``early_stopping``, between 0 and 1.
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
    scoring : {None, 'loss'}, default=None
        Score of the held-out pairs, the larger the better. Both mean minus the mean
        loss without penalties. 'loss' without ``early_stopping`` raises an error.
        Scorers of samples are not supported.
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
    n_pairs_ : int
        Number of pairs or triplets of an epoch, including held-out ones.
    t_ : int
        Number of pairs or triplets seen by the stochastic solvers.
    validation_scores_ : list of float or None
        Minus the loss of the pairs held out by ``early_stopping``, after each epoch.
    validation_loss_curve_ : list of float or None
        Loss of the held-out pairs after each epoch, without penalties.
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weight matrix of each layer, as views of one vector. Assigning to a matrix, to
        an item of the list or to the whole attribute changes the network. Values
        assigned before fitting are the initial weights of ``partial_fit``, or of
        ``fit`` with ``warm_start=True``.
    intercepts_ : list of ndarray of shape (fan_out,)
        Bias of each layer, also as views.
    n_layers_ : int
        Number of layers, including input and output.
    loss_ : float
        Loss of the last epoch, including penalties.
    best_loss_ : float or None
        Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
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
    sklearn.neighbors.NeighborhoodComponentsAnalysis : A linear map learnt from labels.
    sklearn.manifold.Isomap : An embedding of neighbours without a network.

    References
    ----------
    .. [1] LeCun, Y., Bottou, L., Orr, G. & Muller, K. (1998). "Efficient
       BackProp". In Neural Networks: Tricks of the Trade.
    .. [2] Kingma, D. & Ba, J. (2015). "Adam: A method for stochastic
       optimization". ICLR.
    .. [3] Glorot, X. & Bengio, Y. (2010). "Understanding the difficulty of
       training deep feedforward neural networks". AISTATS.
    .. [4] Hadsell, R., Chopra, S. & LeCun, Y. (2006). "Dimensionality reduction by
       learning an invariant mapping". CVPR.
    .. [5] Guillaumin, M., Verbeek, J. & Schmid, C. (2009). "Is that you? Metric
       learning approaches for face identification". ICCV.
    .. [6] Schroff, F., Kalenichenko, D. & Philbin, J. (2015). "FaceNet: A unified
       embedding for face recognition and clustering". CVPR.
    .. [7] Bardes, A., Ponce, J. & LeCun, Y. (2022). "VICReg: variance-invariance-
       covariance regularization for self-supervised learning". ICLR.
    .. [8] Zbontar, J., Jing, L., Misra, I., LeCun, Y. & Deny, S. (2021). "Barlow
       twins: self-supervised learning via redundancy reduction". ICML.
    .. [9] van den Oord, A., Li, Y. & Vinyals, O. (2018). "Representation learning
       with contrastive predictive coding". arXiv:1807.03748.
    .. [10] Chen, T., Kornblith, S., Norouzi, M. & Hinton, G. (2020). "A simple
       framework for contrastive learning of visual representations". ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from skbackprop import DrLIM
    >>> X, y = load_iris(return_X_y=True)
    >>> drlim = DrLIM(2, n_iter_no_change=50, random_state=0)
    >>> model = make_pipeline(drlim, KNeighborsClassifier()).fit(X[::2], y[::2])
    >>> model.score(X[1::2], y[1::2]) > 0.9
    True

    Without dissimilar pairs, from two noisy views of each sample:

    >>> def noisy(X, random_state):
    ...     return X + random_state.normal(scale=0.2, size=X.shape)
    >>> settings = {"loss": "vicreg", "views": noisy, "expander": (32, 32)}
    >>> drlim = DrLIM(4, **settings, tol=None, max_iter=100, random_state=0)
    >>> drlim.fit_transform(X).shape
    (150, 4)
    """
    n_components: int
    hidden_layer_sizes: ArrayLike | int
    activation: str | Sequence[str]
    dropout: float | Sequence[float] | None
    graph: Graph | Callable[..., Any] | None
    similarity: Literal['neighbors', 'labels']
    n_neighbors: int
    loss: str | BatchLoss
    margin: float
    n_dissimilar: int
    n_candidates: int
    views: Callable[..., Any] | None
    expander: int | ArrayLike | None
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
    scoring: Literal[None, 'loss']
    n_jobs: int | None
    n_pairs_: int
    """Number of pairs or triplets of an epoch, including held-out ones."""
    t_: int
    """Number of pairs or triplets seen by the stochastic solvers."""
    validation_scores_: list[float] | None
    """Minus the loss of the pairs held out by ``early_stopping``, after each epoch."""
    validation_loss_curve_: list[float] | None
    """Loss of the held-out pairs after each epoch, without penalties."""
    coefs_: list[NDArray[Any]]
    """Weight matrix of each layer, as views of one vector. Assigning to a matrix, to
    an item of the list or to the whole attribute changes the network. Values
    assigned before fitting are the initial weights of ``partial_fit``, or of
    ``fit`` with ``warm_start=True``.
    """
    intercepts_: list[NDArray[Any]]
    """Bias of each layer, also as views."""
    n_layers_: int
    """Number of layers, including input and output."""
    loss_: float
    """Loss of the last epoch, including penalties."""
    best_loss_: float | None
    """Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
    only.
    """
    loss_curve_: list[float]
    """Loss of each epoch. Stochastic solvers only."""
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
        n_components: int = 2,
        *,
        hidden_layer_sizes: ArrayLike | int = (100,),
        activation: str | Sequence[str] = 'relu',
        dropout: float | Sequence[float] | None = None,
        graph: Graph | Callable[..., Any] | None = None,
        similarity: Literal['neighbors', 'labels'] = 'neighbors',
        n_neighbors: int = 5,
        loss: str | BatchLoss = 'contrastive',
        margin: float = 1.0,
        n_dissimilar: int = 1,
        n_candidates: int = 1,
        views: Callable[..., Any] | None = None,
        expander: int | ArrayLike | None = None,
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
        scoring: Literal[None, 'loss'] = None,
        n_jobs: int | None = None,
    ) -> None: ...
    def fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike | None = None,
        *,
        pairs: sparse.spmatrix | sparse.sparray | ArrayLike | Sequence[Any] | None = None,
    ) -> Self:
        """Learn the map.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            Labels. Only used with ``similarity="labels"``.
        pairs : sparse matrix, array-like or tuple, default=None
            Pairs of similar and dissimilar samples, which replace ``similarity``:

            - A sparse matrix of shape (n_samples, n_samples): samples i and j are
              similar if the entry at (i, j) or (j, i) is not 0, and dissimilar
              otherwise.
            - An array of shape (n_pairs, 3) with rows (i, j, Y), where Y is 0 for
              similar and 1 for dissimilar samples, or a tuple of the arrays (i, j) and
              Y. Only these pairs are used. Losses of minibatches accept Y = 0 only.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If the loss or a parameter becomes infinite or NaN. The parameters of the
            last good epoch are kept.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
    ) -> NDArray[Any]:
        """Get output feature names for transformation.

        The feature names out will prefixed by the lowercased class name. For
        example, if the transformer outputs 3 features, then the feature names
        out are: `["class_name0", "class_name1", "class_name2"]`.

        Parameters
        ----------
        input_features : array-like of str or None, default=None
            Only used to validate feature names with the names seen in `fit`.

        Returns
        -------
        feature_names_out : ndarray of str objects
            Transformed feature names.
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
        y: ArrayLike | None = None,
        *,
        pairs: sparse.spmatrix | sparse.sparray | ArrayLike | Sequence[Any] | None = None,
    ) -> Self:
        """Train for one epoch on pairs of the given samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            As in ``fit``.
        pairs : sparse matrix, array-like or tuple, default=None
            As in ``fit``, with indices of the samples in X.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
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
    def set_transform_request(self, **requests: bool | str | None) -> Self: ...
    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Map samples to their coordinates.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples of the fit, or new ones.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components)
            Coordinates in the dtype of the network.
        """


def __getattr__(name: str) -> Any: ...
