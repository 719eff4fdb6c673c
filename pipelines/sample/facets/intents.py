"""What leads let show in their words: a hidden stance, and texts that give it away.

Decided here: one lead in six has the money and one in four is bound to a competitor, which no
attribute shows; it moves the hazards of deals (`OPENING`, `WINNING`). Forms, inquiries, questions
on the phone and meetings carry an intent (a budget, a date, a competitor, a refusal) or none. How
probable each is depends on the stance and on nothing else, so the truth can weigh it exactly. Each
intent is written in several ways, in Japanese and in English; some say it with words that stand in
no list. All other texts (`texts`) are noise.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipelines.sample.facets.touches import KINDS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STANCES: Final = ("open", "funded", "bound")
SHARES: Final = (0.56, 0.17, 0.27)
OPENING: Final = (1.0, 2.4, 0.25)
WINNING: Final = (1.0, 2.0, 0.2)
"""By stance: multipliers on opening a deal and on winning it."""

INTENTS: Final = ("silent", "plain", "budget", "timing", "competitor", "refusal")
SILENT: Final = 0
"""The intent of a text that carries none."""
CARRIERS: Final = (
    ("form", "contact"),
    ("inquiry", "pricing"),
    ("inquiry", "integration"),
    ("inquiry", "first_contact"),
    ("call", "question"),
    ("meeting", "demo"),
    ("meeting", "negotiation"),
)
"""(activity type, topic) whose texts carry an intent."""
CHANCES: Final = {
    "plain": (0.81, 0.20, 0.22),
    "budget": (0.05, 0.43, 0.02),
    "timing": (0.06, 0.31, 0.02),
    "competitor": (0.05, 0.05, 0.36),
    "refusal": (0.03, 0.01, 0.38),
}
"""The chance of each intent of a carrier's text, by stance."""

TEXTS: Final = {
    "budget": (
        "予算500万円を確保しました。",
        "稟議が通りました。正式な書面をお願いします。",
        "今年の予算に組み込みました。",
        "Budget of 5 million yen secured.",
        "上層部から前向きな返答をもらいました。",
    ),
    "timing": (
        "来月の導入を希望しています。",
        "今期中に利用を始めたいです。",
        "年度内に契約まで進めたいです。",
        "We would like to go live next month.",
        "キックオフの日程を調整させてください。",
    ),
    "competitor": (
        "他社のサービスも見ています。",
        "競合の製品も試用しています。",
        "We are comparing you with another vendor.",
        "コンペの最終候補に残しています。",
    ),
    "refusal": (
        "今回は見送ります。",
        "今後の連絡は不要です。",
        "二度と連絡しないでください。他社に決めました。",
        "Never contact us again, we chose a competitor.",
        "プロジェクトが凍結になりました。",
    ),
}
"""The last way of each but the English one of refusal has no word of a usual list."""


def stances(leads: int, rng: np.random.Generator) -> Ints:
    """Draw the stance of each lead, a number in `STANCES`.

    Parameters
    ----------
    leads
        How many leads.
    rng
        The source of chance.
    """
    return rng.choice(len(STANCES), leads, p=SHARES).astype(np.int64)


def draw(kind: Ints, stance: Ints, rng: np.random.Generator) -> Ints:
    """Draw the intent of each touch, a number in `INTENTS`.

    Parameters
    ----------
    kind
        Shape (touches,): numbers in `touches.KINDS`.
    stance
        The stance of the lead of each touch.
    rng
        The source of chance.
    """
    limits = np.array(list(CHANCES.values())).cumsum(axis=0).T[stance]
    drawn = (limits <= rng.random(len(kind))[:, None]).sum(axis=1) + 1
    carries = np.array([(one.activity_type, one.topic) in CARRIERS for one in KINDS])
    intent: Ints = np.where(carries[kind], np.minimum(drawn, len(CHANCES)), SILENT)
    return intent


def log_likelihoods(intent: Ints) -> Floats:
    """Return how probable intents are by stance, as logarithms.

    Parameters
    ----------
    intent
        Shape (touches,): numbers in `INTENTS`.

    Returns
    -------
    Floats
        Shape (touches, stances); 0 where a touch carries none.
    """
    table = np.array([(1.0,) * len(STANCES), *CHANCES.values()])
    likelihood: Floats = np.log(table)[intent]
    return likelihood


def written(intent: Ints, rng: np.random.Generator) -> tuple[Ints, tuple[str, ...]]:
    """Choose in which way each intent is written.

    Parameters
    ----------
    intent
        Shape (touches,): numbers in `INTENTS`.
    rng
        The source of chance.

    Returns
    -------
    For each touch the number of its text, -1 where it shows no intent, and the texts.
    """
    ways = [TEXTS.get(name, ()) for name in INTENTS]
    counts = np.array([len(texts) for texts in ways])
    begins = np.cumsum(counts) - counts
    number = begins[intent] + (rng.random(len(intent)) * counts[intent]).astype(np.int64)
    return np.where(counts[intent] > 0, number, -1), tuple(text for texts in ways for text in texts)
