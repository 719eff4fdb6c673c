"""What is written says what the code says: pages, README figures, the Japanese README."""

import re
from pathlib import Path

import pytest

from docs import write

ROOT = Path(__file__).parents[2]
PAGES = write.pages()


@pytest.mark.parametrize("path", sorted(PAGES))
def test_page_is_what_the_code_tells(path):
    assert (ROOT / path).read_text() == PAGES[path], "run `make docs`"


@pytest.mark.parametrize("readme", write.READMES)
def test_a_figure_changed_by_hand_is_noticed(readme):
    """The planted fault: another digit in a figure block."""
    text = (ROOT / readme).read_text()
    block = re.search(r"<!-- figures:\w+ -->\n.*?(\d)", text, re.DOTALL)
    assert block, "a README without figures"
    other = str((int(block[1]) + 1) % 10)
    forged = text[: block.start(1)] + other + text[block.end(1) :]
    assert write.with_figures(readme, forged) != forged


def shape(text: str) -> list[str]:
    """Headings by depth, code blocks, figure blocks: what both languages share."""
    return re.findall(r"^#+(?= )|^```.*?^```|<!-- figures:\w+ -->", text, re.MULTILINE | re.DOTALL)


def test_both_readmes_are_equals():
    english, japanese = (shape((ROOT / name).read_text()) for name in write.READMES)
    assert english == japanese


def test_a_block_left_out_of_one_language_is_noticed():
    assert shape("# a\n```\nmake demo\n```\n") != shape("# あ\n")


@pytest.mark.parametrize("readme", write.READMES)
def test_files_that_the_readme_names_exist(readme):
    text = (ROOT / readme).read_text()
    links = re.findall(r"\]\(([^)#]+)\)", text)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert links
    assert missing == []
