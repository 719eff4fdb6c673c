"""What to do next with a lead, and why now: the first rule of a file that fits.

Decided here: the rules are a file in both languages (`next_steps.yaml`), which people may read and
replace. A rule reads facts only; it changes no score and no list. A file that cannot be used stops
the server before it starts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import yaml

from features.errors import BadParams, Fault
from features.wording.sentences import Language

OWN: Final = Path(__file__).with_name("next_steps.yaml")
_DAY: Final = timedelta(days=1)


class LeadFacts(NamedTuple):
    """What the rules know of a lead; a missing moment did not happen.

    `telling` are the attributes that could move its probability, the strongest first; missing means
    that this is not known.
    """

    standing: str
    band: str | None
    work: str | None
    result: str | None
    aside: bool
    rising: bool
    known: frozenset[str]
    telling: tuple[str, ...] | None = None
    interest: str = ""
    topic: str = ""
    no_mails: bool = False
    call_helps: bool = False
    hot_at: datetime | None = None
    hot_until: datetime | None = None
    woke_at: datetime | None = None
    worked_at: datetime | None = None
    until: datetime | None = None
    heard_at: datetime | None = None
    stage_since: datetime | None = None
    won_at: datetime | None = None


class BothTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    en: str
    ja: str


class StepCondition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold; see the head of `next_steps.yaml`."""

    work: list[str] | None = None
    result: list[str] | None = None
    standing: list[str] | None = None
    band: list[str] | None = None
    aside: bool | None = None
    rising: bool | None = None
    missing: bool | None = None
    contacted: bool | None = None
    call_helps: bool | None = None
    no_mails: bool | None = None
    hot_within_days: float | None = None
    woke_within_days: float | None = None
    silent_days: float | None = None
    stage_days: float | None = None
    won_days: float | None = None


class StepRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step, when it is the next, and why."""

    code: str
    when: StepCondition
    what: BothTexts
    why: BothTexts


class NextStep(msgspec.Struct, frozen=True):
    """What to do, and why now; `missing` is the attribute to ask for."""

    code: str
    what: str
    why: str
    missing: str | None = None


class Writer(NamedTuple):
    """How a language writes: days, attributes, results, interest, topics, the strongest reason."""

    language: Language
    day: Callable[[datetime], str]
    attribute: Callable[[str], str]
    result: Callable[[str], str]
    reason: str
    interest: Callable[[str], str] = str
    topic: Callable[[str], str] = str


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of a file, in their order, and the attributes that people can ask for."""

    ask_for: list[str]
    steps: list[StepRule]

    def missing(self, facts: LeadFacts) -> str | None:
        """Return the unknown attribute to ask for that tells most; None if there is none."""
        order = self.ask_for if facts.telling is None else facts.telling
        wanted = (one for one in order if one in self.ask_for and one not in facts.known)
        return next(wanted, None)

    def next_step(self, facts: LeadFacts, writer: Writer, now: datetime) -> NextStep:
        """Return the next step of a lead.

        Parameters
        ----------
        facts
            Of the lead.
        writer
            How the language writes.
        now
            The moment.
        """
        missing = self.missing(facts)
        rule = next(one for one in self.steps if _holds(one.when, facts, missing, now))
        texts = _texts(facts, writer, missing, now)
        what, why = (getattr(text, writer.language) for text in (rule.what, rule.why))
        wanted = missing if rule.when.missing else None
        return NextStep(rule.code, what.format_map(texts), why.format_map(texts), wanted)


def read_rules(path: Path | None = None) -> Rules:
    """Read the rules of a file; missing means those of the product.

    Raises
    ------
    BadParams
        If the file cannot be used: unreadable, unknown names, texts with unknown values, or no
        last rule that always holds.
    """
    path = path or OWN
    try:
        rules = _rules_in(path.read_text("utf-8"))
    except (OSError, yaml.YAMLError, msgspec.ValidationError, KeyError, ValueError) as error:
        raise _unusable(path, str(error)) from error
    if not rules.steps or rules.steps[-1].when != StepCondition():
        raise _unusable(path, "no rule at its end that always holds")
    return rules


