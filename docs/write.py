"""Write docs/ and the figures of both READMEs from the code and from benchmarks/results/.

Decided here: what the code states is not written by hand. A test writes the pages again and
compares, so they cannot become stale. A README or page has figures only between
`<!-- figures:NAME -->` marks.

Run it as `python -m docs.write`.
"""

import re
from pathlib import Path

from docs import (
    api_client,
    commands,
    connectors,
    figures,
    http,
    leaks,
    monitoring,
    mutation,
    params,
    reference,
    reliability,
    retraining,
    settings,
)

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.ja.md")
WITH_FIGURES = (
    "docs/measured/figures.md",
    "docs/explanation/when-mikomi.md",
    "docs/explanation/when-mikomi.ja.md",
    "docs/explanation/scale.md",
    "docs/explanation/scale.ja.md",
    "docs/explanation/words.md",
    "docs/explanation/words.ja.md",
)
"""Pages that are written by hand but for their figures."""
FILLED = (*READMES, *WITH_FIGURES)
_WORDS = re.compile(r"(?<=<!-- words -->\n).*?(?=<!-- /words -->)", re.DOTALL)
_TABLE = re.compile(r"(?<=\n\n)\| word \|.*?\n(?=\n)", re.DOTALL)
_BLOCK = re.compile(r"(<!-- figures:(\w+) -->\n)(.*?)(<!-- /figures -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """Return every written page by its path below the root."""
    description = api_client.description()
    return {
        "docs/reference/tables.md": reference.tables(),
        "docs/reference/checks.md": reference.checks(),
        "docs/reference/leaks.md": leaks.page(),
        "docs/explanation/monitoring.md": monitoring.page(),
        "docs/measured/mutation.md": mutation.page(),
        "docs/measured/reliability.md": reliability.page(),
        "docs/measured/connectors.md": connectors.page("en"),
        "docs/measured/connectors.ja.md": connectors.page("ja"),
        "docs/explanation/retraining.md": retraining.page(),
        "docs/reference/mapping.md": reference.mapping(),
        "docs/reference/commands.md": commands.page(),
        "docs/reference/http.md": http.page(description),
        "docs/reference/params.md": params.page(),
        "docs/reference/settings.md": settings.page(),
        **api_client.files(description),
        "docs/glossary.md": with_words((ROOT / "docs/glossary.md").read_text("utf-8")),
        **{name: with_figures(name, (ROOT / name).read_text()) for name in FILLED},
    }


def with_figures(name: str, text: str) -> str:
    """Fill the figure blocks of a README or page in its language.

    Parameters
    ----------
    name
        Of the file; it ends with `.ja.md` if it is Japanese.
    text
        Its content, with figures or without.
    """
    language = "ja" if name.endswith(".ja.md") else "en"

    def filled(block: re.Match[str]) -> str:
        return f"{block[1]}{figures.table(block[2], language)}\n{block[4]}"

    return _BLOCK.sub(filled, text)


def with_words(text: str) -> str:
    """Fill the glossary with the words of CONTRIBUTING.

    Parameters
    ----------
    text
        The page, with its words or without.
    """
    words = _TABLE.search((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    return _WORDS.sub(lambda _: words[0] if words else "", text)


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        (ROOT / path).write_text(text)


if __name__ == "__main__":
    main()
