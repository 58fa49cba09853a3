# Written by `make stubs` from the module beside it, which is what to change.

from skbackprop.separability.certificates import VanishingCombination
import pandas as pd

class ChunkError(ValueError):
    """A chunk of samples could not be read, or does not match the others.

    The message names the chunk and the reason; ``__cause__`` is the original error.
    If any epochs were completed before, the estimator keeps their result and can be
    used. Otherwise it is unchanged.
    """

class DivergenceError(ValueError):
    """The loss or a parameter became infinite or NaN during training.

    The estimator keeps the parameters of the last epoch in which all values were
    finite, and can be used. Try a smaller ``learning_rate_init``, features scaled
    by StandardScaler, or regression targets of moderate size.
    """

class NotSeparableError(ValueError):
    """No hyperplane separates the classes, and an exact separation was required.

    Parameters
    ----------
    message : str
        A description of what could not be separated.
    certificate : VanishingCombination
        The proof that no hyperplane separates the classes.
    """
    message: str
    certificate: VanishingCombination

class WrongGradientError(AssertionError):
    """Backprop and finite differences disagree.

    Parameters
    ----------
    message : str
        The module with the wrong gradient, and the size of the error.
    table : DataFrame, default=None
        All comparisons, as returned by `skbackprop.inspection.check_gradients`;
        available as an attribute.
    """
    message: str
    table: pd.DataFrame | None