@lru_cache(maxsize=2)
def _rules_in(text: str) -> Rules:
    """Read rules from their text; the same text is parsed once."""
    rules = msgspec.convert(yaml.safe_load(text), Rules)
    for one in (one for step in rules.steps for one in (step.what, step.why)):
        (one.en + one.ja).format_map(dict.fromkeys(_NAMES, ""))
    return rules


def _unusable(path: Path, what: str) -> BadParams:
    fault = Fault(f"{path}: {what}", "rules as in next_steps.yaml", "correct the file")
    return BadParams([fault])


def _holds(when: StepCondition, facts: LeadFacts, missing: str | None, now: datetime) -> bool:
    named = {"work": facts.work, "result": facts.result} | {
        "standing": facts.standing,
        "band": facts.band,
    }
    flags = {
        "aside": facts.aside,
        "rising": facts.rising,
        "missing": missing is not None,
        "contacted": facts.work == "contacted",
        "call_helps": facts.call_helps,
        "no_mails": facts.no_mails,
    }
    listed = all(getattr(when, n) is None or one in getattr(when, n) for n, one in named.items())
    flagged = all(getattr(when, n) in (None, one) for n, one in flags.items())
    return listed and flagged and _in_time(when, facts, now)


def _in_time(when: StepCondition, facts: LeadFacts, now: datetime) -> bool:
    within = ((when.hot_within_days, facts.hot_at), (when.woke_within_days, facts.woke_at))
    since = (
        (when.silent_days, facts.heard_at),
        (when.stage_days, facts.stage_since),
        (when.won_days, facts.won_at),
    )
    recent = all(most is None or (at is not None and _days(at, now) <= most) for most, at in within)
    return recent and all(
        least is None or (at is not None and _days(at, now) >= least) for least, at in since
    )


def _days(at: datetime, now: datetime) -> float:
    return (now - at) / _DAY


_NAMES: Final = (
    *("hot_on", "hot_until", "woke_on", "worked_on", "until", "silent_days", "stage_days"),
    *("won_on", "missing", "reason", "result", "call_helps", "interest", "topic"),
)
_CALL_HELPS: Final = {"en": "; a call helps most here", "ja": "（電話の効果が特に高い）"}
_INTEREST: Final = {"en": "{}; ", "ja": "{}、"}
_TOPIC: Final = {"en": " ({})", "ja": "（{}）"}
_UNTIL: Final = {"en": ", until {} if nothing happens", "ja": "（動きがなければ{}まで）"}


def _texts(facts: LeadFacts, writer: Writer, missing: str | None, now: datetime) -> dict[str, Any]:
    def day(at: datetime | None) -> str:
        return "" if at is None else writer.day(at)

    def passed(at: datetime | None) -> str:
        return "" if at is None else str(max(0, int(_days(at, now))))

    def worded(form: dict[str, str], text: str) -> str:
        return form[writer.language].format(text) if text else ""

    return {
        "hot_on": day(facts.hot_at),
        "hot_until": worded(_UNTIL, day(facts.hot_until)),
        "interest": worded(_INTEREST, writer.interest(facts.interest)),
        "topic": worded(_TOPIC, writer.topic(facts.topic)),
        "woke_on": day(facts.woke_at),
        "worked_on": day(facts.worked_at),
        "until": day(facts.until),
        "silent_days": passed(facts.heard_at),
        "stage_days": passed(facts.stage_since),
        "won_on": day(facts.won_at),
        "missing": writer.attribute(missing) if missing else "",
        "reason": writer.reason,
        "result": writer.result(facts.result or facts.work or ""),
        "call_helps": _CALL_HELPS[writer.language] if facts.call_helps else "",
    }
