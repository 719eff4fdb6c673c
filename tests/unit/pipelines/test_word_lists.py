"""A company's own word lists: what they change, and what is wrong with a bad file."""

from pathlib import Path

import pytest

from features.errors import BadParams
from features.words.intents import INTENTS
from pipelines.run import word_lists

OWN = """
audit: {label: {en: an audit, ja: 監査}, words: [監査, audit*]}
budget: {label: {en: money, ja: お金}, words: [お金]}
thanks: {label: {en: thanks, ja: お礼}, words: []}
"""


def file(folder: Path, text: str) -> str:
    path = folder / "words.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def test_own_lists_stand_beside_those_of_mikomi_or_in_their_place(tmp_path: Path) -> None:
    lists = word_lists.intents(file(tmp_path, OWN))
    assert lists["audit"].words == ("監査", "audit*")
    assert (lists["budget"].label.ja, lists["budget"].words) == ("お金", ("お金",))
    assert set(lists) == {*INTENTS, "audit"} - {"thanks"}


def test_none_leaves_all_lists_out() -> None:
    assert word_lists.intents("none") == {}
    assert word_lists.intents("") == INTENTS


def test_all_faults_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    bad = (
        "audit: {label: {en: an audit}, words: 監査}\nBad code: {label: {en: a, ja: b}, words: []}"
    )
    with pytest.raises(BadParams) as error:
        word_lists.intents(file(tmp_path, bad))
    text = str(error.value)
    for part in ("audit.label.ja", "audit.words", "Bad code", "label: {en: ..., ja: ...}"):
        assert part in text


@pytest.mark.parametrize("text", ["- a list", "a: [", "\x00"])
def test_a_file_that_is_no_lists_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadParams, match=r"words\.yaml"):
        word_lists.intents(file(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadParams, match=r"nowhere\.yaml"):
        word_lists.intents(str(tmp_path / "nowhere.yaml"))
