"""The reference executor, which runs programs in plain NumPy.

It is the slow and simple counterpart of :mod:`skbackprop.engine.compiled.executor`. It
runs where numba cannot, and tests compare the compiled kernels with it.
"""

import numpy as np

from skbackprop.engine.history import update_ratio
from skbackprop.engine.parts import deal
from skbackprop.engine.protocol import BaseExecutor
from skbackprop.engine.reference.losses import (
    group_values_and_gradient,
    value_and_gradient,
)
from skbackprop.engine.reference.modules import (
    Pass,
    backward,
    forward,
    parameter_gradients,
    xp,
)
from skbackprop.engine.samples import EpochsRun, batches
from skbackprop.engine.stretches import moving_matrices, stretches_of

_MOST_UNITS = 1024  # processed together for the gradient of all samples


def _memberships(samples, units):
    """Return the rows of X and of targets of some units, and the starts of groups."""
    if samples.groups is None:
        return units, units, None
    memberships, starts = samples.groups.expand(units)
    return samples.groups.members[memberships], memberships, starts


def _values_and_gradient(loss, logits, targets, starts):
    """Return the loss of each unit and its gradient with respect to the logits."""
    if starts is None:
        return value_and_gradient(loss, logits, targets)
    return group_values_and_gradient(loss, logits, targets, starts)


