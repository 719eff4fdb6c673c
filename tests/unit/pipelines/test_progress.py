"""Progress where there is no terminal: a line a step, and not a line for everything."""

import pytest

from pipelines.commands.console import ProgressLine, tracked


def test_a_line_for_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine()
    for step in ("evaluate: baselines", "evaluate: baselines", "evaluate: segments"):
        line(step, 0, None)
    assert capsys.readouterr().err.splitlines() == [
        "evaluate: baselines",
        "evaluate: segments",
    ]


def test_many_things_are_reported_by_tenths(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tracked(range(1000), "score", 1000)) == list(range(1000))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "score: 1 of 1,000"
    assert 10 <= len(lines) <= 11
    assert list(tracked("a", "rank", 1)) == ["a"]
    assert not capsys.readouterr().err
