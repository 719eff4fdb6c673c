"""The site of docs/: every link leads somewhere, every page is listed, both languages are equals.

Sphinx itself is strict and slow (`make docs`); these checks need none of its packages.
"""

import re
from pathlib import Path

import pytest

from docs import params, write

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))
TEXTS = {name: (DOCS / name).read_text("utf-8") for name in PAGES}
OUTSIDE = ("README.md", "README.ja.md", "CONTRIBUTING.md")
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)")
CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
TREE = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
FOR_ALL = ("how-to/work-the-list", "how-to/administer", "how-to/integrating", "how-to/connecting")
FOR_ALL += ("how-to/deploying", "how-to/worth", "explanation/probabilities", "explanation/reasons")
FOR_ALL += ("how-to/sales-day", "how-to/contact-value", "explanation/accounts")
FOR_ALL += ("explanation/words", "tutorials/on-a-schedule", "explanation/scale")
FOR_ALL += (
    "how-to/elsewhere",
    "how-to/agents",
    "explanation/bad-days",
    "explanation/when-mikomi",
    "glossary",
    "index",
)
"""What sales and administrators read."""


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a page, as they are made from their text."""
    prose = CODE.sub(lambda match: "" if "\n" in match[0] else match[0], text)
    heads = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def dead(name: str, text: str, folder: Path = DOCS) -> list[str]:
    """Return the links of a page that lead nowhere."""
    broken = []
    for target, anchor in LINK.findall(CODE.sub("", text)):
        path = (folder / name).parent / target if target else folder / name
        there = "://" in target or path.exists()
        if there and anchor and path.suffix == ".md":
            there = anchor[1:] in anchors(path.read_text("utf-8"))
        broken += [] if there else [f"{target}{anchor}"]
    return broken


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    assert dead(name, TEXTS[name]) == []


@pytest.mark.parametrize("name", OUTSIDE)
def test_every_link_into_the_pages_leads_somewhere(name: str) -> None:
    assert dead(name, (ROOT / name).read_text("utf-8"), ROOT) == []


def test_a_dead_link_would_be_noticed() -> None:
    assert dead("index.md", "[x](no-page.md) [y](glossary.md#no-word)") == [
        "no-page.md",
        "glossary.md#no-word",
    ]


def listed(language: str) -> list[str]:
    """Return the pages that the lists of a language name, the first page included."""
    first = "index.ja" if language == "ja" else "index"
    names, waiting = [], [first]
    while waiting:
        names.append(name := waiting.pop())
        folder = Path(name).parent
        for tree in TREE.findall(TEXTS[f"{name}.md"]):
            lines = [line for line in tree.splitlines() if line and line[0] != ":"]
            waiting += [(folder / line).as_posix() for line in lines]
    return names


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_is_in_one_list_of_its_language(language: str) -> None:
    """A page with a twin is in both languages, each in its own; another is in both as it is."""
    twins = {name.removesuffix(".ja.md") for name in PAGES if name.endswith(".ja.md")}
    plain = {name.removesuffix(".md") for name in PAGES if not name.endswith(".ja.md")}
    japanese = (plain - twins) | {f"{name}.ja" for name in twins}
    names = listed(language)
    assert len(names) == len(set(names))
    assert set(names) == (japanese if language == "ja" else plain)


@pytest.mark.parametrize("name", FOR_ALL)
def test_what_sales_and_administrators_read_is_in_both_languages(name: str) -> None:
    english, japanese = TEXTS[f"{name}.md"], TEXTS[f"{name}.ja.md"]
    assert re.search("[\u3040-\u30ff]", japanese)
    assert english.count("\n## ") == japanese.count("\n## ")
    for page, other in ((english, f"{Path(name).name}.ja.md"), (japanese, f"{Path(name).name}.md")):
        assert name == "index" or f"]({other})" in page


def not_japanese(index: str) -> list[str]:
    """Return the pages of the Japanese lists that have no twin, without the technical ones."""
    *lists, technical = TREE.findall(index)
    assert "技術資料(英語)" in technical
    names = [one for tree in lists for one in tree.splitlines() if one and one[0] != ":"]
    return [one for one in names if not one.endswith(".ja")]


def test_what_is_not_technical_is_japanese_for_its_readers() -> None:
    index = TEXTS["index.ja.md"]
    assert not_japanese(index) == []
    planted = index.replace("explanation/words.ja", "explanation/words")
    assert not_japanese(planted) == ["explanation/words"]


def test_the_words_of_both_glossaries_are_the_same() -> None:
    english, japanese = (
        re.findall(r"^\| ([^|]+) \|", TEXTS[name], re.MULTILINE)[2:]
        for name in ("glossary.md", "glossary.ja.md")
    )
    assert english == japanese
    assert "cutoff" in english


def test_nothing_of_the_site_comes_from_elsewhere() -> None:
    parts = [*DOCS.glob("_static/*"), *DOCS.glob("_templates/*"), DOCS / "conf.py"]
    assert [path.name for path in parts if "//" in path.read_text("utf-8").replace("://", "")] == []
    assert "artifacts/site" in (DOCS / "site.py").read_text("utf-8")


def test_a_parameter_without_meaning_or_advice_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advice = params.ADVICE.read_text("utf-8")
    planted = advice.replace("\ntune.seed:", "\ntune.sead:")
    (tmp_path / "advice.yaml").write_text(planted, "utf-8")
    monkeypatch.setattr(params, "ADVICE", tmp_path / "advice.yaml")
    with pytest.raises(ValueError, match=r"tune\.seed has no advice; tune\.sead is no parameter"):
        params.page()


def test_a_word_left_out_of_the_glossary_is_written_again() -> None:
    planted = TEXTS["glossary.md"].replace("| cutoff |", "| cut-off |")
    assert write.with_words(planted) == TEXTS["glossary.md"]
