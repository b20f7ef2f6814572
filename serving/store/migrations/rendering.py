"""How a drafted revision writes the store's column types: by their names, defined afresh in its own file.

A revision is history: it repeats what a name meant on its day, and a later change of a type leaves it alone.
"""

from typing import Any, Literal

from sqlalchemy import Boolean

from serving.store import columns

_DEFINITIONS = (
    (columns.Word, 'Word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")'),
    (columns.Prose, "Prose = sa.Text()"),
    (columns.Micros, "Micros = sa.BigInteger()"),
    (columns.Serial, 'Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")'),
    (columns.Flag, "Flag = sa.Boolean()"),
    (columns.Count, "Count = sa.BigInteger()"),
    (columns.Real, 'Real: sa.Double[float] = sa.Double().with_variant(sa.Double(53), "postgresql")'),
    (columns.Digest, "Digest = sa.LargeBinary()"),
)


def render_item(kind: str, item: Any, autogenerating: Any) -> str | Literal[False]:
    """Write a column type by its name; leave everything else to Alembic."""
    if kind != "type":
        return False
    for known, definition in _DEFINITIONS:
        # A column takes a copy of a flag's type, and the type itself of all others.
        if item is known or (known is columns.Flag and isinstance(item, Boolean)):
            autogenerating.imports.add(definition)
            return definition.split(" = ")[0].split(":")[0]
    return False
