"""The check of names: the project passes it, and it notices every kind of fault."""

import pytest

from tests import names


def test_nothing_in_the_project_breaks_a_rule() -> None:
    assert names.faults() == []


def test_a_planted_name_is_noticed() -> None:
    for name in ("told", "_told", "TOLD_IN_FULL", "LeadsTold", "unseen_words", "isSeen", "kept2"):
        assert list(names.bad_names(f"{name} = 1\n")) == [f"1: the name {name}"]
    for name in ("unfounded", "foundation", "askew", "retold", "unseen_share", "FileNotFoundError"):
        assert list(names.bad_names(f"{name} = 1\n")) == []


def test_hypothesis_may_give() -> None:
    imported = "from hypothesis import given\n"
    assert list(names.bad_names(imported)) == []
    assert list(names.bad_names("from other import given\n")) == ["1: the name given"]


def test_a_planted_docstring_is_noticed() -> None:
    for verb in ("Tell", "Says", "Keep", "Give"):
        text = f'def f():\n    """{verb} what is there."""\n'
        assert list(names.bad_docstrings(text)) == [f"1: a docstring that begins with {verb}"]
    assert list(names.bad_docstrings('"""Saying is not a verb form that is banned."""\n')) == []


def test_two_classes_of_a_name_are_noticed() -> None:
    twice = {"features/a.py": "class Case: ...\n", "models/b.py": "class Case: ...\n"}
    assert names.shared_classes(twice) == ["features/a.py, models/b.py: several classes Case"]
    assert names.shared_classes({"features/a.py": "class Case: ...\n"}) == []


def test_a_function_without_parameters_section_is_noticed() -> None:
    lacking = 'class A:\n    def f(self, a, *, b):\n        """Do it."""\n'
    assert list(names.undescribed(lacking)) == ["2: f does not describe its parameters"]
    section = "Do it.\n\n        Parameters\n        ----------\n        a, b\n            Both."
    assert list(names.undescribed(lacking.replace("Do it.", section))) == []
    assert list(names.undescribed(lacking.replace(", *, b", ""))) == []
    assert list(names.undescribed(lacking.replace("f(", "_f("))) == []


def test_an_undescribed_function_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'def f(a, b):\n    """Do it."""\n'
    monkeypatch.setattr(names, "sources", lambda *_folders: {"features/a.py": text})
    assert names.faults() == ["features/a.py:1: f does not describe its parameters"]
