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
    r"""Coordinates in which similar samples are close and all others are not.

    Dimensionality reduction by learning an invariant mapping [4]_: a network G
    maps samples to few coordinates. Both samples of a pair go through it, a
    Siamese network, and what is minimised is a loss of their distance

    .. math:: D = \|G(x_1) - G(x_2)\|, \qquad
       L = (1 - Y) \tfrac12 D^2 + Y \tfrac12 \max(0, m - D)^2

    with Y = 0 where the samples are similar (the paper's convention) and Y = 1
    where they are not: springs that pull neighbours together, and springs that
    push others apart until they are as far away as the margin m. As G is a
    function, samples not seen before get their place as well, and what makes
    samples similar is free: neighbours in X, labels, or anything that is known
    of the data, as that a shift does not matter, so that the map is invariant
    to it.

    Similar pairs are the same in all epochs (with ``similarity="labels"`` they
    are drawn anew); as many dissimilar ones are drawn anew in each epoch
    (``n_dissimilar`` times as many), so that in time all are seen. L-BFGS learns
    from those that are drawn first.

    Three losses need no dissimilar pairs. They read a whole minibatch of n similar
    pairs, with outputs Z of one branch and Z' of the other, and statistics of the
    minibatch rule out that all samples become one point: 'vicreg' [7]_ minimises

    .. math:: \frac{25}{nd} \|Z - Z'\|^2
       + \frac{25}{2d} \sum_j \Big(\max(0, 1 - s_j) + \max(0, 1 - s'_j)\Big)
       + \frac1d \sum_{j \neq k} \Big(C_{jk}^2 + C_{jk}'^2\Big), \quad
       s_j = \sqrt{C_{jj} + 10^{-4}}

    with the covariance matrices C of the d outputs; 'barlow_twins' [8]_, with
    the matrix R of correlations between the branches,

    .. math:: \sum_j (1 - R_{jj})^2 + 0.0051 \sum_{j \neq k} R_{jk}^2;

    and 'infonce' [9]_, [10]_ the mean over all 2n rows of the log loss with which
    a row's partner p is told from the others by cosines c,
    :math:`\log \sum_{k \neq i} e^{2 c_{ik}} - 2 c_{ip}`. Pairs, or with
    ``views`` the samples, are dealt anew to minibatches before each epoch.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates.
    hidden_layer_sizes : array-like of int or int, default=(100,)
        Number of units of each hidden layer.
    activation : str or list of str, default='relu'
        Activation of the hidden layers, or of each: 'identity', 'logistic',
        'tanh' or 'relu' as in scikit-learn; 'elu', 'gelu', 'hard_tanh',
        'leaky_relu', 'mish', 'scaled_tanh' (1.7159 tanh(2x/3), LeCun et al.
        1998), 'selu', 'silu', 'softplus' or 'softsign'
        (:mod:`skbackprop.network.modules.activations` has their equations).
    dropout : float or tuple of float, default=None
        Share of the units of the hidden layers that are left out at random at
        each step (Srivastava et al. 2014), or a tuple of rates (input, hidden 1,
        hidden 2, ...). Predictions use all units. Not with L-BFGS.
    graph : Graph or callable, default=None
        A network in place of that of ``hidden_layer_sizes``, or its builder, a
        function of (n_features, n_components).
    similarity : {'neighbors', 'labels'}, default='neighbors'
        What is similar where ``fit`` is given no pairs: samples one of which is
        among the ``n_neighbors`` nearest of the other (Euclidean distance), or
        samples with the same label in y. No label may be missing.
    n_neighbors : int, default=5
        Number of neighbours; with labels the number of partners that are drawn
        for each sample in each epoch.
    loss : str or BatchLoss, default='contrastive'
        'contrastive', the loss above; 'logistic', the log loss of the probability
        :math:`1 / (1 + e^{D^2 - m^2})` of being similar [5]_; or 'triplet',
        :math:`\max(0, D_+^2 - D_-^2 + m)`, of a sample, a similar one at distance
        :math:`D_+` and a dissimilar one at :math:`D_-` [6]_: there must be samples
        that have both. Of minibatches are 'vicreg', 'barlow_twins' and 'infonce';
        :mod:`skbackprop.engine.losses.batches` has them with other numbers, as
        ``VICReg(invariance=10)`` or ``InfoNCE(temperature=0.1)``.
    margin : float, default=1.0
        The margin m: a distance, with triplets a difference of squared ones. Losses
        of minibatches have none.
    n_dissimilar : int, default=1
        Dissimilar pairs for each similar one.
    n_candidates : int, default=1
        Hard negatives: of so many dissimilar samples that are drawn, the one is
        taken that is closest in the map as it is. 1 takes any. Those beyond the
        margin, from which nothing would be learnt, are so taken last. Not with
        L-BFGS.
    views : callable, default=None
        What else can be similar, for losses of minibatches: two views of each
        sample, drawn anew before each epoch. ``views(X, random_state)`` returns all
        samples changed in a way that does not matter (noise, shifts, masks), an
        array of the shape and dtype of X, drawn with a RandomState. X is a copy.
        As views differ, so does the loss of epochs: ``tol=None`` trains for
        ``max_iter`` epochs, whatever it does.
        A file of ``save`` cannot hold it: ``set_params(views=None)`` before.
    expander : int or array-like of int, default=None
        Units of linear layers, with ReLU between them, behind the map. The loss
        reads the last of them; ``transform`` leaves them out. Wider than the map
        they let losses of minibatches see more of it.
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
        the number of pairs, or triplets, of a minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Pairs, or triplets, per minibatch of the stochastic solvers; 'auto' is
        ``min(200, n_pairs_)``. With losses of minibatches 2 at least, for L-BFGS
        too, and all minibatches of an epoch have nearly as many pairs, at most so
        many; the loss of an epoch is their mean.
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
        Whether the pairs are shuffled before each epoch.
    random_state : int, RandomState instance, default=None
        Source of the pairs that are drawn, of the initial weights, of the
        shuffling, of the validation split and of what dropout leaves out. With
        the same int the results are the same.
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
        Whether training ends when the loss of pairs (or triplets) that are held
        out no longer improves. The weights with which it was least are kept.
        What is held out are pairs, not samples, which may be in other pairs; with
        losses of minibatches two minibatches of pairs at least.
        Ignored by L-BFGS, and not for ``partial_fit``.
    validation_fraction : float, default=0.1
        Part of the pairs that is held out by ``early_stopping``, from 0 to 1.
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
    scoring : {None, 'loss'}, default=None
        Score of the pairs that are held out, the larger the better: minus their
        mean loss, penalty left out, either way. 'loss' is an error without
        ``early_stopping``; scorers of samples know nothing of pairs.
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
    n_pairs_ : int
        Pairs, or triplets, of an epoch, those that are held out included.
    t_ : int
        Pairs, or triplets, seen by the stochastic solvers.
    validation_scores_ : list of float or None
        Minus the loss of the pairs that ``early_stopping`` holds out, after each
        epoch.
    validation_loss_curve_ : list of float or None
        Their loss, penalty left out.
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weight matrix of each layer. Views of one vector: what is assigned to
        them, to items of the list or to the whole list changes the network. What
        is assigned before there is one, training begins from: ``partial_fit``, or
        ``fit`` with ``warm_start=True``.
    intercepts_ : list of ndarray of shape (fan_out,)
        Bias of each layer, views as well.
    n_layers_ : int
        Number of layers, input and output included.
    loss_ : float
        Loss of the last epoch, penalty included.
    best_loss_ : float or None
        Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
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
    graph_ : Graph
        The network as a graph of modules.
    n_features_in_ : int
        Number of features seen during fit.
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
    sklearn.neighbors.NeighborhoodComponentsAnalysis : A linear map, by labels.
    sklearn.manifold.Isomap : Neighbours as well, without a network.

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
    """Pairs, or triplets, of an epoch, those that are held out included."""
    t_: int
    """Pairs, or triplets, seen by the stochastic solvers."""
    validation_scores_: list[float] | None
    """Minus the loss of the pairs that ``early_stopping`` holds out, after each
    epoch.
    """
    validation_loss_curve_: list[float] | None
    """Their loss, penalty left out."""
    coefs_: list[NDArray[Any]]
    """Weight matrix of each layer. Views of one vector: what is assigned to
    them, to items of the list or to the whole list changes the network. What
    is assigned before there is one, training begins from: ``partial_fit``, or
    ``fit`` with ``warm_start=True``.
    """
    intercepts_: list[NDArray[Any]]
    """Bias of each layer, views as well."""
    n_layers_: int
    """Number of layers, input and output included."""
    loss_: float
    """Loss of the last epoch, penalty included."""
    best_loss_: float | None
    """Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
    only.
    """
    loss_curve_: list[float]
    """Loss of each epoch. Stochastic solvers only."""
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
    graph_: Graph
    """The network as a graph of modules."""
    n_features_in_: int
    """Number of features seen during fit."""
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
            Labels, read with ``similarity="labels"`` only.
        pairs : sparse matrix, array-like or tuple, default=None
            Which samples are similar, instead of what ``similarity`` says:

            - a sparse matrix of shape (n_samples, n_samples): an entry at (i, j)
              or (j, i), but 0, makes these similar, and all others are
              dissimilar;
            - an array of shape (n_pairs, 3) with rows (i, j, Y), Y = 0 for
              similar and 1 for dissimilar samples, or a tuple of arrays, (i, j)
              and Y: these pairs and no others. Losses of minibatches take those
              of Y = 0 only.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If a loss or a parameter is not finite. The parameters of the last
            epoch that ended well are kept.
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
        y: ArrayLike | None = None,
        *,
        pairs: sparse.spmatrix | sparse.sparray | ArrayLike | Sequence[Any] | None = None,
    ) -> Self:
        """Learn from one epoch of pairs of the given samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            As in ``fit``.
        pairs : sparse matrix, array-like or tuple, default=None
            As in ``fit``; of the samples in X.

        Returns
        -------
        self : object
            The estimator, trained for one epoch more.
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

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_partial_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_transform_request(self, **requests: bool | str | None) -> Self: ...
    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Return the coordinates of samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, of the fit or new ones.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components)
            In the dtype of the network.
        """


def __getattr__(name: str) -> Any: ...
