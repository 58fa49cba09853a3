"""MonomialFeatures: the columns of PolynomialFeatures, and what goes beyond."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from jit_marks import needs_jit
from monomial_cases import (
    BEYOND,
    DTYPES,
    beyond,
    executor,  # noqa: F401  (a fixture)
    samples,
    sparse_samples,
)
from scipy import sparse
from sklearn.base import clone
from sklearn.preprocessing import PolynomialFeatures

from skbackprop import MonomialFeatures

FORMATS = [sparse.csr_matrix, sparse.csr_array, sparse.csc_matrix, sparse.csc_array]
DEGREES = [0, 1, 2, 3, 5, (0, 2), (1, 3), (2, 2), (2, 4), (3, 3)]


def products_by_name(X, names):
    """Evaluate names such as 'x0^2 x1' in double precision, one by one."""
    columns = []
    for name in names:
        column = np.ones(len(X))
        for power in name.split() if name != "1" else ():
            feature, _, exponent = power.partition("^")
            column *= X[:, int(feature[1:])].astype(float) ** int(exponent or 1)
        columns.append(column)
    return np.stack(columns, axis=1)


# The columns of scikit-learn


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("include_bias", [True, False])
@pytest.mark.parametrize("interaction_only", [True, False])
@pytest.mark.parametrize("degree", DEGREES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_dense_values_are_those_of_scikit_learn_bit_for_bit(
    dtype, degree, interaction_only, include_bias
):
    if degree == 0 and not include_bias:
        return
    options = {"interaction_only": interaction_only, "include_bias": include_bias}
    for n_samples, n_features in [(1, 1), (300, 1), (7, 3), (301, 5)]:
        X = samples(n_samples, n_features, dtype)
        theirs = PolynomialFeatures(degree, **options).fit(X)
        ours = MonomialFeatures(degree, **options).fit(X)
        np.testing.assert_array_equal(ours.transform(X), theirs.transform(X))
        assert ours.transform(X).dtype == dtype
        assert ours.n_output_features_ == theirs.n_output_features_
        if ours.n_output_features_:
            np.testing.assert_array_equal(ours.powers_, theirs.powers_)
            names = theirs.get_feature_names_out()
            np.testing.assert_array_equal(ours.get_feature_names_out(), names)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("degree", [2, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n_features", [9, 17, 40])
def test_wide_rows_are_those_of_scikit_learn(n_features, dtype, degree):
    X = samples(5, n_features, dtype)
    theirs = PolynomialFeatures(degree).fit_transform(X)
    ours = MonomialFeatures(degree).fit_transform(X)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "settings", [{"degree": 3}, {"degree": (2, 3)}, *BEYOND.values()]
)
def test_order_changes_the_layout_only(settings):
    X = samples(700)
    c = MonomialFeatures(**settings).fit_transform(X)
    f = MonomialFeatures(**settings, order="F").fit_transform(X)
    assert c.flags.c_contiguous
    assert f.flags.f_contiguous
    np.testing.assert_array_equal(c, f)


def test_half_precision_is_kept_as_scikit_learn_keeps_it():
    X = samples(dtype=np.float16)
    theirs = PolynomialFeatures(3).fit_transform(X)
    ours = MonomialFeatures(3).fit_transform(X)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("interaction_only", [True, False])
@pytest.mark.parametrize("degree", [1, 2, 3, (2, 3)], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_sparse_structure_is_that_of_scikit_learn(dtype, degree, interaction_only):
    X = sparse_samples((50, 9), 0.3, dtype)
    options = {"interaction_only": interaction_only}
    theirs = PolynomialFeatures(degree, **options).fit_transform(X)
    ours = MonomialFeatures(degree, **options).fit_transform(X)
    theirs.sort_indices()
    np.testing.assert_array_equal(ours.indptr, theirs.indptr)
    np.testing.assert_array_equal(ours.indices, theirs.indices)
    # It multiplies three factors from the left, and in its dense code from
    # the right; ours does the latter always.
    rtol = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(ours.data, theirs.data, rtol=rtol)
    assert ours.dtype == dtype


# Properties of any setting


@pytest.mark.usefixtures("executor")
@beyond
@pytest.mark.parametrize("include_bias", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_column_is_the_product_that_its_name_says(settings, include_bias, dtype):
    X = samples(dtype=dtype)
    expand = MonomialFeatures(**settings, include_bias=include_bias).fit(X)
    names = expand.get_feature_names_out()
    assert len(names) == len(set(names)) == expand.n_output_features_
    expected = products_by_name(X, names)
    rtol = 10 * np.finfo(dtype).eps
    np.testing.assert_allclose(expand.transform(X), expected, rtol=rtol)


@beyond
def test_powers_are_the_exponents_in_the_names(settings):
    expand = MonomialFeatures(**settings).fit(samples())
    X = np.array([[2.0, 3.0, 5.0, 7.0]])
    expected = np.prod(X**expand.powers_, axis=1)
    np.testing.assert_array_equal(expand.transform(X)[0], expected)


@pytest.mark.usefixtures("executor")
@pytest.mark.parametrize("container", FORMATS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "settings", [{"degree": 4}, {"degree": (3, 4)}, {"degree": 0}, *BEYOND.values()]
)
def test_sparse_equals_dense_bit_for_bit(settings, dtype, container):
    X = container(sparse_samples(dtype=dtype))
    expand = MonomialFeatures(**settings).fit(X)
    expanded = expand.transform(X)
    assert expanded.format == X.format
    assert expanded.dtype == dtype
    np.testing.assert_array_equal(expanded.toarray(), expand.transform(X.toarray()))


@pytest.mark.usefixtures("executor")
def test_long_sparse_rows_are_written_in_vectors():
    X = sparse_samples((6, 90), 0.6)
    expand = MonomialFeatures(3).fit(X)
    expected = expand.transform(X.toarray())
    np.testing.assert_array_equal(expand.transform(X).toarray(), expected)


def test_few_columns_of_many_follow_the_formula_of_all():
    from skbackprop.transformers.monomials.basis import (
        GradedBasis,
        Layout,
        _shifts_by_formula,
    )

    for caps in (None, 1):
        for low, high, bias in [
            (0, 1, True),
            (0, 4, False),
            (2, 3, True),
            (3, 3, True),
        ]:
            basis = GradedBasis(7, low, high, caps, bias)
            layout = Layout(basis)
            expected = layout.starts[1:].copy()
            expected[1:] -= layout.starts[1:-1] + layout.skips[1:-1]
            features = np.array([0, 2, 5, 6])
            shifts = _shifts_by_formula(basis, features)
            np.testing.assert_array_equal(shifts, expected[:, features])


@beyond
@pytest.mark.parametrize("is_sparse", [True, False])
def test_batches_equal_the_whole(settings, is_sparse):
    X = sparse_samples() if is_sparse else samples()
    expand = MonomialFeatures(**settings).fit(X)
    whole = expand.transform(X)
    for batch_size in (None, 1, 5, 23, 100):
        batches = [b.copy() for b in expand.transform_batches(X, batch_size)]
        stacked = sparse.vstack(batches) if is_sparse else np.vstack(batches)
        difference = abs(stacked - whole)
        assert difference.max() == 0


def test_batches_share_their_memory():
    X = samples()
    batches = MonomialFeatures(2).fit(X).transform_batches(X, 10)
    addresses = {batch.ctypes.data for batch in batches}
    assert len(addresses) == 1


@needs_jit
def test_threads_compute_the_same_bits():
    X = samples(2000, 20)
    expand = MonomialFeatures(3).fit(X)
    alone = expand.transform(X)
    with ThreadPoolExecutor(2) as pool:
        for together in pool.map(expand.transform, [X] * 4):
            np.testing.assert_array_equal(together, alone)


# An estimator among others


def test_names_of_features_serve_as_factors_and_come_back():
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(samples(n_features=2), columns=["height", "weight"])
    expand = MonomialFeatures(combinations=["weight", ("height", "weight", "height")])
    frame = expand.set_output(transform="pandas").fit_transform(X)
    assert list(frame) == ["1", "weight", "height^2 weight"]
    expected = X["height"] ** 2 * X["weight"]
    np.testing.assert_allclose(frame["height^2 weight"], expected)


@beyond
def test_a_copy_by_pickle_or_clone_transforms_alike(settings):
    X = samples()
    expand = MonomialFeatures(**settings).fit(X)
    expected = expand.transform(X)
    for copy in (pickle.loads(pickle.dumps(expand)), clone(expand).fit(X)):
        np.testing.assert_array_equal(copy.transform(X), expected)


def test_parameters_set_after_fit_do_not_change_the_columns():
    X = samples()
    expand = MonomialFeatures(2).fit(X).set_params(degree=3)
    assert expand.transform(X).shape == (23, 15)


@pytest.mark.parametrize("degree", [1, 3, (0, 2)])
@pytest.mark.parametrize("include_bias", [True, False])
def test_powers_without_repetition_are_the_features(degree, include_bias):
    X = np.random.default_rng(0).normal(size=(5, 3))
    ours = MonomialFeatures(
        degree, interaction_only=True, powers_only=True, include_bias=include_bias
    )
    expected = MonomialFeatures(1, include_bias=include_bias).fit_transform(X)
    np.testing.assert_array_equal(ours.fit_transform(X), expected)
    found = ours.fit_transform(sparse.csr_array(X)).toarray()
    np.testing.assert_array_equal(found, expected)
