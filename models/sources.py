"""Sources: the fingerprint of the code that turns facts into scores."""

from functools import cache
from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_ROOMS = ("features", "models")


@cache
def compute_code_fingerprint() -> str:
    """Compute the SHA-256 of every module of features and models with its name, in hexadecimal."""
    digest = sha256()
    for path in sorted(path for room in _ROOMS for path in (_ROOT / room).rglob("*.py")):
        digest.update(f"{path.relative_to(_ROOT).as_posix()}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()
