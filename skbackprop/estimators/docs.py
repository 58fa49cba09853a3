"""Documentation that several estimators share, written once."""

HIDDEN_PARAMETERS = """
    hidden_layer_sizes : array-like of int or int, default=(100,)
        Number of units of each hidden layer.
    activation : str or list of str, default='relu'
        Activation of the hidden layers, or of each: 'identity', 'logistic',
        'tanh' or 'relu' as in scikit-learn; 'elu', 'gelu', 'hard_tanh',
        'leaky_relu', 'mish', 'scaled_tanh' (1.7159 tanh(2x/3), LeCun et al.
        1998), 'selu', 'silu', 'softplus' or 'softsign'
        (:mod:`skbackprop.network.modules.activations` has their equations).
"""


DROPOUT_PARAMETER = """
    dropout : float or tuple of float, default=None
        Share of the units of the hidden layers that are left out at random at
        each step (Srivastava et al. 2014), or a tuple of rates (input, hidden 1,
        hidden 2, ...). Predictions use all units. Not with L-BFGS.
"""


GRAPH_PARAMETER = """
    graph : Graph or callable, default=mlp_graph
        The network, or a builder: a function of (n_features, n_outputs) that
        returns it. By default the chain of one hidden layer of 100 rectified
        linear units. The output has one column per class or target, one for
        two classes.
"""


SEQUENCES_PARAMETER = """Sequences are

    - an array of shape (n_samples, time, features), or (n_samples, features,
      time) with ``layout="NFT"``,
    - a list or pandas Series of matrices (time_i, features) of unequal length:
      arrays, or data frames, whose columns must then be those of ``fit``. They
      are padded, which changes nothing, neither predictions nor gradients,
    - or rows, as behind a scaler, cut into ``n_timesteps`` steps.
"""


RECURRENT_PARAMETERS = """
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
        is the sum over its steps.
    n_timesteps : int, default=None
        Number of steps that the rows of a two-dimensional X hold. None: each
        column is a step of one feature.
    layout : {'NTF', 'NFT'}, default='NTF'
        Order of samples (N), time (T) and features (F) in X.
    bptt_steps : int, default=None
        Gradients go back in time to the last multiple of so many steps
        (truncated backprop through time; with ``bidirectional`` they also go
        forth to the next one). None: to the beginning.
"""


RECURRENT_DROPOUT_PARAMETER = """
    dropout : float or tuple of float, default=None
        Share of what each layer puts out that is left out at random, at each
        step and minibatch anew, on the way to the next layer and to the output;
        the way from step to step drops nothing (Zaremba et al. 2014). Or a
        tuple of rates (input, hidden 1, hidden 2, ...). Predictions use all
        units. Not with L-BFGS.
"""


NETWORK_PARAMETERS = """
    solver : {'adagrad', 'adam', 'adamw', 'lbfgs', 'lion', 'nadam', 'rmsprop', \
'sdlm', 'sgd'}, default='adam'
        How weights are learnt: L-BFGS on all samples at once, stochastic
        gradient descent with momentum, Adam [2]_, or one of its relatives
        (:mod:`skbackprop.engine.optimizers` has their equations). 'adamw' is
        'adam' with a ``weight_decay`` of 0.01 by default. 'sdlm' is 'sgd' with
        ``learning_rate_init / (h + damping)`` as the rate of each weight, where
        h is the second derivative of the loss (stochastic diagonal
        Levenberg-Marquardt [1]_), measured before each epoch on 500 samples.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, which is divided by
        the sum of the sample weights of a minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Samples per minibatch of the stochastic solvers; 'auto' is
        ``min(200, n_samples)``.
    learning_rate : str, Schedule or callable, default='constant'
        Schedule of the learning rate. As in scikit-learn, with ``solver='sgd'``
        (and 'sdlm') only: 'constant', 'invscaling' (``learning_rate_init / t **
        power_t`` with t the samples seen), or 'adaptive' (divided by 5 whenever
        training comes to a standstill). With any stochastic solver: 'step',
        'exponential', 'cosine' (with warm restarts), 'onecycle', 'coslog4',
        'plateau'; an instance of one of :mod:`skbackprop.engine.schedules`,
        which says how fast; or a function of the epochs so far, a float, that
        returns what ``learning_rate_init`` is multiplied by.
    learning_rate_init : float, default=0.001
        Initial learning rate of the stochastic solvers.
    power_t : float, default=0.5
        Exponent of the 'invscaling' schedule.
    max_iter : int, default=200
        Most epochs of the stochastic solvers, most iterations of L-BFGS.
    shuffle : bool, default=True
        Whether the samples are shuffled before each epoch.
    random_state : int, RandomState instance, default=None
        Source of the initial weights, of the shuffling and of the validation
        split. With the same int the results are the same.
    tol : float, default=1e-4
        Improvement of the loss (of the validation score, with early stopping)
        that counts as one; for L-BFGS the size of the gradient to stop at.
    verbose : bool, default=False
        Whether to print progress.
    warm_start : bool, default=False
        Whether ``fit`` goes on from where the last call ended, with the state
        of the optimizer: 10 + 10 epochs equal 20, bit for bit.
    momentum : float, default=0.9
        Momentum of ``solver='sgd'`` and 'sdlm', from 0 to 1. In the long run steps
        are ``1 / (1 - momentum)`` times as long as without.
    nesterovs_momentum : bool, default=True
        Whether that momentum is Nesterov's.
    early_stopping : bool, default=False
        Whether training ends when the score on a validation set no longer
        improves: on ``X_val`` and ``y_val`` if ``fit`` is given them, else on a
        part of the training data that is held out. Wherever there is a
        validation set the weights of the best score are kept.
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
        Epochs in a row without improvement by ``tol`` after which training
        ends.
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
        or 'unit_variance', orthogonal and then scaled, layer by layer, so that
        on a batch of the data what a layer puts out has variance 1 (Mishkin &
        Matas 2016). Biases begin as 0 with all but 'glorot'.
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
        the set has weights. An error where there is no validation set.
"""


