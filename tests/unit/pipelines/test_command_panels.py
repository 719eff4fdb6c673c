"""The help is in the order of the work, and the file of a command is called like its panel."""

import pytest

from pipelines.commands.app import app

FILES = {
    "Data": "data",
    "Looking": "inspect",
    "Stages": "stages",
    "Ranking": "ranking",
    "Serving": "send",
    "Watching": "monitoring",
    "Proving": "proving",
    "Privacy": "privacy",
}
OURS = "pipelines.commands."


def panels() -> dict[str, dict[str, str]]:
    """Return panel -> command -> the file that it stands in, in the order of the help."""
    files: dict[str, dict[str, str]] = {}
    for one in app.registered_commands:
        assert one.callback is not None
        named = one.name or one.callback.__name__
        file = one.callback.__module__.removeprefix(OURS)
        files.setdefault(str(one.rich_help_panel), {})[named] = file
    return files


def test_panels_come_in_the_order_of_the_work() -> None:
    assert list(panels()) == list(FILES)


@pytest.mark.parametrize("panel", FILES)
def test_a_command_stands_in_the_file_of_its_panel(panel: str) -> None:
    ours = {file for file in panels()[panel].values() if not file.startswith(("serve.", "mikomi."))}
    assert ours == {FILES[panel]}


def test_what_watches_stands_together() -> None:
    assert list(panels()["Watching"]) == ["monitor", "shadow", "lift"]
