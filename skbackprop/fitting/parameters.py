"""Parameters of all network estimators: names, defaults, docs and constraints."""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from os import PathLike
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from skbackprop.engine.initialization import WEIGHT_INITS
from skbackprop.engine.schedules import NAMES, Schedule
from skbackprop.fitting.settings import SOLVERS
from skbackprop.utils.pages import LinkedToPage


@dataclass(eq=False, repr=False)
class NetworkParameters(LinkedToPage, BaseEstimator):
    """The parameters that all network estimators share, keyword-only.

    The class and its subclasses are dataclasses, which generates their constructors.
    Subclasses list their own parameters first and inherit the descriptions
    (:func:`skbackprop.utils.docs.inherit_docs`).

    Parameters
    ----------
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', \
'sdlm', 'sgd'}, default='adam'
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

    References
    ----------
    .. [1] LeCun, Y., Bottou, L., Orr, G. & Muller, K. (1998). "Efficient
       BackProp". In Neural Networks: Tricks of the Trade.
    .. [2] Kingma, D. & Ba, J. (2015). "Adam: A method for stochastic
       optimization". ICLR.
    .. [3] Glorot, X. & Bengio, Y. (2010). "Understanding the difficulty of
       training deep feedforward neural networks". AISTATS.
    """

    _: KW_ONLY
    solver: str = "adam"
    alpha: float = 0.0001
    batch_size: int | str = "auto"
    learning_rate: object = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: object = None
    tol: float | None = 1e-4
    verbose: bool = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: float = 10
    max_fun: int = 15000
    clip_grad_norm: float | None = None
    l1_alpha: float | None = None
    weight_decay: float | None = None
    max_norm: float | None = None
    weight_init: str = "glorot"
    bias_init: str | None = None
    learning_rate_factors: object = None
    regularization_start: float | None = None
    warmup_epochs: float | None = None
    damping: float | None = None
    dtype: str | None = None
    checkpoint: str | PathLike | None = None
    scoring: object = None
    n_jobs: int | None = None

    _parameter_constraints: ClassVar[dict] = {
        "solver": [StrOptions({"lbfgs", *SOLVERS})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "learning_rate": [StrOptions(set(NAMES)), Schedule, callable],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [None, Interval(Real, 0, None, closed="left")],
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
        "clip_grad_norm": [None, Interval(Real, 0, None, closed="neither")],
        "l1_alpha": [None, Interval(Real, 0, None, closed="left")],
        "weight_decay": [None, Interval(Real, 0, None, closed="left")],
        "max_norm": [None, Interval(Real, 0, None, closed="neither")],
        "learning_rate_factors": [None, dict, callable],
        "regularization_start": [None, Interval(Real, 0, None, closed="left")],
        "weight_init": [StrOptions(set(WEIGHT_INITS))],
        "bias_init": [None, StrOptions({"data", "zeros"})],
        "warmup_epochs": [None, Interval(Real, 0, None, closed="neither")],
        "damping": [None, Interval(Real, 0, None, closed="neither")],
        "dtype": [None, StrOptions({"float32", "float64"})],
        "checkpoint": [None, str, PathLike],
        "scoring": [None, str, callable],
        "n_jobs": [
            None,
            Interval(Integral, 1, None, closed="left"),
            Interval(Integral, None, -1, closed="right"),
        ],
    }
