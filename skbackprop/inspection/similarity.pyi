# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from typing import Any

def cka(X: ArrayLike, Y: ArrayLike) -> float:
    r"""Return the similarity of two representations of the same samples.

    It is linear centred kernel alignment [1]_, corrected for the bias of few samples
    [2]_. With the Gram matrices K = X X' and L = Y Y' of n samples,

    .. math:: CKA = \frac{HSIC_1(K, L)}{\sqrt{HSIC_1(K, K) \, HSIC_1(L, L)}}

    where HSIC_1 is the unbiased estimate of the Hilbert-Schmidt independence criterion
    by Song et al. [3]_, with the diagonals of K and L set to 0,

    .. math:: HSIC_1(K, L) = \frac{1}{n (n - 3)} \left( \operatorname{tr}(K L)
       + \frac{1'K1 \; 1'L1}{(n - 1)(n - 2)} - \frac{2}{n - 2} 1'K L 1 \right).

    It is invariant to rotation, translation and uniform scaling of a representation.

    Parameters
    ----------
    X, Y : array-like of shape (n_samples, n_features), (n_samples, n_other_features)
        The representations of the same samples, in the same order; at least 4 samples.

    Returns
    -------
    float
        1 if they are equal up to rotation and scale, 0 on average if they are
        unrelated, and at least -1. 0 if one of them is constant, or equal for all
        samples but one.

    Raises
    ------
    ValueError
        If there are fewer than 4 samples, or the numbers of samples differ.

    Notes
    -----
    It needs memory for two n x n matrices.

    References
    ----------
    .. [1] Kornblith, S., Norouzi, M., Lee, H. & Hinton, G. (2019). "Similarity of
       neural network representations revisited". ICML.
    .. [2] Nguyen, T., Raghu, M. & Kornblith, S. (2021). "Do wide and deep networks
       learn the same things?". ICLR.
    .. [3] Song, L., Smola, A., Gretton, A., Bedo, J. & Borgwardt, K. (2012). "Feature
       selection via dependence maximization". JMLR 13.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop.inspection import cka
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(100, 20))
    >>> rotation, _ = np.linalg.qr(rng.normal(size=(20, 20)))
    >>> round(cka(X, 3 * X @ rotation + 1), 6)
    1.0
    >>> abs(cka(X, rng.normal(size=(100, 50)))) < 0.1
    True
    """

def __getattr__(name: str) -> Any: ...
