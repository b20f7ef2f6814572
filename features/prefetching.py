"""Asking the processor for memory before writing to it, so that the walk need not wait for rows far apart."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from features.compiling import compiled

_LINE = 64
_FOR_WRITING, _KEEP_CLOSE, _IS_DATA = 1, 3, 1


@intrinsic
def _prefetch(typing_context: Any, address: Any) -> Any:
    """Ask for the cache line at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        options = [ir.Constant(number, option) for option in (_FOR_WRITING, _KEEP_CLOSE, _IS_DATA)]
        builder.call(function, [builder.inttoptr(arguments[0], pointer), *options])
        return context.get_dummy_value()

    return types.void(types.intp), generate


@compiled
def prefetch_row(table, row):  # type: ignore[no-untyped-def]
    """Ask for the cache lines of a row that will be written soon."""
    begin = np.intp(table.ctypes.data) + row * table.strides[0]
    for offset in range(0, table.shape[1] * table.itemsize, _LINE):
        _prefetch(begin + offset)
