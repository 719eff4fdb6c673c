"""What an ingest says when it is done: the counts that must add up, and every check's answer."""

from dataclasses import asdict, dataclass, field
from typing import Any

from features.tables import SPECS, TableName
from pipelines.intake.checks.check import Answer
from pipelines.intake.mapping.values import BothLanguages


@dataclass(frozen=True)
class TableCount:
    """Rows of one canonical table: read = passed_over + kept + quarantined.

    `passed_over` are rows of a source that are not about this table, by ground; the others are
    the table's rows `in`.
    """

    read: int
    passed_over: dict[str, int]
    accepted: int
    quarantined: int

    @property
    def rows_in(self) -> int:
        """Rows that are for this table."""
        return self.read - sum(self.passed_over.values())

    @property
    def balanced(self) -> bool:
        """Whether in = kept + quarantined."""
        return self.rows_in == self.accepted + self.quarantined


@dataclass(frozen=True)
class IngestReport:
    """What was read, kept and put aside, what the checks found, what was assumed."""

    name: str
    tables: dict[TableName, TableCount]
    answers: tuple[Answer, ...]
    observed_until: str
    partitions: int
    attributes: dict[str, str] = field(default_factory=dict)
    excluded: dict[str, BothLanguages] = field(default_factory=dict)
    assumptions: tuple[BothLanguages, ...] = ()
    spend: TableCount | None = None
    series: TableCount | None = None

    @property
    def faults(self) -> tuple[Answer, ...]:
        """The checks that found something."""
        return tuple(answer for answer in self.answers if answer.verdict == "fault")

    @property
    def errors(self) -> tuple[Answer, ...]:
        """The checks that took rows out."""
        return tuple(answer for answer in self.faults if answer.severity == "error")

    def lines(self) -> list[str]:
        """Write it all, ready to be printed."""
        lines = [f"{self.name}: observed until {self.observed_until}", "", *self._count_lines(), ""]
        for answer in self.answers:
            if answer.verdict == "fault":
                lines += answer.lines()
        fine = [a.code for a in self.answers if a.verdict == "fine"]
        idle = [a.code for a in self.answers if a.verdict == "not applicable"]
        lines += [f"fine: {' '.join(fine) or 'none'}"]
        lines += [f"not applicable: {' '.join(idle)}"] if idle else []
        lines += [f"assumed: {words.en}" for words in self.assumptions]
        lines += [f"not used: {name} ({why.en})" for name, why in self.excluded.items()]
        return lines

    def _count_lines(self) -> list[str]:
        lines = [f"{'table':<18}{'in':>12} ={'kept':>12} +{'quarantined':>12}   passed over"]
        counts: dict[str, TableCount | None] = {one: self.tables.get(one) for one in SPECS}
        for table, count in (counts | {"series": self.series, "spend": self.spend}).items():
            if count is not None:
                passed = ", ".join(f"{n:,} {why}" for why, n in count.passed_over.items())
                lines.append(
                    f"{table:<18}{count.rows_in:>12,} ={count.accepted:>12,} +"
                    f"{count.quarantined:>12,}   {passed or 'none'}"
                )
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        grounds = {name: why.model_dump() for name, why in self.excluded.items()}
        assumed = [words.model_dump() for words in self.assumptions]
        answers = [_renamed(asdict(one), "observed", "found") for one in self.answers]
        tables = {n: _renamed(asdict(one), "accepted", "kept") for n, one in self.tables.items()}
        texts: dict[str, Any] = {"excluded": grounds, "assumptions": assumed}
        for name, one in (("series", self.series), ("spend", self.spend)):
            texts[name] = None if one is None else _renamed(asdict(one), "accepted", "kept")
        return asdict(self) | {"tables": tables, "answers": answers} | texts


def _renamed(plain: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """Return plain values with one name replaced by its key in the file, in place."""
    return {key if one == name else one: value for one, value in plain.items()}
