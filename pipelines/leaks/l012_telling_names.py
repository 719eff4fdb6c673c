"""L012: names that suggest a column is filled later.

Decided here: a name is a hint and no proof, so this check only warns.
"""

import re
from typing import Final

from features.feature import Text
from pipelines.leaks.check import LeakCheck, LeakEvidence, Suspects

TELLING: Final = re.compile(
    r"(?<![a-z])(?:last|latest|final|closed?|won|lost|stage|status|tags?|quality|grade|rank"
    r"|lead[ _]?(?:profile|score)|(?:activity|profile)[ _](?:score|index)|result|all$)"
    r"(?![a-z])|最終|最新|段階|状態|ステータス|理由|結果|評価|契約|受注|失注|累計",
    re.IGNORECASE,
)


def _examine(evidence: LeakEvidence) -> Suspects | None:
    names = evidence.attributes()
    if not names:
        return None
    named = {name: match[0] for name in names if (match := TELLING.search(_apart(name)))}
    return Suspects({}, {name: f"called {word!r}" for name, word in named.items()})


def _apart(name: str) -> str:
    """Separate the words of a name.

    >>> _apart("lastActivity_type")
    'last Activity type'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)


CHECK = LeakCheck(
    "L012",
    Text("names that sound like later", "後から入力されたような名前"),
    "somebody who knows when these columns are filled has said so",
    "ask when the column is filled; if after the lead was created, list it under known_later",
    _examine,
)
