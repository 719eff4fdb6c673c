"""What each number on a page means: one definition, shown by a tap, a key or the pointer.

Decided here: a number, or the head of its column, is a button that opens a popover, which browsers
do without a script; where they cannot, all definitions stand at the end of the page. The first
button of a definition is reached by the Tab key; further ones, as in the rows of a list, by tap and
pointer, so that the way through a list stays short.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from serve.pages.shell.definition_texts import DEFINITIONS
from serve.pages.shell.page_words import PageWords

_BUTTON: Final = Markup(
    '<button type="button" class="defined" popovertarget="what-{code}"{more}>{label}</button>'
)


class Definition(NamedTuple):
    """A definition that a page shows."""

    code: str
    name: Markup
    text: Markup


class Definitions:
    """The definitions of one page, as they are needed while it is rendered.

    Parameters
    ----------
    words
        The language.
    what
        Returns what is predicted; called where a definition names it.
    """

    def __init__(self, words: PageWords, what: Callable[[], str]) -> None:
        self._words, self._what = words, what
        self._used: dict[str, Definition] = {}

    def __call__(self, code: str, label: str | None = None) -> Markup:
        """Return the button of a number.

        Parameters
        ----------
        code
            Of the definition.
        label
            The number; missing means the name of the definition, as at the head of a column.
        """
        first = code not in self._used
        if first:
            self._used[code] = self._defined(code)
        own = self._used[code]
        more = Markup(' title="{}"').format(own.text) if first else Markup(' tabindex="-1"')
        return _BUTTON.format(code=code, more=more, label=own.name if label is None else label)

    def used(self) -> list[Definition]:
        """Return the definitions that the page needs so far."""
        return list(self._used.values())

    def _defined(self, code: str) -> Definition:
        name, text = DEFINITIONS[code]
        translated = self._words.translations.gettext(text)
        values = {"what": self._what()} if "%(what)s" in text else {}
        return Definition(code, escape(self._words.say(name)), escape(translated % values))
