"""Column types that mean the same on SQLite and on PostgreSQL."""

from sqlalchemy import BigInteger, Boolean, Double, Integer, LargeBinary, Text

Word = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by code points everywhere, so that pages come in one order whatever the database's locale."""

Prose = Text()
"""Text that nobody sorts by; JSON is kept as such text, as our own encoder wrote it."""

Micros = BigInteger()
"""A moment: microseconds since 1970 in UTC."""

Serial = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives, rising."""

Flag = Boolean()
Count = BigInteger()
Real: Double[float] = Double().with_variant(Double(53), "postgresql")
"""A 64-bit float, kept to the bit."""

Digest = LargeBinary()
