"""Words of sales teams for deals that were won or lost, in several languages.

Decided here: Latin words count as whole words, all others wherever they stand; a value with words
of both kinds reads as neither.
"""

import re
import unicodedata
from typing import Final, Literal

Decision = Literal["won", "lost"]
_WORDS: Final[dict[Decision, tuple[str, str]]] = {
    "won": (
        r"won|win|closed ?won|gewonnen|gagnee?s?|ganad[oa]s?|vint[oa]|ganh[oa]s?|wygran[aye]?"
        r"|vunne[nt]|vundet|voitettu|vyhran[oay]?|kazanildi|sold|converted|verkauft|vendu",
        r"受注|成約|契約済|赢单|贏單|成交|赢得|수주|계약완료|성사|успеш|выигран|продано|виграно",
    ),
    "lost": (
        r"lost|closed ?lost|verloren|perdue?s?|perdid[oa]s?|pers[oa]|przegran[aye]?|forlorad"
        r"|tabt|tapt|havitty|prohran[oay]?|kaybedildi",
        r"失注|敗注|丢单|丟單|输单|輸單|실주|провал|проигран|потерян|програно",
    ),
}
_PATTERNS: Final = {
    decision: re.compile(rf"(?<![a-z])(?:{latin})(?![a-z])|{other}")
    for decision, (latin, other) in _WORDS.items()
}


def reads_as(value: str) -> Decision | None:
    """Return whether a value reads like a deal that was won, or lost.

    >>> reads_as("Closed won (Sales Pipeline)"), reads_as("Сделка провалена"), reads_as("Angebot")
    ('won', 'lost', None)
    >>> reads_as("Gagnée"), reads_as("失注"), reads_as("wonder")
    ('won', 'lost', None)
    """
    folded = unicodedata.normalize("NFKC", value).casefold()
    plain = re.sub(r"[_\-/]+", " ", _without_accents(folded))
    both = [decision for decision, words in _PATTERNS.items() if words.search(plain)]
    return both[0] if len(both) == 1 else None


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(p for p in parts if not _is_latin_accent(p)))


def _is_latin_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"
