"""Monomials of the features: the non-linear expansion of the polynomial kernel."""

from contextlib import suppress
from functools import partial
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import (
    FLOAT_DTYPES,
    _check_feature_names_in,
    check_is_fitted,
)

from skbackprop.kernels.calling import has_kernels
from skbackprop.transformers.monomials import guards
from skbackprop.transformers.monomials.basis import (
    GradedBasis,
    name_of,
)
from skbackprop.transformers.monomials.counting import n_output_features
from skbackprop.transformers.monomials.csr import canonical_csr, expand_csr
from skbackprop.transformers.monomials.decision import (
    add_quadratic_form,
    is_quadratic,
    quadratic_form,
    validate_coef,
)
from skbackprop.transformers.monomials.dense import make_expand_dense
from skbackprop.transformers.monomials.options import make_basis
from skbackprop.transformers.overflow import first_overflow, overflow_error
from skbackprop.transformers.programs import BlockProgram, NotFiniteError
from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.undoing import all_or_nothing
from skbackprop.utils.validation import csr_like, validate_finite

_BATCH_BYTES = 1 << 24  # of a batch of default size
_CACHE_BYTES = 1 << 19  # of a block that is used while in the cache


class MonomialFeatures(TransformerMixin, LinkedToPage, BaseEstimator):
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

    _parameter_constraints: ClassVar[dict] = {
        "degree": [Interval(Integral, 0, None, closed="left"), "array-like"],
        "interaction_only": ["boolean"],
        "include_bias": ["boolean"],
        "order": [StrOptions({"C", "F"})],
        "max_degrees": ["array-like", None],
        "powers_only": ["boolean"],
        "combinations": ["array-like", None],
        "memory_budget": [Interval(Real, 0, None, closed="right"), None],
    }

    def __init__(
        self,
        degree=2,
        *,
        interaction_only=False,
        include_bias=True,
        order="C",
        max_degrees=None,
        powers_only=False,
        combinations=None,
        memory_budget=None,
    ):
        self.degree = degree
        self.interaction_only = interaction_only
        self.include_bias = include_bias
        self.order = order
        self.max_degrees = max_degrees
        self.powers_only = powers_only
        self.combinations = combinations
        self.memory_budget = memory_budget

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit(self, X, y=None):
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
        X = validate_finite(self, X, accept_sparse=("csr", "csc"))
        n_features = X.shape[1]
        self._basis = make_basis(self, n_features)
        self.n_output_features_ = self._basis.n_outputs
        return self

    def transform(self, X):
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
        X = self._validate(X)
        if sparse.issparse(X):
            return self._transform_sparse(X)
        out = self._new_dense(X.shape[0], X.dtype, self.order)
        expand = make_expand_dense(self._basis, X.dtype, self.order)
        return self._transform_dense(X, out, expand)

    def transform_batches(self, X, batch_size=None):
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
        X = self._validate(X)
        if batch_size is None:
            row_bytes = max(1, self._basis.n_outputs * X.dtype.itemsize)
            batch_size = max(1, _BATCH_BYTES // row_bytes)
        elif not isinstance(batch_size, Integral) or batch_size < 1:
            raise ValueError(f"batch_size must be an int >= 1, got {batch_size!r}.")
        return self._batches(X, min(batch_size, X.shape[0]))

    def linear_decision(self, X, coef, intercept=0.0):
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
        check_is_fitted(self)
        is_form = is_quadratic(self._basis) and not sparse.issparse(X)
        # A quadratic form of values that are not finite is not finite either. Only then
        # is X searched for them, as this takes as long as a form.
        samples = X
        X = self._validate(X, check_finite=not is_form)
        coef, intercept = validate_coef(coef, intercept, self._basis.n_outputs, X.dtype)
        if is_form:
            decision = self._quadratic_form(X, coef)
        else:
            row_bytes = max(1, self._basis.n_outputs * X.dtype.itemsize)
            batch_size = max(16, _CACHE_BYTES // row_bytes)
            batches = self._batches(X, min(batch_size, X.shape[0]))
            decision = np.concatenate([batch @ coef.T for batch in batches])
        decision = np.add(decision, intercept, order="C")
        if not np.isfinite(decision).all():
            self._validate(samples)
            self._refuse_infinite(X, decision)
        return decision.ravel() if len(coef) == 1 else decision

    @property
    def powers_(self):
        """Exponent of each feature in each column.

        Returns
        -------
        ndarray of shape (`n_output_features_`, `n_features_in_`)
            Computed at each access.
        """
        check_is_fitted(self)
        powers = np.zeros((self._basis.n_outputs, self.n_features_in_), np.int64)
        for columns, factors in self._basis.factor_blocks():
            for factor in factors.T:
                powers[columns, factor] += 1
        return powers

    def get_feature_names_out(self, input_features=None):
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
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        columns = np.empty(self._basis.n_outputs, dtype=object)
        for column, combination in enumerate(self._basis.combinations()):
            columns[column] = name_of(combination, names)
        return columns

    @staticmethod
    def _combinations(
        n_features, min_degree, max_degree, interaction_only, include_bias
    ):
        """Yield the factors of each column, as in scikit-learn's class."""
        caps = 1 if interaction_only else None
        return GradedBasis(
            n_features, min_degree, max_degree, caps, include_bias
        ).combinations()

    @staticmethod
    def _num_combinations(
        n_features, min_degree, max_degree, interaction_only, include_bias
    ):
        """Count the columns, as in scikit-learn's class."""
        return n_output_features(
            n_features,
            (min_degree, max_degree),
            interaction_only=interaction_only,
            include_bias=include_bias,
        )

    # Validation

    def _validate(self, X, check_finite=True):
        """Return X without the features that do not occur."""
        check_is_fitted(self)
        features = self._basis.features
        X = validate_finite(
            self,
            X,
            reset=False,
            dtype=FLOAT_DTYPES,
            order="C",
            accept_sparse=("csr", "csc"),
            ensure_all_finite=check_finite or features is not None,
        )
        if features is None:
            return X
        return X[:, features] if sparse.issparse(X) else X.take(features, axis=1)

    # Expansion

    def _check_budget(self, n_rows, n_bytes):
        guards.check_size(n_rows, self._basis.n_outputs, n_bytes, self.memory_budget)

    def _dense_bytes(self, n_rows, dtype):
        basis = self._basis
        return (n_rows * basis.n_outputs + basis.n_below) * np.dtype(dtype).itemsize

    def _new_dense(self, n_rows, dtype, order="C"):
        self._check_budget(n_rows, self._dense_bytes(n_rows, dtype))
        return np.empty((n_rows, self._basis.n_outputs), dtype, order=order)

    def _transform_dense(self, X, out, expand):
        """Fill ``out``; raise an error if a monomial overflows."""
        if not self._basis.n_outputs:
            return out
        with np.errstate(over="ignore"):
            expand(X, out)
        if guards.may_overflow(X, self._basis.max_degree):
            self._refuse_overflow(first_overflow(out), X.dtype)
        return out

    def _refuse_overflow(self, place, dtype):
        if place is not None:
            row, column = place
            names = _check_feature_names_in(self)
            monomial = name_of(self._basis.combination(column), names)
            raise overflow_error(
                f"The monomial {monomial!r}", row, dtype, ", or lower the degree"
            )

    def _refuse_infinite(self, X, decision):
        """Raise an error that says why a decision is not finite."""
        row = int(np.flatnonzero(~np.isfinite(decision).all(axis=1))[0])
        for _ in self._batches(X[row : row + 1], 1):  # raises if a monomial overflows
            raise ValueError(
                f"The decision on sample {row} overflows {decision.dtype.name}."
            )

    def _quadratic_form(self, X, coef):
        """Return the decision of degree 2, which is not finite where X is not."""
        if not has_kernels(X.dtype):
            with np.errstate(over="ignore", invalid="ignore"):
                return quadratic_form(self._basis, X, coef)
        program = BlockProgram(X)
        decision = add_quadratic_form(program, self._basis, coef)
        with suppress(NotFiniteError):
            program.run()
        return decision

    def _transform_sparse(self, X):
        """Return the expansion in the format and the interface of X."""
        container, X = X, canonical_csr(X)
        with np.errstate(over="ignore"):
            parts = expand_csr(self._basis, X, partial(self._check_budget, X.shape[0]))
        if guards.may_overflow(X.data, self._basis.max_degree):
            data, columns, starts = parts
            (bad,) = np.nonzero(~np.isfinite(data))
            if len(bad):
                row = int(np.searchsorted(starts, bad[0], side="right")) - 1
                self._refuse_overflow((row, int(columns[bad[0]])), X.dtype)
        expanded = csr_like(container)(parts, (X.shape[0], self._basis.n_outputs))
        return expanded.tocsc() if container.format == "csc" else expanded

    def _batches(self, X, batch_size):
        if sparse.issparse(X):
            X = X.tocsr()
            for batch in gen_batches(X.shape[0], batch_size):
                yield self._transform_sparse(X[batch])
            return
        memory = self._new_dense(batch_size, X.dtype)
        expand = make_expand_dense(self._basis, X.dtype)
        for batch in gen_batches(X.shape[0], batch_size):
            part = X[batch]
            yield self._transform_dense(part, memory[: len(part)], expand)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
