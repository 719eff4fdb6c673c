"""Which terms texts are read by: the given lists that have support, and words that are learned.

Decided here: only what the last training cutoff sees is read, and a term needs as many distinct
leads as any other entry of the vocabulary, so that no word can point at one of them. A word that
stands for a person in one of ten of its uses, or is mostly written with a capital letter, is no
candidate.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from features.feature import Text
from features.tables import Tables
from features.timeline import to_moments, visible_from
from features.words.candidates import words_of
from features.words.intents import INTENTS, Intent
from features.words.matcher import MOST_TERMS, WordMatcher
from features.words.personal import capitalised, parts_of
from features.words.score_test import Floats, TextRows, strongest

_MOSTLY: Final = 0.5
_NAMED: Final = 0.1


class _Read(NamedTuple):
    """What one text says."""

    bits: int
    words: frozenset[str]


class TextSources(NamedTuple):
    """What texts are read with.

    Attributes
    ----------
    intents
        The given lists: code -> what a text may mention.
    personal
        Values that name or reach somebody; their parts are never learned. Actors and owners need
        not be among them.
    examples
        Training snapshots with `lead_id`, `cutoff` and `label`; without any no word is learned.
    """

    intents: Mapping[str, Intent] = INTENTS
    personal: Iterable[str] = ()
    examples: pd.DataFrame | None = None


class TextEvidence:
    """The texts of training, gathered partition by partition.

    Parameters
    ----------
    sources
        What they are read with.
    """

    def __init__(self, sources: TextSources) -> None:
        self._intents = sources.intents
        self._examples = sources.examples
        self._known = WordMatcher({code: one.words for code, one in sources.intents.items()})
        self._personal = parts_of(sources.personal)
        self._mentions: Counter[str] = Counter()
        self._leads: dict[str, set[int]] = defaultdict(set)
        self._capitals: Counter[str] = Counter()
        self._names: Counter[str] = Counter()
        self._uses: Counter[str] = Counter()
        self._rows: dict[str, list[int]] = defaultdict(list)
        self._lead: list[int] = []
        self._kind: list[str] = []
        self._label: list[float] = []
        self._lead_count = 0

    def add(self, visible: Tables) -> None:
        """Read the texts of one partition, which holds all records of its leads.

        Parameters
        ----------
        visible
            What the last training cutoff sees.
        """
        if "text" not in visible.activities or (not self._intents and self._examples is None):
            return
        table = visible.activities[visible.activities["text"].notna()]
        self._personal |= _people(visible) if len(table) else set()
        lead, ids = pd.factorize(table["lead_id"])
        numbers = (lead + self._lead_count).tolist()
        self._lead_count += len(ids)
        label = _next_labels(table, self._examples)
        texts, kinds = table["text"].astype("str").tolist(), _kinds(table)
        read = {text: self._read(text) for text in dict.fromkeys(texts)}
        self._count(Counter(texts) if self._examples is not None else Counter())
        bits: dict[int, int] = defaultdict(int)
        for number, text, kind, outcome in zip(numbers, texts, kinds, label.tolist(), strict=True):
            bits[number] |= read[text].bits
            for word in read[text].words:
                self._leads[word].add(number)
                self._rows[word].append(len(self._lead))
            self._lead.append(number)
            self._kind.append(kind)
            self._label.append(outcome)
        for mentioned in bits.values():
            self._mentions.update(c for n, c in enumerate(self._intents) if mentioned >> n & 1)

    def terms(self, min_support: int, max_words: int) -> dict[str, tuple[str, ...]]:
        """Return the terms: the given lists with support, then learned words, strongest first.

        Parameters
        ----------
        min_support
            The least number of distinct leads of a term.
        max_words
            The most learned words.
        """
        listed = {
            code: one.words
            for code, one in self._intents.items()
            if self._mentions[code] >= min_support
        }
        words = [
            word
            for word, leads in sorted(self._leads.items())
            if len(leads) >= min_support and not self._is_personal(word) and word not in listed
        ]
        most = min(max_words, MOST_TERMS - len(listed))
        if not words or most <= 0:
            return listed
        rows = TextRows(
            np.array(self._lead), pd.factorize(np.array(self._kind))[0], np.array(self._label)
        )
        chosen = strongest(rows, {word: np.array(self._rows[word]) for word in words})
        return listed | {word: (word,) for word in chosen[:most]}

    def labels(self, terms: Iterable[str]) -> dict[str, Text]:
        """Return the labels of the given lists among some terms; see `Vocabulary.labels`."""
        return {
            f"words={code}": self._intents[code].label for code in terms if code in self._intents
        }

    def _read(self, text: str) -> _Read:
        learns = self._examples is not None
        words = words_of(text, self._known)[0] if learns else set[str]()
        return _Read(self._known.bits([text])[0], frozenset(words))

    def _count(self, texts: Counter[str]) -> None:
        """Count how often words are used, as names, and with a capital letter."""
        for text, times in texts.items():
            words, names = words_of(text, self._known)
            for counter, used in (
                (self._uses, words | names),
                (self._names, names),
                (self._capitals, set(capitalised(text))),
            ):
                counter.update(dict.fromkeys(used, times))

    def _is_personal(self, word: str) -> bool:
        uses = max(self._uses[word], 1)
        return (
            word in self._personal
            or self._names[word] >= _NAMED * uses
            or self._capitals[word] >= _MOSTLY * uses
        )


def _kinds(table: pd.DataFrame) -> list[str]:
    """Return what each text is compared within: its activity type, topic and direction."""
    names = [name for name in ("activity_type", "topic", "direction") if name in table]
    columns = [table[name].astype("str").fillna("").tolist() for name in names]
    return ["\0".join(parts) for parts in zip(*columns, strict=True)]


def _people(visible: Tables) -> set[str]:
    """Return the parts of the names of those who act and own."""
    tables = (visible.activities, "actor"), (visible.leads, "owner_id")
    names = (table[name].dropna().unique() for table, name in tables if name in table)
    return parts_of(str(name) for of_table in names for name in of_table)


def _next_labels(table: pd.DataFrame, examples: pd.DataFrame | None) -> Floats:
    """Return for each text the label of the lead's first snapshot that sees it; NaN without one."""
    label = np.full(len(table), np.nan)
    if examples is None or table.empty:
        return label
    occurred, known = table["occurred_at"], table.get("known_at", table["occurred_at"])
    at = visible_from(to_moments(occurred), to_moments(known.fillna(occurred)))
    ids = table["lead_id"].astype("str").to_numpy()
    texts = pd.DataFrame({"lead_id": ids, "at": at, "row": np.arange(len(table))})
    examples = examples[examples["lead_id"].isin(set(ids))]
    snapshots = pd.DataFrame(
        {
            "lead_id": examples["lead_id"].astype("str").to_numpy(),
            "at": to_moments(examples["cutoff"]),
            "label": examples["label"].to_numpy(np.float64),
        }
    )
    texts, snapshots = (one.sort_values("at", kind="stable") for one in (texts, snapshots))
    joined = pd.merge_asof(
        texts, snapshots, on="at", by="lead_id", direction="forward", allow_exact_matches=False
    )
    label[joined["row"]] = joined["label"]
    return label
