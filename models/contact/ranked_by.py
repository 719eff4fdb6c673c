"""By what leads are ranked: probability, or contact value where that was chosen and is known.

Decided here: contact value orders leads only if the target chose it, chance decided who was
contacted, and effects are shown to differ. In every other case the order is that of probability,
and whoever shows a ranking shows the sentence of the reason beside it.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from features.feature import Text
from models.contact.contact_part import ContactPart

Order = Literal["probability", "contact_value"]
PROBABILITY: Final[Order] = "probability"
CONTACT_VALUE: Final[Order] = "contact_value"
_STILL_EN: Final = "Ranked by probability, although contact value was chosen: "
_STILL_JA: Final = "連絡効果の順が選ばれていますが、確率順で並べています："
_GROUNDS: Final = {
    "no_test": Text(
        "params.yaml names no test of contacts (contacts.test).",
        "params.yamlに連絡の試験（contacts.test）の指定がありません。",
    ),
    "people_chose": Text(
        "people chose whom to contact, and only a lot can show whom a contact helps.",
        "連絡先を人が選んでいるため、誰に効果があるかは示せません（くじが必要です）。",
    ),
    "too_few": Text(
        "the test of contacts has too few leads or conversions yet.",
        "連絡の試験のリード数または受注数がまだ足りません。",
    ),
    "no_overlap": Text(
        "contacted and other leads differ too much to be compared.",
        "連絡したリードとその他のリードの違いが大きく、比較できません。",
    ),
    "not_shown": Text(
        "the test does not show yet that contacts change anything.",
        "連絡の効果は、試験ではまだ示されていません。",
    ),
    "same": Text(
        "the test does not show that contacts help some leads more than others.",
        "連絡の効果がリードによって異なることは、試験では示されていません。",
    ),
    "none": Text(
        "the test shows no effect of contacts that is worth noticing.",
        "試験では、注目に値する連絡の効果はありません。",
    ),
}
_BY_VALUE: Final = Text(
    "Ranked by contact value: where a contact adds most to the probability, not who is likeliest.",
    "連絡効果の順：連絡によって確率が最も上がる順です（確率の高い順ではありません）。",
)


class RankedBy(NamedTuple):
    """What was chosen, what leads are ranked by, and why these differ (None: they do not)."""

    wanted: Order = PROBABILITY
    by: Order = PROBABILITY
    why: str | None = None

    @property
    def sentence(self) -> Text | None:
        """What to show beside a ranking, in both languages; None where nothing was chosen."""
        if self.wanted == PROBABILITY:
            return None
        if self.why is None:
            return _BY_VALUE
        grounds = _GROUNDS[self.why]
        return Text(_STILL_EN + grounds.en, _STILL_JA + grounds.ja)


def ranked_by(about: Mapping[str, Any], part: ContactPart | None) -> RankedBy:
    """Return by what a model ranks leads.

    Parameters
    ----------
    about
        What the artifact was made from.
    part
        What it knows about contacts.
    """
    wanted: Order = about.get("train", {}).get("ranking", PROBABILITY)
    if wanted == PROBABILITY:
        return RankedBy()
    why = _why_not(part)
    return RankedBy(wanted, CONTACT_VALUE if why is None else PROBABILITY, why)


def _why_not(part: ContactPart | None) -> str | None:
    if part is None:
        return "no_test"
    if not part.randomised:
        return "people_chose"
    if part.answer == "unknown":
        return part.why
    return None if part.answer == "differs" else part.answer