class ReferenceExecutor(BaseExecutor):
    """Run a program with NumPy."""

    # The rules of the backward pass.
    backward, parameter_gradients = map(staticmethod, (backward, parameter_gradients))

    def __init__(
        self, program, parameters, loss=None, batch_size=512, seed=0, n_rows=None
    ):
        super().__init__(program, parameters, loss, batch_size, seed, n_rows)
        self.gradient = program.allocate(parameters.dtype)

    @property
    def n_bytes(self):
        return self.gradient.nbytes

    def let_go(self):
        super().let_go()
        self._training = None

    def vjp(self, X, adjoint, is_training=False):
        run = Pass(is_training, self.seed)
        signals = self._forward(X, run)
        with np.errstate(all="ignore"):
            adjoints = self._backward(signals, adjoint, run)
        return signals, adjoints, self.gradient.copy()

    def forward(self, samples, indices=None):
        if indices is None:
            indices = np.arange(samples.n_samples)
        for batch in batches(len(indices), self.n_rows):
            x = self._rows(samples, indices[batch])
            yield batch, self._forward(x, Pass())[-1]

    def objective(self, samples):
        total, gradient = 0.0, np.zeros_like(self.gradient)
        with np.errstate(all="ignore"):
            for batch in batches(samples.n_units, min(self.batch_size, _MOST_UNITS)):
                indices = np.arange(batch.start, batch.stop)
                total += self._loss_and_gradient(
                    samples, indices, samples.weight_sum, Pass(True, self.seed)
                )
                gradient += self.gradient
        self.gradient[:] = gradient
        return total

    def evaluate(self, samples, indices=None):
        if samples.are_in_parts:
            return self._evaluate_parts(samples, indices)
        if indices is None:
            indices = np.arange(samples.n_units)
        rows, memberships, starts = _memberships(samples, indices)
        logits = np.concatenate([z.copy() for _, z in self.forward(samples, rows)])
        with np.errstate(all="ignore"):
            targets = samples.targets[memberships]
            values, _ = _values_and_gradient(self.loss, logits, targets, starts)
        if samples.weights is not None:
            values = values * samples.weights[indices]
        return float(values.sum(dtype=np.float64)), logits

    def prepare_training(self, samples, plan, slots, order):
        self._training = samples, plan, slots, order

    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        self._n_steps = n_steps
        with np.errstate(all="ignore"):  # divergence shows in the loss
            return self._run_epochs(coefficients, stopping, random_state)

    def _run_epochs(self, coefficients, stopping, random_state):
        samples, _, _, order = self._training
        tol, max_no_improvement, best_loss, no_improvement = stopping
        n_learned = self.program.n_learned
        records = np.empty((len(coefficients), 4))
        for epoch, steps in enumerate(coefficients):
            snapshot = self.parameters.copy()
            if random_state is not None:
                self._shuffle(samples, order, random_state)
            totals, n_weighed = np.zeros(3), 0
            slices = batches(len(order), self.batch_size)
            for step, batch in zip(steps, slices, strict=True):
                indices = order[batch]
                before = self.parameters[:n_learned].copy()
                found = self._train_step(samples, indices, step)
                self._n_steps += 1
                if found is not None:
                    totals += np.multiply(found, len(indices))
                    n_weighed += len(indices)
                if not np.isfinite(totals[0]):
                    break
            if not (np.isfinite(totals[0]) and np.isfinite(self.parameters).all()):
                self.parameters[:] = snapshot
                return EpochsRun(*records[:epoch].T, True, best_loss, no_improvement)
            records[epoch, :3] = totals / max(n_weighed, 1)
            records[epoch, 3] = update_ratio(before, self.parameters[:n_learned])
            loss = float(records[epoch, 0])
            no_improvement = no_improvement + 1 if loss > best_loss - tol else 0
            best_loss = min(best_loss, loss)
            if no_improvement > max_no_improvement:
                break
        return EpochsRun(*records[: epoch + 1].T, False, best_loss, no_improvement)

    def _shuffle(self, samples, order, random_state):
        random_state.shuffle(order)
        if samples.are_in_parts:
            blocks = np.arange(len(order) // self.batch_size)
            random_state.shuffle(blocks)
            deal(order, samples.X.places()[0], self.batch_size, blocks)

    def _train_step(self, samples, indices, coefficients):
        """Learn from one minibatch.

        Returns
        -------
        tuple of float or None
            Objective, penalty and norm of the gradient; None if all weights are 0.
        """
        weights = samples.weights
        weight_sum = len(indices) if weights is None else float(weights[indices].sum())
        if weight_sum == 0:
            return None
        run = Pass(True, self.seed, self._n_steps)
        data_loss = self._loss_and_gradient(samples, indices, weight_sum, run)
        data_loss *= self.loss.reported_factor(self.program.output.width)
        decaying = self.parameters[: self.program.n_decaying]
        alpha, l1_alpha, shrinkage, decay, max_norm = coefficients[:5]
        weights = decaying.astype(np.float64)
        penalty = 0.5 * alpha * (weights**2).sum() + l1_alpha * abs(weights).sum()
        norm = self._clip()
        self.gradient[: self.program.n_decaying] += alpha / weight_sum * decaying
        self._update(coefficients[5:], decay, shrinkage / weight_sum)
        self._limit_columns(max_norm)
        return (data_loss + penalty) / weight_sum, penalty / weight_sum, norm

    def _clip(self):
        """Scale the gradient down to the maximum norm, and return its norm before."""
        clip_grad_norm = self._training[1].clip_grad_norm
        learned = self.gradient[: self.program.n_learned].astype(np.float64)
        norm = np.sqrt((learned**2).sum())
        if clip_grad_norm is not None and norm > clip_grad_norm:
            self.gradient *= clip_grad_norm / norm
        return norm

    def _update(self, coefficients, decay, shrinkage):
        """Decay, step and shrink the parameters, stretch by stretch."""
        _, plan, slots, _ = self._training
        optimizer, dtype = plan.optimizer, self.parameters.dtype
        for span, decays, factor in stretches_of(self.program, plan.rate_factors):
            if factor == 0:
                continue
            own, gradient = self.parameters[span], self.gradient[span]
            told = optimizer.at_factor(coefficients, factor).astype(dtype)
            if decays:
                own *= dtype.type(1 - decay)
            own[:], slots[:, span] = optimizer.update(
                own, gradient, slots[:, span], told, xp
            )
            if decays and shrinkage > 0:
                size = np.maximum(abs(own) - dtype.type(shrinkage * factor), 0)
                own[:] = np.copysign(size, own)

    def _limit_columns(self, max_norm):
        """Scale columns of matrices down to the maximum norm."""
        if not np.isfinite(max_norm):
            return
        for block in moving_matrices(self.program, self._training[1].rate_factors):
            matrix = block.view(self.parameters)
            norms = np.sqrt((matrix**2).sum(axis=0))
            matrix *= np.where(norms > max_norm, max_norm / norms, 1)

    def _loss_and_gradient(self, samples, indices, weight_sum, run):
        """Return the summed loss of a minibatch and store its gradient."""
        if samples.are_in_parts:
            return self._add_parts(samples, indices, weight_sum, run)
        rows, memberships, starts = _memberships(samples, indices)
        signals = self._forward(self._rows(samples, rows), run)
        values, adjoint = _values_and_gradient(
            self.loss, signals[-1], samples.targets[memberships], starts
        )
        if samples.weights is not None:
            weights = samples.weights[indices]
            values = values * weights
            sizes = 1 if starts is None else np.diff(starts)
            adjoint = adjoint * np.repeat(weights, sizes)[:, np.newaxis]
        self._backward(signals, adjoint / adjoint.dtype.type(weight_sum), run)
        return values.sum(dtype=np.float64)

    def _add_parts(self, samples, indices, weight_sum, run):
        """Return the same for a minibatch in parts, and store the sum of gradients."""
        self.gradient[:], total = 0, 0.0
        parts = zip(self._parts_of(samples), samples.X.split(indices), strict=True)
        for (executor, own), (_, places) in parts:
            if len(places):
                run = run._replace(seed=executor.seed)
                total += executor._loss_and_gradient(own, places, weight_sum, run)
                self.gradient += executor.gradient
        return total

    def _rows(self, samples, indices):
        if samples.is_sparse:
            self.program.check_reads_sparse()
        return samples.rows(indices)

    def _forward(self, x, run):
        """Return all signals, beginning with the input."""
        signals, parameters = [x], self.program.views(self.parameters)
        with np.errstate(all="ignore"):
            for instruction in self.program.unrolled.instructions:
                inputs = [signals[i] for i in instruction.inputs]
                blocks = [parameters[i] for i in instruction.blocks]
                run = run._replace(stream=instruction.output)
                signals.append(forward(instruction.module, inputs, blocks, run))
        return signals

    def _backward(self, signals, adjoint, run):
        """Run the instructions from last to first, adding up adjoints."""
        parameters = self.program.views(self.parameters)
        gradients = self.program.views(self.gradient)
        self.gradient[:] = 0
        adjoints = [None] * len(signals)
        adjoints[-1] = adjoint
        for instruction in reversed(self.program.unrolled.instructions):
            if not instruction.has_gradients:
                continue
            module, adjoint = instruction.module, adjoints[instruction.output]
            inputs = [signals[i] for i in instruction.inputs]
            blocks = [parameters[i] for i in instruction.blocks]
            run = run._replace(stream=instruction.output)
            found = self.parameter_gradients(module, inputs, adjoint, blocks, run)
            for i, of_parameter in zip(instruction.blocks, found, strict=False):
                gradients[i] += of_parameter
            if not any(instruction.input_gradients):
                continue  # no gradient is needed upstream
            output = signals[instruction.output]
            found = self.backward(module, inputs, output, adjoint, blocks, run)
            for i, how, of_input in zip(
                instruction.inputs, instruction.input_gradients, found, strict=True
            ):
                if how == "write":
                    adjoints[i] = of_input
                elif how == "add":
                    adjoints[i] = adjoints[i] + of_input
        return adjoints
