"""The table of what words recover, in the pages about words."""

from statistics import mean
from typing import Any, Final

from docs.reference import markdown

_COLUMNS: Final = (
    ("leads; converted training rows", "リード; 受注した学習行"),
    ("companies", "会社"),
    ("recovered by the model, %", "モデルが取り戻す割合(%)"),
    ("by one who reads without a fault, %", "誤りなく読む場合の割合(%)"),
    ("learned words; of noise", "学んだ言葉; 偶然の言葉"),
)


def table(measured: dict[str, Any], language: str) -> str:
    """Return the table as Markdown.

    Parameters
    ----------
    measured
        What `benchmarks.quality.words` wrote.
    language
        `en` or `ja`.
    """
    rows = []
    for leads, share in measured["sizes"].items():
        own = [one for one in measured["companies"] if str(one["leads"]) == leads]
        learned, noise = (
            sum(len(one[name]) for one in own) for name in ("learned_words", "words_of_noise")
        )
        rows.append(
            [
                f"{int(leads):,}; {mean(one['converted_rows'] for one in own):,.0f}",
                f"{len(own)}",
                f"{100 * share['share']:.0f}",
                f"{100 * share['share_of_exact']:.0f}",
                f"{learned}; {noise}",
            ]
        )
    return markdown([column[language == "ja"] for column in _COLUMNS], rows)
