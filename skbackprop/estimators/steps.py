"""Targets of steps: reading them from y, and encoding them for losses."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils.validation import _num_samples

from skbackprop.engine import losses
from skbackprop.engine.parts import Parts
from skbackprop.estimators.sequences import existing_steps, listed
from skbackprop.fitting.targets import Targets
from skbackprop.utils.gate import check_masked
from skbackprop.utils.validation import refuse_times


@dataclass
class StepValues:
    """Labels or numbers for each step, concatenated over all sequences.

    Attributes
    ----------
    flat : ndarray of shape (n_steps,) or (n_steps, n_outputs)
    lengths : ndarray of int64 of shape (n_samples,)
    buckets : list of ndarray of int64, default=()
        Sequences that are processed together; empty if all are.
    """

    flat: np.ndarray
    lengths: np.ndarray
    buckets: list = ()

    @property
    def exists(self):
        """Boolean matrix (n_samples, n_timesteps): False where there is padding."""
        return existing_steps(self.lengths)

    def __len__(self):
        return len(self.lengths)


def read_steps(y, sequences):
    """Return the StepValues of y, an array by steps or a list of arrays.

    Raises
    ------
    ValueError
        If a sequence of y has another length than that of X, or is not finite.
    """
    if _num_samples(y) != len(sequences.lengths):
        raise ValueError(
            f"X has {len(sequences.lengths)} sequences, but y has {len(y)}."
        )
    check_masked(y, "y")
    y = listed(y)
    y = y if isinstance(y, (list, tuple)) else np.asarray(y)
    pairs = zip(y, sequences.lengths, strict=True)
    parts = [_read_values(i, *pair) for i, pair in enumerate(pairs)]
    for i, part in enumerate(parts):
        if part.shape[1:] != parts[0].shape[1:]:
            raise ValueError(
                f"Sequence {i} of y has values of shape {part.shape[1:]}, but those of "
                f"sequence 0 are of shape {parts[0].shape[1:]}."
            )
    return StepValues(np.concatenate(parts), sequences.lengths)


def _read_values(i, part, length):
    """Return the values of the i-th sequence of y."""
    name = f"Sequence {i} of y"
    check_masked(part, name)
    part = np.asarray(part)
    refuse_times(part, name)
    if part.ndim == 0 or len(part) != length:
        raise ValueError(
            f"{name} must have a value for each of the {length} steps of sequence {i} "
            f"of X (return_sequences=True), got shape {part.shape}."
        )
    if part.dtype.kind == "f" and not np.isfinite(part).all():
        raise ValueError(f"{name} contains NaN or infinity.")
    return part[:, 0] if part.ndim == 2 and part.shape[1] == 1 else part


@dataclass
class StepTargets(Targets):
    """A target for each step of a sequence.

    Parameters
    ----------
    step : BinaryTargets, MulticlassTargets or NumericTargets
        The targets of one step.
    """

    step: object

    are_of_steps = True

    @property
    def loss_of_output(self):
        """Loss of the output of a step."""
        return self.step.loss

    @property
    def reads_logits(self):
        """Whether the loss of a step reads logits."""
        return self.step.reads_logits

    @property
    def loss(self):
        """Loss of a step, summed over the steps of a sequence."""
        loss = self.step.loss
        if isinstance(loss, losses.ElementwiseLoss):
            return losses.IgnoringMissing(loss)
        if loss == losses.SoftmaxLogLoss():
            return losses.StepwiseLogLoss(self.step.n_outputs)
        raise ValueError(
            f"return_sequences=True with {self.step.n_outputs} classes does not "
            f"support {loss!r}. Use loss='log_loss' without label_smoothing, "
            "'squared_hinge' or 'squared_error', or return_sequences=False."
        )

    @property
    def n_outputs(self):
        """Number of outputs of a step."""
        return self.step.n_outputs

    def encode(self, y, dtype):
        """Return the encoded steps of each sequence in a row, padded by NaN."""
        codes = self.step.encode(y.flat, dtype)
        if not y.buckets:
            return _side_by_side(codes, y.lengths)
        ends = np.cumsum(y.lengths)
        of_sequences = np.split(codes, ends[:-1])
        return Parts(
            [
                _side_by_side(
                    np.concatenate([of_sequences[i] for i in rows]), y.lengths[rows]
                )
                for rows in y.buckets
            ],
            y.buckets,
        )

    def read(self, encoded):
        """Return the encoded values by steps, with masked padding."""
        if isinstance(encoded, Parts):
            return encoded.map(self.read)
        steps = encoded.reshape(-1, self.step.n_columns)
        missing = np.isnan(steps)
        values = self.step.read(np.where(missing, 0, steps))
        shape = (len(encoded), -1, *values.shape[1:])
        missing = missing.reshape(shape) if values.ndim > 1 else missing[:, 0]
        return np.ma.array(values.reshape(shape), mask=missing.reshape(shape))

    def decode(self, logits):
        """Return the predictions by steps."""
        if isinstance(logits, Parts):
            return logits.map(self.decode)
        return self._by_steps(self.step.decode, logits)

    def decision(self, logits):
        """Return the logits by steps."""
        return self._by_steps(self.step.decision, logits)

    def vjp(self, logits, adjoint):
        """Return the adjoint of the logits from that of the decoded steps."""
        shape = -1, self.n_outputs
        return self.step.vjp(logits.reshape(shape), adjoint.reshape(shape)).reshape(
            adjoint.shape
        )

    def probabilities(self, logits):
        """Return the probabilities of the classes by steps."""
        return self._by_steps(self.step.probabilities, logits)

    def log_probabilities(self, logits):
        """Return the logarithms of the probabilities by steps."""
        return self._by_steps(self.step.log_probabilities, logits)

    def _by_steps(self, decode, logits):
        flat = decode(np.ascontiguousarray(logits).reshape(-1, self.n_outputs))
        return flat.reshape(len(logits), -1, *flat.shape[1:])


def _side_by_side(codes, lengths):
    """Return the codes of each sequence in a row, padded by NaN."""
    exists = existing_steps(lengths)
    rows = np.full((*exists.shape, codes.shape[1]), np.nan, codes.dtype)
    rows[exists] = codes
    return rows.reshape(len(rows), -1)
