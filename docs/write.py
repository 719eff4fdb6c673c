"""Write docs/ and the figures of both READMEs from the code and from benchmarks/results/.

Decided here: what the code states is not written by hand. A test writes the pages again and
compares, so they cannot become stale. A README has figures only between `<!-- figures:NAME -->`
marks.

Run it as `python -m docs.write`.
"""

import re
from pathlib import Path

from docs import (
    api_client,
    commands,
    figures,
    leaks,
    monitoring,
    mutation,
    reference,
    reliability,
    retraining,
)

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.ja.md")
_BLOCK = re.compile(r"(<!-- figures:(\w+) -->\n)(.*?)(<!-- /figures -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """Return every written page by its path below the root."""
    return {
        "docs/reference/tables.md": reference.tables(),
        "docs/reference/checks.md": reference.checks(),
        "docs/reference/leaks.md": leaks.page(),
        "docs/explanation/monitoring.md": monitoring.page(),
        "docs/measured/mutation.md": mutation.page(),
        "docs/measured/reliability.md": reliability.page(),
        "docs/explanation/retraining.md": retraining.page(),
        "docs/reference/mapping.md": reference.mapping(),
        "docs/reference/commands.md": commands.page(),
        **api_client.files(api_client.description()),
        **{name: with_figures(name, (ROOT / name).read_text()) for name in READMES},
    }


def with_figures(name: str, text: str) -> str:
    """Fill the figure blocks of a README in its language.

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


def main() -> None:
    """Write every page."""
    for path, text in pages().items():
        (ROOT / path).write_text(text)


if __name__ == "__main__":
    main()
