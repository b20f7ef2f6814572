"""From features to the matrix that members read: numbers as they are, one column a frequent text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.engine import FeatureTable
from features.event_kinds import EventFeature
from features.feature_set import FeatureSet
from features.lead_kinds import LeadAge
from features.text import normal_form

MAX_LEVELS = 40
MIN_ROWS_PER_LEVEL = 10
_WORTH_FACTORIZING = 64


@dataclass(frozen=True)
class Vocabulary:
    """The levels of one text feature that have a column of their own, in normal form.

    After the levels come two columns: one for every other text, one for no text.
    """

    levels: tuple[str, ...]

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.levels) + 2

    @cached_property
    def codes(self) -> Mapping[str, int]:
        """Return each level's column."""
        return {level: code for code, level in enumerate(self.levels)}

    def code(self, text: str | None) -> int:
        """Return the column of a text."""
        if text is None:
            return len(self.levels) + 1
        return self.codes.get(normal_form(text), len(self.levels))

    def encode(self, texts: NDArray[Any]) -> NDArray[np.intp]:
        """Return the column of each text, shape (n,)."""
        if len(texts) < _WORTH_FACTORIZING:
            return np.array([self.code(text) for text in texts], dtype=np.intp)
        positions, distinct = pd.factorize(texts)
        return np.array([*(self.code(text) for text in distinct), self.code(None)], dtype=np.intp)[positions]

    @classmethod
    def learn(cls, texts: NDArray[Any], max_levels: int, min_rows: int) -> Self:
        """Keep the `max_levels` most frequent levels seen in at least `min_rows` rows."""
        counts = Counter(normal_form(text) for text in texts if text is not None)
        frequent = sorted((-n, level) for level, n in counts.items() if n >= min_rows)
        return cls(tuple(level for _, level in frequent[:max_levels]))


@dataclass(frozen=True)
class Encoding:
    """How the features of a set become a float64 matrix: the numbers first, then each text's columns."""

    feature_set: FeatureSet
    vocabularies: tuple[Vocabulary, ...]

    @classmethod
    def learn(cls, table: FeatureTable, max_levels: int = MAX_LEVELS, min_rows: int = MIN_ROWS_PER_LEVEL) -> Self:
        """Learn the vocabularies of the text features from training rows."""
        learned = tuple(Vocabulary.learn(texts, max_levels, min_rows) for texts in table.texts)
        return cls(table.feature_set, learned)

    @cached_property
    def offsets(self) -> NDArray[np.intp]:
        """Return the first column of each text feature."""
        widths = [vocabulary.width for vocabulary in self.vocabularies]
        return np.cumsum([len(self.feature_set.numbers), *widths], dtype=np.intp)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Return the first column of each text feature, as plain numbers."""
        return tuple(self.offsets[:-1].tolist())

    @cached_property
    def width(self) -> int:
        """Return the number of columns."""
        return int(self.offsets[-1])

    @cached_property
    def attribute_columns(self) -> NDArray[np.intp]:
        """Return the columns of the numbers that tell what a lead is, not what it did or when."""
        told = enumerate(self.feature_set.numbers)
        return np.array(
            [i for i, feature in told if not isinstance(feature, EventFeature | LeadAge)], dtype=np.intp
        )

    @cached_property
    def unknown_columns(self) -> NDArray[np.intp]:
        """Return the columns that stand for a text never seen before and for no text, of every text feature."""
        ends = self.offsets[1:]
        return np.sort(np.concatenate([ends - 2, ends - 1]))

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """Return a unique name for each column."""
        names = [feature.name for feature in self.feature_set.numbers]
        for feature, vocabulary in zip(self.feature_set.texts, self.vocabularies, strict=True):
            levels = (*(f"={level}" for level in vocabulary.levels), " other", " missing")
            names += [f"{feature.name}{level}" for level in levels]
        return tuple(names)

    @cached_property
    def sources(self) -> NDArray[np.intp]:
        """Return, for each column, the position of its feature in the feature set, shape (width,)."""
        position = {name: index for index, name in enumerate(self.feature_set.names)}
        numbers = [position[feature.name] for feature in self.feature_set.numbers]
        texts = [
            position[feature.name]
            for feature, vocabulary in zip(self.feature_set.texts, self.vocabularies, strict=True)
            for _ in range(vocabulary.width)
        ]
        return np.array([*numbers, *texts], dtype=np.intp)

    def encode(self, table: FeatureTable) -> NDArray[np.float64]:
        """Return the matrix, shape (n, width), C-contiguous, NaN where a number is missing."""
        matrix = np.zeros((len(table), self.width))
        matrix[:, : table.numbers.shape[1]] = table.numbers
        rows = np.arange(len(table))
        for start, vocabulary, texts in zip(self.starts, self.vocabularies, table.texts, strict=True):
            if len(rows) < _WORTH_FACTORIZING:
                for row, text in enumerate(texts):
                    matrix[row, start + vocabulary.code(text)] = 1.0
            else:
                matrix[rows, start + vocabulary.encode(texts)] = 1.0
        return matrix

    def to_json(self) -> list[Sequence[str]]:
        """Return the vocabularies as plain data."""
        return [vocabulary.levels for vocabulary in self.vocabularies]

    @classmethod
    def from_json(cls, feature_set: FeatureSet, stored: Sequence[Sequence[str]]) -> Self:
        """Read back what `to_json` wrote.

        Raises
        ------
        ValueError
            If there is not one vocabulary for each text feature.
        """
        if len(stored) != len(feature_set.texts):
            raise ValueError(f"{len(feature_set.texts)} text features need as many vocabularies, not {len(stored)}")
        return cls(feature_set, tuple(Vocabulary(tuple(levels)) for levels in stored))
