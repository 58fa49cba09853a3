"""What every network estimator can be told: names, defaults, texts, constraints."""

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

    A dataclass makes their constructors; subclasses, dataclasses as well, put
    their own parameters in front, and inherit the texts
    (:func:`skbackprop.utils.docs.inherit_docs`).

    Parameters
    ----------
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', \
'sdlm', 'sgd'}, default='adam'
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
