"""The losses of rankings: closed forms, derivatives, and what they mean."""

from itertools import combinations

import numpy as np
import pytest
from gradcheck import numerical_derivative
from jit_marks import EXECUTORS, needs_jit
from kernel_helpers import Call, aligned, bits_of, empty_signal, signal, tolerance
from random_graphs import mlp_graph, name_of, plan_of, random_parameters, steps_of
from sklearn.metrics import ndcg_score

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.losses.rankings import (
    LambdaRank,
    ListNet,
    PairwiseHinge,
    RankNet,
)
from skbackprop.engine.optimizers import Adam
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference.losses import group_values_and_gradient
from skbackprop.engine.samples import Groups, Samples, StoppingRule
from skbackprop.kernels import table
from skbackprop.kernels.abi import Loss, Scalar
from skbackprop.network import Tanh
from skbackprop.network.compiler import compile_graph

CONVEX = [PairwiseHinge(), RankNet(), ListNet()]
LOSSES = [*CONVEX, LambdaRank(), LambdaRank(k=3)]
DTYPES = [np.float32, np.float64]


def query(n_documents=8, seed=0, dtype=np.float64):
    """Return scores and grades of a query."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(scale=2.0, size=n_documents)
    return scores.astype(dtype), rng.integers(4, size=n_documents).astype(dtype)


def ndcg(targets, scores, k=None):
    return ndcg_score([targets], [scores], k=k)


# What they are


# Of these three, the third has the highest score and the lowest grade.
SCORES, GRADES = np.array([0.5, 0.0, 1.5]), np.array([2.0, 1.0, 0.0])


def test_hinge_of_three_documents_by_hand():
    value, gradient = PairwiseHinge().of_query(SCORES, GRADES)
    np.testing.assert_allclose(value, (0.5 + 2.0 + 2.5) / 3, rtol=1e-15)
    np.testing.assert_allclose(gradient, [-2 / 3, 0, 2 / 3], atol=1e-15)


def test_ranknet_of_three_documents_by_hand():
    value, gradient = RankNet().of_query(SCORES, GRADES)
    differences = np.array([0.5, -1.0, -1.5])  # first and second, 1st and 3rd, ...
    np.testing.assert_allclose(value, np.log1p(np.exp(-differences)).mean())
    ab, ac, bc = 1 / (1 + np.exp(differences)) / 3
    np.testing.assert_allclose(gradient, [-ab - ac, ab - bc, ac + bc], rtol=1e-14)


def test_listnet_of_three_documents_by_hand():
    value, gradient = ListNet().of_query(SCORES, GRADES)
    p, q = (np.exp(a) / np.exp(a).sum() for a in (GRADES, SCORES))
    np.testing.assert_allclose(value, -(p * np.log(q)).sum(), rtol=1e-14)
    np.testing.assert_allclose(gradient, q - p, rtol=1e-14)


def test_lambda_of_two_documents_by_hand():
    """The better one ranks second: an exchange gains 1 - 1 / log2(3) in NDCG."""
    value, gradient = LambdaRank().of_query(np.array([0.0, 1.0]), np.array([3.0, 0.0]))
    change = 1 - 1 / np.log2(3)
    np.testing.assert_allclose(value, change * np.log1p(np.e), rtol=1e-14)
    force = change / (1 + np.exp(-1))
    np.testing.assert_allclose(gradient, [-force, force], rtol=1e-14)


@pytest.mark.parametrize("k", [None, 1, 3, 20])
def test_pairs_weigh_what_their_exchange_changes_in_ndcg(k):
    scores, targets = query()
    weights = LambdaRank(k).pair_weights(scores, targets)
    before = ndcg(targets, scores, k)
    for i, j in combinations(range(len(scores)), 2):
        exchanged = scores.copy()
        exchanged[[i, j]] = scores[[j, i]]
        change = abs(ndcg(targets, exchanged, k) - before)
        np.testing.assert_allclose(weights[i, j], change, rtol=1e-10, atol=1e-14)
    np.testing.assert_array_equal(weights, weights.T)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("loss", CONVEX, ids=name_of)
def test_the_gradient_is_the_derivative_of_the_value(loss, seed):
    scores, targets = query(seed=seed)
    direction = np.random.default_rng(seed).normal(size=len(scores))
    expected = numerical_derivative(
        lambda s: loss.of_query(s, targets)[0], scores, direction
    )
    found = loss.of_query(scores, targets)[1] @ direction
    np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.parametrize("k", [None, 2])
def test_lambdas_are_the_gradient_while_ranks_stand_still(k):
    scores, targets = query()
    direction = np.random.default_rng(0).normal(size=len(scores))
    weights = LambdaRank(k).pair_weights(scores, targets)
    is_pair = targets[:, np.newaxis] > targets

    def value(s):
        difference = s[:, np.newaxis] - s
        return (weights * np.log1p(np.exp(-difference)))[is_pair].sum()

    found, gradient = LambdaRank(k).of_query(scores, targets)
    np.testing.assert_allclose(found, value(scores), rtol=1e-13)
    expected = numerical_derivative(value, scores, direction)
    np.testing.assert_allclose(gradient @ direction, expected, rtol=1e-7)


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_torch_agrees(loss):
    torch = pytest.importorskip("torch")
    for seed in range(3):
        scores, targets = query(seed=seed)
        value, gradient = loss.of_query(scores, targets)
        s, t = torch.tensor(scores, requires_grad=True), torch.tensor(targets)
        if isinstance(loss, ListNet):
            wanted = torch.softmax(t, 0)
            expected = torch.nn.functional.cross_entropy(s[None], wanted[None])
        else:
            i, j = torch.nonzero(t[:, None] > t[None, :], as_tuple=True)
            weights = torch.tensor(loss.pair_weights(scores, targets))[i, j]
            if isinstance(loss, PairwiseHinge):
                phi = torch.relu(1 - (s[i] - s[j]))
            else:
                phi = torch.nn.functional.softplus(-(s[i] - s[j]))
            expected = (weights * phi).sum()
        expected.backward()
        np.testing.assert_allclose(value, expected.item(), rtol=1e-13)
        np.testing.assert_allclose(gradient, s.grad.numpy(), rtol=1e-12, atol=1e-15)


# What they all have in common


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_nothing_changes_when_all_scores_move_alike(loss):
    scores, targets = query()
    value, gradient = loss.of_query(scores, targets)
    moved = loss.of_query(scores + 64, targets)
    np.testing.assert_allclose(moved[0], value, rtol=1e-12)
    np.testing.assert_allclose(moved[1], gradient, rtol=1e-11)
    np.testing.assert_allclose(gradient.sum(), 0, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_documents_may_come_in_any_order(loss):
    scores, targets = query()
    scores[:4], targets[:4] = scores[6], [3.0, 0.0, 1.0, 2.0]  # ties
    order = np.random.default_rng(0).permutation(len(scores))
    value, gradient = loss.of_query(scores, targets)
    permuted = loss.of_query(scores[order], targets[order])
    np.testing.assert_allclose(permuted[0], value, rtol=1e-14)
    np.testing.assert_allclose(permuted[1], gradient[order], rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize("loss", CONVEX, ids=name_of)
def test_losses_that_forget_ranks_are_convex(loss):
    (scores, targets), (others, _) = query(), query(seed=1)
    value, gradient = loss.of_query(scores, targets)
    tangent = value + gradient @ (others - scores)
    assert loss.of_query(others, targets)[0] >= tangent - 1e-12


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_one_document_costs_nothing(loss):
    value, gradient = loss.of_query(np.array([3.0]), np.array([2.0]))
    assert value == gradient[0] == 0


@pytest.mark.parametrize("grade", [0.0, 2.0])
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_documents_of_one_grade_make_no_pair(loss, grade):
    scores = np.array([3.0, 1.0, 1.0])
    value, gradient = loss.of_query(scores, np.full(3, grade))
    if isinstance(loss, ListNet):  # which wants their scores to be the same
        np.testing.assert_allclose(gradient.sum(), 0, atol=1e-15)
        assert gradient[0] > 0 > gradient[1]
    else:
        assert value == 0
        assert not gradient.any()


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_tied_scores_are_pulled_apart(loss):
    """Nobody profits from a network that puts out a constant."""
    _, gradient = loss.of_query(np.zeros(4), np.array([0.0, 1.0, 2.0, 3.0]))
    assert (np.diff(gradient) < 0).all() or isinstance(loss, LambdaRank)
    assert gradient[3] < 0 < gradient[0]


@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_dtype_and_shape_are_kept(loss, dtype):
    value, gradient = loss.of_query(*query(dtype=dtype))
    assert gradient.dtype == np.asarray(value).dtype == dtype
    assert gradient.shape == (8,)
    expected = loss.of_query(*query())
    np.testing.assert_allclose(value, expected[0], rtol=1e-6)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_extreme_scores_are_exact(loss):
    scores, targets = np.array([-1e4, 1e4]), np.array([1.0, 0.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, gradient = loss.of_query(scores, targets)
        right, at_rest = loss.of_query(-scores, targets)
    weight = {ListNet: np.e / (1 + np.e), LambdaRank: 1 - 1 / np.log2(3)}
    weight = weight.get(type(loss), 1.0)
    margin = 1.0 if isinstance(loss, PairwiseHinge) else 0.0
    np.testing.assert_allclose(value, weight * (2e4 + margin), rtol=1e-12)
    np.testing.assert_allclose(gradient, [-weight, weight], rtol=1e-12)
    if not isinstance(loss, ListNet):
        assert right == 0
        assert not at_rest.any()


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_a_score_of_nan_is_seen_in_the_value(loss):
    for bad in range(2):
        scores = np.zeros(2)
        scores[bad] = np.nan
        assert np.isnan(loss.of_query(scores, np.array([1.0, 0.0]))[0])


def test_two_documents_of_ranknet_are_log_loss_and_lambdarank_is_a_multiple():
    scores, targets = np.array([0.3, -0.4]), np.array([1.0, 0.0])
    value, gradient = RankNet().of_query(scores, targets)
    np.testing.assert_allclose(value, np.log1p(np.exp(-0.7)), rtol=1e-14)
    value2, gradient2 = LambdaRank().of_query(scores, targets)
    change = 1 - 1 / np.log2(3)
    np.testing.assert_allclose(value2, change * value, rtol=1e-14)
    np.testing.assert_allclose(gradient2, change * gradient, rtol=1e-14)


# Kernels


def queries(sizes, dtype=np.float64):
    """Return scores, grades and weights of queries, and where these begin."""
    parts = [query(n, seed, dtype) for seed, n in enumerate(sizes)]
    scores, targets = (
        np.concatenate(part)[:, np.newaxis] for part in zip(*parts, strict=True)
    )
    scores[:2] = scores[2]  # documents of a query whose scores are tied
    weights = np.random.default_rng(0).uniform(size=len(sizes)).astype(dtype)
    return scores, targets, weights, np.concatenate([[0], np.cumsum(sizes)])


def call(loss, dtype, scores, targets, weights, starts, scale=1.0):
    """Run the kernel; return the loss and the memory of the gradient."""
    (z, _), (t, _) = signal(scores, dtype), signal(targets, dtype)
    dz, memory = empty_signal(*z.shape, dtype)
    of_queries = aligned(len(weights), dtype)
    of_queries[:] = weights
    arguments = Call(Loss, len(z), logits=z, adjoint=dz, targets=t, weights=of_queries)
    arguments.set_context(n_groups=len(weights), group_starts=starts)
    arguments.scalars[Scalar.scale] = scale
    arguments.scalars[Scalar.loss_setting] = loss.setting
    arguments.run(table.loss_kernel(loss, bits_of(dtype)))
    return arguments.scalars[Scalar.loss], memory


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_kernels_do_what_the_reference_does(loss, dtype):
    scores, targets, weights, starts = case = queries([4, 1, 9, 2, 40, 1, 120], dtype)
    value, found = call(loss, dtype, *case, scale=0.25)
    values, gradient = group_values_and_gradient(
        loss, scores.astype(float), targets.astype(float), starts
    )
    np.testing.assert_allclose(value, weights @ values, rtol=tolerance(dtype))
    gradient *= 0.25 * np.repeat(weights, np.diff(starts))[:, np.newaxis]
    close = {"rtol": tolerance(dtype), "atol": tolerance(dtype)}
    np.testing.assert_allclose(found[:, :1], gradient, **close)
    assert not found[:, 1:].any()


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("k", [None, 1, 5, 200])
@pytest.mark.parametrize("seed", range(3))
def test_ranks_are_those_of_sorting_where_scores_and_grades_are_tied(seed, k, dtype):
    rng, loss = np.random.default_rng(seed), LambdaRank(k=k)
    scores, targets = (rng.integers(n, size=(150, 1)).astype(dtype) for n in (9, 4))
    value, found = call(loss, dtype, scores, targets, [1.0], np.array([0, 150]))
    expected, gradient = loss.of_query(scores[:, 0].astype(float), targets[:, 0])
    bound = 10 * tolerance(dtype)  # sums of 10,000 pairs
    np.testing.assert_allclose(value, expected, rtol=bound)
    close = {"rtol": bound, "atol": bound}
    np.testing.assert_allclose(found[:, 0], gradient, **close)


@pytest.mark.parametrize("k", [None, 0, 1, 3, 9])
def test_pairs_that_are_compared_are_those_of_the_first_ranks(k):
    loss = PairwiseHinge() if k is None else LambdaRank(k)
    pairs = [i for i, j in combinations(range(9), 2) if k is None or i < k]
    assert loss.n_pairs(9) == len(pairs)
    assert ListNet().n_pairs(9) == 0


@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_the_reference_may_look_at_a_few_documents_at_a_time(loss, monkeypatch):
    case = query(20)
    value, gradient = loss.of_query(*case)
    monkeypatch.setattr("skbackprop.engine.losses.rankings._PAIRS_AT_A_TIME", 60)
    value2, gradient2 = loss.of_query(*case)
    np.testing.assert_allclose(value2, value, rtol=1e-14)
    np.testing.assert_allclose(gradient2, gradient, rtol=1e-12, atol=1e-15)


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_kernels_see_a_score_of_nan(loss, dtype):
    for bad in range(2):
        scores, targets = np.zeros((2, 1)), np.array([[1.0], [0.0]])
        scores[bad] = np.nan
        value, _ = call(loss, dtype, scores, targets, [1.0], np.array([0, 2]))
        assert np.isnan(value)


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES, ids=name_of)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_kernels_are_exact_for_extreme_scores(loss, dtype):
    scores, targets = np.array([[-1e4], [1e4]]), np.array([[1.0], [0.0]])
    value, gradient = call(loss, dtype, scores, targets, [1.0], np.array([0, 2]))
    expected = loss.of_query(scores[:, 0], targets[:, 0])
    np.testing.assert_allclose(value, expected[0], rtol=1e-6)
    np.testing.assert_allclose(gradient[:, 0], expected[1], rtol=1e-6)


@needs_jit
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_both_executors_learn_the_same(loss):
    graph, batch_size, n_epochs = mlp_graph(4, [6], 1, Tanh()), 3, 4
    _, targets, weights, starts = queries([4, 1, 9, 2, 12, 1, 3])
    rng = np.random.default_rng(1)
    members = rng.permutation(len(targets))
    samples = Samples(
        rng.normal(size=(len(targets), 4)), targets, weights, Groups(members, starts)
    )
    plan, program = (
        plan_of(Adam(0.9, 0.999, 1e-3), Penalties(0.1)),
        compile_graph(graph),
    )
    results = []
    for kind in (Executor, ReferenceExecutor):
        parameters, order = random_parameters(graph), np.arange(len(weights))
        executor = kind(
            program, parameters, loss, batch_size, n_rows=samples.most_rows(batch_size)
        )
        slots = program.allocate(parameters.dtype, plan.optimizer.n_slots)
        executor.prepare_training(samples, plan, slots, order)
        steps = steps_of(plan, n_epochs * 3, 0.01)
        run = executor.run_epochs(
            np.ascontiguousarray(steps).reshape(n_epochs, 3, -1),
            StoppingRule(0.0, np.inf, np.inf, 0),
            np.random.RandomState(5),
        )
        results.append((run.losses, parameters))
    (losses, parameters), (expected_losses, expected) = results
    np.testing.assert_allclose(losses, expected_losses, rtol=1e-10)
    np.testing.assert_allclose(parameters, expected, atol=1e-10)
    assert losses[-1] != losses[0]


@pytest.mark.parametrize("kind", EXECUTORS)
@pytest.mark.parametrize("loss", LOSSES, ids=name_of)
def test_queries_are_evaluated_in_the_order_that_is_asked_for(loss, kind):
    graph, rng = mlp_graph(4, [6], 1, Tanh()), np.random.default_rng(1)
    _, targets, weights, starts = queries([4, 1, 9, 2, 12, 1, 3])
    groups = Groups(rng.permutation(len(targets)), starts)
    X = rng.normal(size=(len(targets), 4))
    samples = Samples(X, targets, weights, groups)
    program, parameters = compile_graph(graph), random_parameters(graph)
    executor = kind(program, parameters, loss, 2, n_rows=samples.most_rows(2))
    chosen = np.array([5, 2, 6, 0, 4])
    loss_sum, logits = executor.evaluate(samples, chosen)
    memberships, own_starts = groups.expand(chosen)
    rows = groups.members[memberships]
    expected = np.concatenate([z.copy() for _, z in executor.forward(Samples(X), rows)])
    np.testing.assert_allclose(logits, expected, rtol=1e-12)
    values, _ = group_values_and_gradient(
        loss, logits, targets[memberships], own_starts
    )
    np.testing.assert_allclose(loss_sum, weights[chosen] @ values, rtol=1e-12)
