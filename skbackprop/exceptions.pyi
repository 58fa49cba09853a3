# Written by `make stubs` from the module beside it, which is what to change.

from skbackprop.separability.certificates import VanishingCombination
import pandas as pd

class ChunkError(ValueError):
    """A chunk of samples could not be read, or is not like the others.

    The message says which chunk, and why; ``__cause__`` is the error itself. Where
    epochs had ended well before, the estimator keeps what it learned in them and can
    be used; else it is as it was.
    """

class DivergenceError(ValueError):
    """Training met a loss or a parameter that is not finite.

    The estimator keeps the parameters of the last epoch that ended well and
    can be used. What to try: a smaller ``learning_rate_init``, features scaled
    by StandardScaler, regression targets of moderate size.
    """

class NotSeparableError(ValueError):
    """No hyperplane separates the classes, and none was asked for that nearly does.

    Parameters
    ----------
    message : str
        What was to be separated.
    certificate : VanishingCombination
        The proof that it cannot be.
    """
    message: str
    certificate: VanishingCombination

class WrongGradientError(AssertionError):
    """Backprop and finite differences disagree.

    Parameters
    ----------
    message : str
        Which module is wrong, and by how much.
    table : DataFrame, default=None
        All that was compared, as `skbackprop.inspection.check_gradients` returns
        it; kept as an attribute.
    """
    message: str
    table: pd.DataFrame | None
