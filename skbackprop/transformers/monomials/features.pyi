# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Iterator
from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.base import TransformerMixin
from typing import Any
from typing import Literal

class MonomialFeatures(TransformerMixin, BaseEstimator):
    r"""Products of powers of the features, up to a degree.

    .. math:: x \mapsto \bigl(x_0^{k_0} x_1^{k_1} \cdots x_{n-1}^{k_{n-1}}\bigr),
        \quad k_0 + \dots + k_{n-1} \le d

    A linear model on these features is a polynomial of degree d in x, which can
    separate classes that no hyperplane in x separates. There are
    :math:`\binom{n + d}{d}` features. The class is a drop-in replacement for
    :class:`sklearn.preprocessing.PolynomialFeatures` with the same parameters, columns,
    order, names and values. It is several times faster, supports sparse input of any
    degree, and limits memory use.

    Parameters
    ----------
    degree : int or tuple (min_degree, max_degree), default=2
        Maximum degree d, or the range of degrees. Only ``include_bias`` determines
        whether degree 0 is included.
    interaction_only : bool, default=False
        Whether to compute only products of distinct features: x0 x1 but not x0^2.
    include_bias : bool, default=True
        Whether to include the constant 1 as the first column.
    order : {'C', 'F'}, default='C'
        Memory layout of dense output.
    max_degrees : array-like of int of shape (n_features,), default=None
        Maximum exponent of each feature; 0 excludes the feature.
    powers_only : bool, default=False
        Whether to compute only powers of single features: x0^2 but not x0 x1.
    combinations : list of tuple, default=None
        The monomials to compute, in this order; ``degree`` is then ignored. Each is a
        tuple of its factors, as indices or names of features: (0, 0, 2) is x0^2 x2.
    memory_budget : float, default=None
        Maximum size of a result in bytes. Larger results raise an error before
        allocation. By default, the physical memory of the machine.

    Attributes
    ----------
    powers_ : ndarray of shape (`n_output_features_`, `n_features_in_`)
        Exponent of each feature in each column.
    n_output_features_ : int
        Number of columns.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    n_output_features : The number of columns.
    sklearn.kernel_approximation.PolynomialCountSketch : A random sketch of the
        monomials, of any size.

    Notes
    -----
    A value that overflows raises an error that names the monomial; scikit-learn returns
    infinity. CSR input with unsorted or duplicate indices is read correctly;
    scikit-learn 1.9.1 returns wrong values.

    The columns of degree k led by feature a (its first factor) are x_a times a run of
    adjacent columns of degree k - 1. So a row is computed from left to right, by
    products of one number with one run. For CSR rows, the same holds for the stored
    entries, and the column numbers of a run shift by a constant [2]_.

    References
    ----------
    .. [1] Cover, T. M. (1965). "Geometrical and statistical properties of systems
       of linear inequalities with applications in pattern recognition". IEEE
       Transactions on Electronic Computers.
    .. [2] Nystrom, A. & Hughes, J. (2018). "Leveraging sparsity to speed up
       polynomial feature expansions of CSR matrices using K-simplex numbers".

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import MonomialFeatures
    >>> X = np.array([[2.0, 3.0]])
    >>> expand = MonomialFeatures(degree=2)
    >>> expand.fit_transform(X)
    array([[1., 2., 3., 4., 6., 9.]])
    >>> expand.get_feature_names_out()
    array(['1', 'x0', 'x1', 'x0^2', 'x0 x1', 'x1^2'], dtype=object)
    """
    degree: int | Sequence[Any]
    interaction_only: bool
    include_bias: bool
    order: Literal['C', 'F']
    max_degrees: ArrayLike | None
    powers_only: bool
    combinations: Sequence[Sequence[Any]] | None
    memory_budget: float | None
    powers_: NDArray[Any]
    """Exponent of each feature in each column."""
    n_output_features_: int
    """Number of columns."""
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the features, where X has string column names."""
    def __init__(
        self,
        degree: int | Sequence[Any] = 2,
        *,
        interaction_only: bool = False,
        include_bias: bool = True,
        order: Literal['C', 'F'] = 'C',
        max_degrees: ArrayLike | None = None,
        powers_only: bool = False,
        combinations: Sequence[Sequence[Any]] | None = None,
        memory_budget: float | None = None,
    ) -> None: ...
    def fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: None = None,
    ) -> MonomialFeatures:
        """Count the features and the output columns.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : None
            Ignored.

        Returns
        -------
        MonomialFeatures
            The estimator itself.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
    ) -> NDArray[Any]:
        """Return the names of the columns, such as 'x0^2 x1'.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features. By default, those seen during fit, or x0, x1 ...

        Returns
        -------
        ndarray of str
            One name for each column.
        """

    def linear_decision(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        coef: ArrayLike,
        intercept: float | ArrayLike = 0.0,
    ) -> NDArray[Any]:
        r"""Evaluate a linear model on the monomials without storing them all.

        For degree 2, it is the quadratic form :math:`x^\top W x + c^\top x + b`. For
        higher degrees, the monomials are computed and used in blocks that fit into the
        cache.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        coef : array-like of shape (n_terms,) or (n_outputs, n_terms)
            Weights of the ``n_output_features_`` monomials, such as ``coef_`` of a
            linear model.
        intercept : float or array-like of shape (n_outputs,), default=0.0
            Intercept of each output.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs)
            ``transform(X) @ coef.T + intercept``; one-dimensional for a single output.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LinearRegression
        >>> from skbackprop import MonomialFeatures
        >>> X = np.random.default_rng(0).normal(size=(50, 3))
        >>> expand = MonomialFeatures(2)
        >>> model = LinearRegression().fit(expand.fit_transform(X), X[:, 0] ** 2)
        >>> z = expand.linear_decision(X, model.coef_, model.intercept_)
        >>> np.allclose(z, X[:, 0] ** 2)
        True
        """

    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any] | sparse.spmatrix | sparse.sparray:
        """Return the monomials of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, preferably CSR if sparse. float32 is preserved.

        Returns
        -------
        {ndarray, sparse matrix} of shape (n_samples, `n_output_features_`)
            Sparse if X is sparse: CSC if X is CSC, else CSR.
        """

    def transform_batches(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        batch_size: int | None = None,
    ) -> Iterator[NDArray[Any] | sparse.spmatrix | sparse.sparray]:
        """Yield the monomials in batches that reuse the same memory.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        batch_size : int, default=None
            Number of samples per batch; by default, as many as fill 16 MB.

        Returns
        -------
        generator of {ndarray, sparse matrix}
            Batches of shape (batch_size, `n_output_features_`); the last may be
            smaller. The next batch overwrites a dense batch, so copy what you want to
            keep.
        """


def __getattr__(name: str) -> Any: ...
