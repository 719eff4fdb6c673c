"""Build the site of docs/ in both languages, strictly, into artifacts/site.

Decided here: a warning of Sphinx (a link to nowhere, a page that no list names, an object that
cannot be imported) fails the build. Nothing is loaded from the network, neither to build the site
nor to read it.

Run it as `python -m docs.site [folder]`, after `python -m docs.write`.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SITE = ROOT / "artifacts" / "site"
START = {
    "index.html": ("en/index.html", "ja/index.ja.html"),
    "ja/index.html": ("../en/index.html", "index.ja.html"),
}
"""Pages that send the reader to the first page of a language."""


def build(language: str, folder: Path) -> None:
    """Build one language.

    Parameters
    ----------
    language
        `en` or `ja`.
    folder
        Where the pages are written.

    Raises
    ------
    subprocess.CalledProcessError
        If Sphinx warns of anything.
    """
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-q", "-E"]
    places = [str(ROOT / "docs"), str(folder), "-d", str(folder.parent / f".trees-{language}")]
    environment = {**os.environ, "MIKOMI_DOCS_LANGUAGE": language}
    subprocess.run([*command, *places], check=True, cwd=ROOT, env=environment)  # noqa: S603


def main() -> None:
    """Build both languages and the page that leads to them."""
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else SITE
    for language in ("en", "ja"):
        build(language, site / language)
    for name, (english, japanese) in START.items():
        (site / name).write_text(first_page(english, japanese), "utf-8")
    print(f"The site is {site / 'index.html'}.")  # noqa: T201


def first_page(english: str, japanese: str) -> str:
    """Return a page with a link to each language."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>mikomi 見込み</title>'
        '<meta name="viewport" content="width=device-width">'
        '<body style="font: 1.3rem sans-serif; margin: 20vh auto; width: 20rem">'
        f'<h1>mikomi 見込み</h1><p><a href="{english}">English</a></p>'
        f'<p><a lang="ja" href="{japanese}">日本語</a></p></body></html>\n'
    )


if __name__ == "__main__":
    main()
