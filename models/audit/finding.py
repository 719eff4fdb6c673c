"""The answer of one check of a score, as numbers; reports put it into words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.audit.case import AuditCase

Answer = Literal["pass", "warn", "fail", "not applicable"]


@dataclass(frozen=True)
class ScoreFinding:
    """The answer of a check: its code, and the numbers and names that it rests on."""

    code: str
    answer: Answer
    values: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreCheck:
    """A numbered check; `examine` returns None if it is not applicable."""

    code: str
    examine: Callable[[AuditCase], tuple[Answer, Mapping[str, float | str]] | None]

    def answer(self, case: AuditCase) -> ScoreFinding:
        """Run the check."""
        result = self.examine(case)
        return ScoreFinding(self.code, "not applicable") if result is None else self._of(*result)

    def _of(self, answer: Answer, values: Mapping[str, float | str]) -> ScoreFinding:
        return ScoreFinding(self.code, answer, values)
