"""The page of the server's settings: every variable with its meaning, default and limits.

Decided here: meaning comes from the `Attributes` of `Settings`, default and limits from its JSON
schema; a setting without meaning, and a meaning without a setting, is an error.
"""

from typing import Any, Final

from docs.params import attributes, limits
from docs.reference import WRITTEN
from serve.settings import PREFIX, Settings

HEAD: Final = """# Settings of the server

Environment variables, read once when `mikomi serve` starts, which prints them with their values but
for those that may hold a password. Values that cannot be used are refused, all at once; a variable
that is not listed here is ignored.

| variable | default | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """Return the page.

    Raises
    ------
    ValueError
        If a setting has no meaning, or a meaning no setting.
    """
    meanings = dict(attributes(Settings))
    rules: dict[str, dict[str, Any]] = Settings.model_json_schema()["properties"]
    if wrong := sorted(set(meanings) ^ set(rules)):
        raise ValueError(f"a setting without meaning, or a meaning without a setting: {wrong}")
    return WRITTEN + HEAD + "".join(_row(name, rules[name], meanings[name]) for name in rules)


def _row(name: str, rule: dict[str, Any], meaning: str) -> str:
    default = rule.get("default")
    shown = f"`{default}`" if default not in (None, "") else ""
    allowed = [one for one in dict.fromkeys(limits(rule)) if one]
    words = f"{meaning} {', '.join(allowed).capitalize()}." if allowed else meaning
    return f"| `{PREFIX}{name.upper()}` | {shown} | {words} |\n"
