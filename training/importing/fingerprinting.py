"""A fingerprint of tables that depends on their content alone, not on the order of rows or on a file format."""

import hashlib
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as compute
from numpy.typing import NDArray


def compute_fingerprint(*tables: pd.DataFrame) -> str:
    """Compute the SHA-256 over tables, each with its rows and columns in canonical order, as 64 hex digits."""
    digest = hashlib.sha256()
    for table in tables:
        digest.update(f"table {len(table)}\n".encode())
        _digest_table(digest, table)
    return digest.hexdigest()


def _digest_table(digest: Any, table: pd.DataFrame) -> None:
    names = sorted(map(str, table.columns))
    columns = {name: _canonical(table[name]) for name in names}
    keys = [_sort_key(column) for column in columns.values()]
    order = np.lexsort(keys[::-1]) if keys else np.arange(len(table))
    for name, column in columns.items():
        digest.update(f"column {name}\n".encode())
        _digest_column(digest, column, order)


def _canonical(values: "pd.Series[Any]") -> NDArray[Any] | pa.Array:
    """Return times as int64 microseconds, numbers as float64 with one zero and one NaN, else texts."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        naive = values.dt.tz_convert("UTC").dt.tz_localize(None)
        return naive.to_numpy(dtype="datetime64[us]").view(np.int64)
    if pd.api.types.is_numeric_dtype(values.dtype):
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
        return np.where(np.isnan(numbers), np.nan, numbers)
    texts = pa.array(values, pa.large_string(), from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _sort_key(column: NDArray[Any] | pa.Array) -> NDArray[Any]:
    if isinstance(column, np.ndarray):
        return column
    coded = column.dictionary_encode()
    order = compute.sort_indices(coded.dictionary).to_numpy()
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    codes = coded.indices.fill_null(-1).to_numpy().astype(np.int64)
    return np.append(ranks, -1)[codes].astype(np.int64)


def _digest_column(digest: Any, column: NDArray[Any] | pa.Array, order: NDArray[np.int64]) -> None:
    if isinstance(column, np.ndarray):
        digest.update(np.ascontiguousarray(column[order]).tobytes())
        return
    ordered = column.take(pa.array(order))
    texts = ordered.fill_null("")
    lengths = compute.binary_length(texts).to_numpy()
    digest.update(np.where(ordered.is_null().to_numpy(zero_copy_only=False), -1, lengths).tobytes())
    digest.update("".join(texts.to_pylist()).encode("utf-8", "surrogatepass"))
