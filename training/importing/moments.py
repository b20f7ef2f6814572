"""Reading columns of times: RFC 3339 and ISO dates, common national formats, and what a bare date may mean."""

from dataclasses import dataclass
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Edge = Literal["start", "end"]

_ISO_CLOCK = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?(?: ?(?:Z|[+-][0-9]{2}:?[0-9]{2}))?"
_ISO = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:{_ISO_CLOCK})?"
_OFFSET = r".*[0-9]:[0-9]{2}.*(?:Z|[+-][0-9]{2}:?[0-9]{2})"
_CLOCK = r"(?:,?[ T]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.][0-9]+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
_NUMERIC = rf"([0-9]{{1,4}})[./-]([0-9]{{1,2}})[./-]([0-9]{{1,4}}){_CLOCK}"
_EPOCHS = {r"1[0-9]{9}": "s", r"1[0-9]{12}": "ms"}
_NAMED = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d-%b-%y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p")
_YEARS = (1900, 2200)
_ENOUGH = 0.98
# Plain numbers are no dates, whatever seconds since 1970 they could be.
_DATE_MARK = r"[0-9]+[./-][0-9]+[./-][0-9]+|[0-9]+[ -][A-Za-z]{3,}|[A-Za-z]{3,} [0-9]+"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """A column of times.

    Attributes
    ----------
    values
        Shape (n,), datetime64[us, UTC], NaT where missing or unreadable.
    is_unreadable
        Shape (n,), whether something stands there that is no time.
    is_date_only
        Shape (n,), whether only the day is known.
    zone
        The zone of times that came without one.
    notes
        Sentences on what was decided for the column as a whole.
    """

    values: "pd.Series[pd.Timestamp]"
    is_unreadable: NDArray[np.bool_]
    is_date_only: NDArray[np.bool_]
    zone: ZoneInfo
    notes: tuple[str, ...] = ()

    def at(self, edge: Edge) -> "pd.Series[pd.Timestamp]":
        """Return the times with a bare date taken as the first or as the last microsecond of its day."""
        if edge == "start" or not self.is_date_only.any():
            return self.values
        days = self.values[self.is_date_only].dt.tz_convert(self.zone).dt.tz_localize(None)
        ends = _localize(days + pd.Timedelta(days=1), self.zone) - pd.Timedelta(microseconds=1)
        moved = self.values.copy()
        moved[self.is_date_only] = ends
        return moved


