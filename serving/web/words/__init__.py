"""Words: everything that pages say, in one catalogue a language: ``en/*.toml``, one file a page.

A key is the file's name, then the tables: ``queue.empty.title``. What depends on a number is a table of its plural
forms (``one``, ``other``; others where a language has them), chosen by ``count``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale

_FOLDER = Path(__file__).parent
_FORMS = frozenset({"zero", "one", "two", "few", "many", "other"})


class UnknownWords(LookupError):
    """The catalogue has no such key."""


class Words:
    """The catalogue of one language.

    Parameters
    ----------
    language
        The name of its folder, such as ``en``.
    """

    def __init__(self, language: str) -> None:
        self.locale = Locale.parse(language)
        self._texts = dict(_read_catalogue(_FOLDER / language))

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def say(self, key: str, **values: Any) -> str:
        """Return a text with its values put in; `count` chooses among plural forms.

        Raises
        ------
        UnknownWords
            If there is no such key.
        """
        text = self._texts.get(key)
        if text is None:
            raise UnknownWords(f"the catalogue {self.locale} has no {key}")
        if isinstance(text, Mapping):
            form = self.locale.plural_form(values["count"])
            text = text.get(form, text["other"])
        return text.format(**values) if values else text


@lru_cache
def take_words(language: str) -> Words:
    """Return the catalogue of a language, read once."""
    return Words(language)


def _read_catalogue(folder: Path) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    for path in sorted(folder.glob("*.toml")):
        yield from _flatten(path.stem, tomllib.loads(path.read_text("utf-8")))


def _flatten(key: str, told: Any) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    if isinstance(told, str) or (set(told) and set(told) <= _FORMS and "other" in told):
        yield key, told
        return
    for name, inner in told.items():
        yield from _flatten(f"{key}.{name}", inner)
