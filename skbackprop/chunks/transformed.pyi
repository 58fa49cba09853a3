# Written by `make stubs` from the module beside it, which is what to change.

from _typeshed import SupportsLenAndGetItem
from typing import Any

class TransformedChunks:
    """Chunks with X transformed by a fitted transformer.

    Parameters
    ----------
    chunks : sequence of chunks
        The chunks to transform.
    transformer : estimator
        A fitted transformer. Its ``transform`` is called with the X of each chunk, in
        each epoch.

    See Also
    --------
    ArrayChunks : Chunks of .npy files.
    ArrowChunks : Chunks of Parquet files.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skbackprop.chunks import ArrayChunks, TransformedChunks
    >>> X = np.arange(12.0).reshape(6, 2)
    >>> chunks = ArrayChunks(X, X[:, 0], rows_per_chunk=2)
    >>> scaler = StandardScaler()
    >>> for X_part, *_ in chunks:
    ...     scaler = scaler.partial_fit(X_part)
    >>> scaled = TransformedChunks(chunks, scaler)
    >>> scaled[0][0].round(2)
    array([[-1.46, -1.46],
           [-0.88, -0.88]])
    """
    chunks: SupportsLenAndGetItem[Any]
    transformer: Any
    def __init__(self, chunks: SupportsLenAndGetItem[Any], transformer: Any) -> None: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __len__(self) -> int: ...

def __getattr__(name: str) -> Any: ...
