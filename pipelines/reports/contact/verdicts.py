"""The answer about contacts in sentences; not knowing is an answer like others.

Decided here: where people chose whom to contact, every sentence says "suggested", never "shown".
"""

import math
from typing import Final

from features.wording.sentences import Language
from features.wording.translation import Message, mark
from models.contact.contact_value import ContactValue
from models.contact.policy import PolicyLine
from models.contact.verdict import FEWEST_CONVERSIONS, FEWEST_ROWS
from models.stats.metrics import Interval
from pipelines.reports.translation import gettext, number, translate

SHOWN: Final[dict[str, Message]] = {
    "differs": mark(
        "A contact helps some leads more than others. On average it changes the probability of a "
        "conversion by %(mean)s points (%(low)s to %(high)s)."
    ),
    "same": mark(
        "A contact changes the probability of a conversion by %(mean)s points on average (%(low)s "
        "to %(high)s). Not shown that it helps some leads more than others: there is no reason to "
        "call by contact value."
    ),
    "none": mark(
        "None: a contact changes the probability by at most %(most)s points on average, which is "
        "not worth noticing (%(low)s to %(high)s)."
    ),
    "not_shown": mark(
        "Unknown: not shown that a contact changes anything. Its mean effect is %(mean)s points "
        "(%(low)s to %(high)s), which may be chance. This is the usual answer."
    ),
    "too_few": mark(
        "Unknown: too little to say. It takes %(leads)s leads on each side and %(fewest)s "
        "conversions among either."
    ),
    "no_overlap": mark(
        "Unknown: contacted and other leads differ too much to be compared. Only a lot can tell."
    ),
}
SUGGESTED: Final[dict[str, Message]] = {
    "differs": mark(
        "Suggested, not shown: a contact seems to help some leads more than others; on average it "
        "goes with %(mean)s points (%(low)s to %(high)s). People chose whom to contact."
    ),
    "same": mark(
        "Suggested, not shown: a contact goes with %(mean)s points on average (%(low)s to "
        "%(high)s). People chose whom to contact, perhaps by something that nobody recorded."
    ),
    "none": mark(
        "None is visible: contacted leads convert about as often as others like them (%(low)s to "
        "%(high)s points). People chose whom to contact, so an effect may hide behind the choice."
    ),
}


def answer(done: ContactValue, language: Language) -> str:
    """Return the answer in a sentence.

    Parameters
    ----------
    done
        The estimate.
    language
        The language to translate to.
    """
    verdict = done.verdict
    key = verdict.answer if verdict.answer != "unknown" else verdict.why
    text = SHOWN[key] if verdict.randomised else SUGGESTED.get(key, SHOWN[key])
    ends = (verdict.mean.value, verdict.mean.low, verdict.mean.high)
    mean, low, high = (points(one) for one in ends)
    values = {
        "mean": mean,
        "low": low,
        "high": high,
        "most": f"{max(abs(ends[1]), abs(ends[2])) * 100:.1f}",
        "leads": number(FEWEST_ROWS, language),
        "fewest": number(FEWEST_CONVERSIONS, language),
    }
    used = {name: one for name, one in values.items() if f"%({name})s" in str(text)}
    return translate(text, language, **used)


def points(value: float) -> str:
    """Write a share as points of probability with a sign.

    >>> points(0.0132), points(-0.004), points(float("nan"))
    ('+1.3', '−0.4', '–')
    """
    if not math.isfinite(value):
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{abs(value) * 100:.1f}"


def sentences(done: ContactValue, language: Language) -> list[str]:
    """Return the verdict in sentences.

    Parameters
    ----------
    done
        The estimate.
    language
        The language to translate to.
    """
    lines = [answer(done, language)]
    if done.policy:
        lines.append(_call(done.policy, language))
    return lines


def _call(policy: tuple[PolicyLine, ...], language: Language) -> str:
    """Return what a fifth of the leads called by contact value adds, in a sentence."""
    line = min(policy, key=lambda one: abs(one.share - 0.2))
    shown = line.more.low > 0.0
    text = gettext(
        "With %(calls)s calls: %(extra)s extra wins by contact value, %(by)s by probability. The "
        "difference is shown.",
        language,
        calls=number(line.calls, language),
        extra=wins(line.by_effect, language),
        by=wins(line.by_probability, language),
    )
    if shown:
        return text
    return gettext(
        "With %(calls)s calls: %(extra)s extra wins by contact value, %(by)s by probability. The "
        "difference may be chance.",
        language,
        calls=number(line.calls, language),
        extra=wins(line.by_effect, language),
        by=wins(line.by_probability, language),
    )


def wins(interval: Interval, language: Language) -> str:
    """Write a number of wins with its range.

    Parameters
    ----------
    interval
        The number and its ends.
    language
        The language to translate to.
    """
    ends = [interval.value, interval.low, interval.high]
    texts = [_whole(one, language) for one in ends]
    return gettext(
        "%(value)s (%(low)s to %(high)s)", language, value=texts[0], low=texts[1], high=texts[2]
    )


def _whole(value: float, language: Language) -> str:
    if not math.isfinite(value):
        return "–"
    if abs(value) < 10:  # noqa: PLR2004 - few wins need a decimal
        return f"{value:.1f}".replace("-", "−")
    return ("−" if value < 0 else "") + number(abs(round(value)), language)
