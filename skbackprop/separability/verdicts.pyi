# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import NDArray
from skbackprop.separability.certificates import SeparatingHyperplane
from skbackprop.separability.certificates import VanishingCombination
from typing import Any

class SeparabilityResult:
    """The verdict on one labeled set of points, with its proof.

    Parameters
    ----------
    separable : bool
        Whether some hyperplane has all points strictly on the sides of their classes.
    certificate : SeparatingHyperplane or VanishingCombination
        The proof.
    margin : float or None
        Distance of the closest point from the hyperplane, in the units of X; not the
        maximum margin. Infinite if all labels are the same and the intercept alone
        decides, None if there is no hyperplane.
    affine : bool
        Whether hyperplanes may have an intercept.
    X, y : ndarray
        The points and their labels.
    """
    separable: bool
    certificate: SeparatingHyperplane | VanishingCombination
    margin: float | None
    affine: bool
    X: NDArray[Any]
    y: NDArray[Any]
    def __init__(
        self,
        separable: bool,
        certificate: SeparatingHyperplane | VanishingCombination,
        margin: float | None,
        affine: bool,
        X: NDArray[Any],
        y: NDArray[Any],
    ) -> None: ...
    def __bool__(self) -> bool: ...
    def verify(self) -> bool:
        """Check the certificate in exact rational arithmetic.

        Returns
        -------
        bool
            True; False would be a defect of this package.
        """


class SeparabilityResults:
    """Verdicts on many labeled sets of points.

    ``results[i]`` is the :class:`SeparabilityResult` of set i. It is recomputed at each
    access, so that thousands of certificates take no memory.

    Parameters
    ----------
    separable : ndarray of bool, of the shape of Y without its last axis
        The proved verdicts.
    affine : bool
        Whether hyperplanes may have an intercept.
    X, Y : ndarray
        The sets of points and their labels, -1 or 1.
    """
    separable: NDArray[Any]
    affine: bool
    X: NDArray[Any]
    Y: NDArray[Any]
    def __init__(
        self,
        separable: NDArray[Any],
        affine: bool,
        X: NDArray[Any],
        Y: NDArray[Any],
    ) -> None: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __len__(self) -> int: ...
    def verify(self) -> bool:
        """Check all certificates in exact rational arithmetic.

        Returns
        -------
        bool
            True; False would be a defect of this package.
        """


def __getattr__(name: str) -> Any: ...
