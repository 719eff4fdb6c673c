"""The page of the `mikomi` command, from the command itself."""

from typing import Any

from typer.main import get_command

from docs.reference import WRITTEN, markdown
from pipelines.commands.app import app


def page() -> str:
    """Return the page: every command with its arguments and options."""
    commands: dict[str, Any] = vars(get_command(app))["commands"]
    parts = [_command(name, command) for name, command in commands.items()]
    return f"{WRITTEN}# The `mikomi` command\n{''.join(parts)}"


def _command(name: str, command: Any) -> str:
    inner: dict[str, Any] = getattr(command, "commands", {})
    below = [_command(f"{name} {part}", child) for part, child in inner.items()]
    rows = [
        [", ".join(f"`{opt}`" for opt in parameter.opts), _default(parameter), parameter.help or ""]
        for parameter in command.params
        if "--help" not in parameter.opts and not getattr(parameter, "hidden", False)
    ]
    grid = f"\n{markdown(['option', 'default', 'meaning'], rows)}" if rows else ""
    paragraphs = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    text = "\n\n".join(paragraphs)
    return "".join([f"\n## mikomi {name}\n\n{text}\n{grid}", *below])


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    return "" if default is None or callable(default) else str(default)