def read_moments(values: "pd.Series[Any]", *, zone: ZoneInfo, day_first: bool | None = None) -> Moments:
    """Read a column of times; those without an offset are of `zone`.

    Parameters
    ----------
    values
        Shape (n,), texts, or the native times of a Parquet file, missing where nothing was filled in.
    zone
        The zone of times that carry none.
    day_first
        Whether 03/04/2026 is in April; decided from the whole column where it is None.
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _read_native(values, zone)
    texts = values.astype("str").where(values.notna(), None).str.strip()
    if pd.api.types.is_float_dtype(values.dtype):
        texts = texts.str.replace(r"\.0$", "", regex=True)
    known = texts.dropna()
    known = known[known != ""]
    reader = _Reader(pd.Series(known.unique(), dtype="str"), zone)
    reader.read(day_first)
    codes = pd.Index(reader.texts).get_indexer(pd.Index(known))
    return _spread(values, known.index.to_numpy(), codes, reader)


def _spread(values: "pd.Series[Any]", rows: NDArray[Any], codes: NDArray[Any], reader: "_Reader") -> Moments:
    times = np.full(len(values), np.datetime64("NaT", "us"))
    is_unreadable = np.zeros(len(values), dtype=bool)
    is_date_only = np.zeros(len(values), dtype=bool)
    at = values.index.get_indexer(pd.Index(rows))
    times[at] = reader.times[codes]
    is_unreadable[at] = np.isnat(reader.times[codes])
    is_date_only[at] = reader.is_date_only[codes]
    return Moments(
        values=_to_utc(times, values.index),
        is_unreadable=is_unreadable,
        is_date_only=is_date_only & ~is_unreadable,
        zone=reader.zone,
        notes=tuple(reader.notes),
    )


def _to_utc(times: NDArray[Any], index: pd.Index) -> "pd.Series[pd.Timestamp]":
    return pd.Series(pd.DatetimeIndex(times).as_unit("us").tz_localize("UTC"), index=index)


def _read_native(values: "pd.Series[Any]", zone: ZoneInfo) -> Moments:
    """Read native times; a column without zone in which every time is midnight holds bare dates."""
    aware = values.dt.tz is not None
    is_date_only = np.zeros(len(values), dtype=bool)
    if not aware and values.notna().any():
        midnight = values.dropna() == values.dropna().dt.normalize()
        is_date_only = values.notna().to_numpy() & bool(midnight.all())
    utc = values.dt.tz_convert("UTC") if aware else _localize(values, zone)
    years = utc.dt.year
    is_odd = (values.notna() & ~years.between(*_YEARS)).to_numpy()
    clean = utc.astype("datetime64[us, UTC]").mask(is_odd)
    return Moments(values=clean, is_unreadable=is_odd, is_date_only=is_date_only & ~is_odd, zone=zone)


def _localize(times: "pd.Series[Any]", zone: ZoneInfo) -> "pd.Series[Any]":
    """Read wall-clock times; those a change of the clocks skips move on, those it repeats are the later ones."""
    later = np.zeros(len(times), dtype=bool)
    local = times.dt.tz_localize(zone, ambiguous=later, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC")


class _Reader:
    """Reads the distinct texts of a column, format by format, each taking what the ones before left."""

    def __init__(self, texts: "pd.Series[str]", zone: ZoneInfo) -> None:
        self.texts = texts
        self.zone = zone
        self.times = np.full(len(texts), np.datetime64("NaT", "us"))
        self.is_date_only = np.zeros(len(texts), dtype=bool)
        self.notes: list[str] = []

    def read(self, day_first: bool | None) -> None:
        """Fill `times`; what no format takes stays NaT."""
        self._read_iso()
        if self._left().size:
            self._read_epochs()
        if self._left().size:
            self._read_numeric(day_first)
        if self._left().size:
            self._read_named()
        years = self.times.astype("datetime64[Y]").astype(np.int64) + 1970
        is_odd = ~np.isnat(self.times) & ((years < _YEARS[0]) | (years > _YEARS[1]))
        self.times[is_odd] = np.datetime64("NaT")

    def _left(self) -> NDArray[np.int64]:
        return np.flatnonzero(np.isnat(self.times))

    def _keep(self, at: NDArray[Any], local: "pd.Series[Any]", date_only: NDArray[Any]) -> None:
        read = local.notna().to_numpy()
        utc = _localize(local[read], self.zone).dt.tz_localize(None)
        self.times[at[read]] = utc.to_numpy(dtype="datetime64[us]")
        self.is_date_only[at[read]] = date_only[read]

    def _read_iso(self) -> None:
        fits = self.texts.str.fullmatch(_ISO).to_numpy(dtype=bool)
        offset = np.zeros(len(fits), dtype=bool)
        offset[fits] = self.texts[fits].str.fullmatch(_OFFSET).to_numpy(dtype=bool)
        aware, naive = np.flatnonzero(fits & offset), np.flatnonzero(fits & ~offset)
        if aware.size:
            moments = pd.to_datetime(self.texts.iloc[aware], format="ISO8601", utc=True, errors="coerce")
            self.times[aware] = moments.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
        if naive.size:
            texts = self.texts.iloc[naive]
            local = pd.to_datetime(texts, format="ISO8601", errors="coerce")
            self._keep(naive, local, (texts.str.len() == 10).to_numpy(dtype=bool))

    def _read_epochs(self) -> None:
        """Numbers are seconds or milliseconds since 1970 only where the whole column agrees."""
        for pattern, unit in _EPOCHS.items():
            if self.texts.str.fullmatch(pattern).all():
                numbers = pd.to_numeric(self.texts).to_numpy(dtype=np.int64)
                self.times = numbers.astype(f"datetime64[{unit}]").astype("datetime64[us]")
                self.notes.append(f"numbers were read as {unit} since 1970")

    def _read_numeric(self, day_first: bool | None) -> None:
        left = self._left()
        parts = self.texts.iloc[left].str.extract(f"^{_NUMERIC}$")
        fits = parts[0].notna().to_numpy()
        if not fits.any():
            return
        parts, at = parts[fits], left[fits]
        day_first = self._decide_day_first(parts, at, day_first)
        local = _assemble(parts, day_first=day_first)
        self._keep(at, local, parts[3].isna().to_numpy())

    def _decide_day_first(self, parts: pd.DataFrame, at: NDArray[Any], told: bool | None) -> bool:
        if told is not None:
            return told
        first, second = parts[0].astype("int64"), parts[1].astype("int64")
        is_year = parts[0].str.len() == 4
        over_first = int(((first > 12) & ~is_year).sum())
        over_second = int(((second > 12) & ~is_year).sum())
        if over_first != over_second:
            return over_first > over_second
        if is_year.all() or self.texts.iloc[at].str.contains(".", regex=False).all():
            return True
        if parts[6].notna().any():
            return False
        example = str(self.texts.iloc[at[0]])
        self.notes.append(
            f"dates such as {example} were read with the day first; say time.day_first = false if it is the month"
        )
        return True

    def _read_named(self) -> None:
        left = self._left()
        texts = self.texts.iloc[left].str.replace(",", "", regex=False).str.replace(r"\s+", " ", regex=True)
        for clock in _CLOCKS:
            for day in _NAMED:
                if not texts.empty:
                    local = pd.to_datetime(texts, format=day + clock, errors="coerce")
                    self._keep(texts.index.to_numpy(), local, np.full(len(texts), not clock))
                    texts = texts[local.isna().to_numpy()]


def _assemble(parts: pd.DataFrame, *, day_first: bool) -> "pd.Series[Any]":
    numbers = {key: pd.to_numeric(parts[key]).fillna(0).astype("int64") for key in (0, 1, 2, 3, 4, 5)}
    year_first = (parts[0].str.len() == 4).to_numpy()
    day, month = (numbers[0], numbers[1]) if day_first else (numbers[1], numbers[0])
    year = numbers[2].where(parts[2].str.len() != 2, numbers[2] + 2000)
    hour = _to_24_hours(numbers[3], parts[6])
    frame = {
        "year": year.where(~year_first, numbers[0]),
        "month": month.where(~year_first, numbers[1]),
        "day": day.where(~year_first, numbers[2]),
        "hour": hour,
        "minute": numbers[4],
        "second": numbers[5],
    }
    in_range = (frame["year"] >= _YEARS[0]) & (frame["year"] <= _YEARS[1])
    return pd.to_datetime(pd.DataFrame(frame), errors="coerce").where(in_range)


def _to_24_hours(hour: "pd.Series[Any]", half: "pd.Series[Any]") -> "pd.Series[Any]":
    lower = half.str.lower()
    on_twelve = hour.where(~((lower == "a") & (hour == 12)), 0)
    return on_twelve.where(~((lower == "p") & (hour < 12)), hour + 12)


def looks_like_moments(values: "pd.Series[Any]") -> bool:
    """Tell whether a column of texts holds dates: nearly all of its distinct values can be read as such."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return True
    if not pd.api.types.is_string_dtype(values.dtype):
        return False
    sample = pd.Series(values.dropna().unique()[:500], dtype="str")
    if sample.empty or not sample.str.contains(_DATE_MARK).mean() >= _ENOUGH:
        return False
    moments = read_moments(sample, zone=ZoneInfo("UTC"))
    return bool((~moments.is_unreadable).mean() >= _ENOUGH)
