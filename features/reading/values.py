"""How one column or attribute is written: its words, numbers, ids and times.

Decided here: a listed word is translated, once; a word that stands for missing is missing unless it
is listed; every other word stays as it is, unless the mapping reads listed words only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from features.reading.id_forms import FORMS, IdForm
from features.reading.normalize import folded
from features.reading.numbers import Decimal, number

Kind = Literal["category", "number", "id", "time", "text"]
Day = Literal["start", "end", "end_if_midnight"]
NAN: Final = float("nan")
ONLY_LISTED: Final = ("missing", "skip", "fault")
"""What becomes of a word that is not listed, where the mapping reads listed words only."""


@dataclass(frozen=True)
class TimeReading:
    """How times are written.

    Attributes
    ----------
    format
        iso, epoch_s, epoch_ms, epoch_us, excel, japanese or a strptime pattern.
    zone
        The zone of times without an offset; None means UTC.
    ambiguous, nonexistent
        What becomes of a local time that happens twice, and of one that is skipped.
    day
        Whether a date without a time of day is the start or the end of its local day;
        end_if_midnight: a time that is written as midnight is the end as well.
    """

    format: str = "iso"
    zone: str | None = None
    ambiguous: str = "earlier"
    nonexistent: str = "forward"
    day: Day = "start"


@dataclass(frozen=True)
class ValueReading:
    """How the values of a column or attribute are written.

    Attributes
    ----------
    kind
        What they are read as.
    values
        Written word -> the word that the model knows; for a number, the number as text.
    others
        What becomes of words that are not listed: one of `ONLY_LISTED`, else they stay.
    missing
        Words that stand for missing.
    decimal
        The decimal sign of numbers.
    id_form
        How ids are rewritten.
    time
        How times are written.
    """

    kind: Kind = "category"
    values: Mapping[str, str] = field(default_factory=dict)
    others: str = "keep"
    missing: tuple[str, ...] = ("",)
    decimal: Decimal = "."
    id_form: IdForm | None = None
    time: TimeReading = TimeReading()

    def word(self, text: str | None) -> str | None:
        """Return the word that a text stands for; None is missing.

        >>> reading = ValueReading(values={"失注": "lost"}, missing=("", "なし"))
        >>> reading.word(" 失注"), reading.word("なし"), reading.word("blue")
        ('lost', None, 'blue')
        """
        if text is None:
            return None
        bare = self._bare(text)
        if bare in self.values:
            return self.values[bare]
        is_missing = bare in self.missing
        only_listed = self.others in ONLY_LISTED and bare not in self.canonical
        return None if is_missing or only_listed else bare

    def number(self, text: str) -> float:
        """Return the number that a text stands for; NaN is missing or unreadable.

        >>> ValueReading("number").number("１,２００"), ValueReading("number").number("many")
        (1200.0, nan)
        """
        bare = text.strip()
        if bare in self.values:
            return float(self.values[bare])
        return NAN if bare in self.missing else number(bare, self.decimal)

    def is_unreadable(self, text: str) -> bool:
        """Return whether a text is there but is no number.

        >>> [ValueReading("number").is_unreadable(text) for text in ("", "1,200", "many")]
        [False, False, True]
        """
        bare = text.strip()
        listed = bare in self.values or bare in self.missing
        return not listed and number(bare, self.decimal) != number(bare, self.decimal)

    @cached_property
    def canonical(self) -> frozenset[str]:
        """The words that listed words stand for."""
        return frozenset(self.values.values())

    def _bare(self, text: str) -> str:
        if self.kind != "id":
            return text.strip()
        bare = folded(text)
        return bare if self.id_form is None else FORMS[self.id_form](bare)


def merged(readings: Sequence[ValueReading]) -> ValueReading:
    """Return how a column is read that several rules of a mapping feed.

    A word that the rules read differently is listed by none; it is never guessed which one it was.

    Parameters
    ----------
    readings
        Those of the rules, at least one.

    Examples
    --------
    >>> one, other = ValueReading(values={"a": "x", "b": "y"}), ValueReading(values={"b": "z"})
    >>> dict(merged([one, other]).values)
    {'a': 'x'}
    """
    first = readings[0]
    meanings: dict[str, set[str]] = {}
    for reading in readings:
        for word, meaning in reading.values.items():
            meanings.setdefault(word, set()).add(meaning)
    others = {reading.others for reading in readings}
    forms = {reading.id_form for reading in readings}
    return ValueReading(
        first.kind,
        {word: min(known) for word, known in meanings.items() if len(known) == 1},
        first.others if others <= set(ONLY_LISTED) else "keep",
        tuple(dict.fromkeys(word for reading in readings for word in reading.missing)),
        first.decimal,
        first.id_form if len(forms) == 1 else None,
        first.time,
    )
