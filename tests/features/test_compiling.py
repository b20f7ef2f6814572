"""Compiling: machine code on disk is used only while everything it was made of is unchanged."""

import ast
from pathlib import Path

from features import compiling, kernels, ordering
from features.compiling import compiled

ROOM = Path(compiling.__file__).parent
WALKS = ("kernels", "ordering", "prefetching")


def list_imports(module: str) -> set[str]:
    """List the modules of the room that a module imports."""
    tree = ast.parse((ROOM / f"{module}.py").read_text("utf-8"))
    found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.removeprefix("features.") for name in found if name and name.startswith("features.")}


def test_every_source_of_compiled_code_is_watched():
    """What the walks import from the room, numbers or functions, is part of the fingerprint, and so are they."""
    needed = set(WALKS).union(*(list_imports(walk) for walk in WALKS))
    assert needed <= set(compiling._SOURCES)


def test_another_fingerprint_is_another_key(monkeypatch):
    """Compiled code is looked up under the sources' fingerprint: after a change to any of them it is not found."""
    cache = kernels.compute_groups._cache
    codegen = ordering.lay_out.targetctx.codegen()
    before = cache._index_key((), codegen)
    monkeypatch.setattr(compiling, "_FINGERPRINT", "another")
    assert cache._index_key((), codegen) != before


def test_compiled_functions_divide_as_numpy_does():
    """Dividing by zero gives infinity, not an error in the middle of a walk."""

    @compiled
    def divide(a, b):
        return a / b

    assert divide(1.0, 0.0) == float("inf")