CLASSIFICATION_PARAMETERS = """
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
        'balanced' is ``n_samples / (n_classes * np.bincount(y))``, except for
        ``partial_fit``. Not for label indicator matrices.
"""


LOSS_PARAMETER = """
    loss : str or Loss, default='squared_error'
        What is minimised: 'squared_error' (half of it), 'absolute_error',
        'huber', 'log_cosh', 'quantile' (see ``quantile``), half the 'poisson' or
        'gamma' deviance with log link for targets that are not negative, or
        positive; or an instance, such as ``Huber(delta=2)``, of a loss of
        :mod:`skbackprop.engine.losses`, all of which the documentation lists.
"""


QUANTILE_PARAMETER = """
    quantile : float or sequence of float, default=None
        Levels, between 0 and 1, of what ``loss='quantile'`` predicts; of several
        levels predictions have a column each. None: 0.5.
"""


MLP_ATTRIBUTES = """
    coefs_ : list of ndarray of shape (fan_in, fan_out)
        Weight matrix of each layer. Views of one vector: what is assigned to
        them, to items of the list or to the whole list changes the network.
    intercepts_ : list of ndarray of shape (fan_out,)
        Bias of each layer, views as well.
    n_layers_ : int
        Number of layers, input and output included.
"""


NETWORK_ATTRIBUTES = """
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
        'validation_score'; 'seconds' of training. NaN where there is no such thing.
    t_ : int
        Samples seen by the stochastic solvers.
    graph_ : Graph
        The network as a graph of modules.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.
    n_iter_ : int
        Epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the function that makes predictions of the network's output.
"""


NETWORK_REFERENCES = """
    .. [1] LeCun, Y., Bottou, L., Orr, G. & Muller, K. (1998). "Efficient
       BackProp". In Neural Networks: Tricks of the Trade.
    .. [2] Kingma, D. & Ba, J. (2015). "Adam: A method for stochastic
       optimization". ICLR.
    .. [3] Glorot, X. & Bengio, Y. (2010). "Understanding the difficulty of
       training deep feedforward neural networks". AISTATS.
"""


RANKER_PARAMETERS = NETWORK_PARAMETERS.replace(
    """Samples per minibatch of the stochastic solvers; 'auto' is
        ``min(200, n_samples)``.""",
    """Queries per minibatch of the stochastic solvers; 'auto' is as many as
        have 200 documents, on average, together.""",
).replace(
    """None: the accuracy, or
        R^2 in regression, as in scikit-learn; 'loss': minus the mean loss,
        penalty left out; else the name of one of scikit-learn's scorers or a
        callable of (estimator, X, y), called with ``sample_weight=`` too where
        the set has weights.""",
    """None: NDCG@k, as
        ``score`` has it; 'loss': minus the mean loss, penalty left out.""",
)
