"""The language that notebooks show."""

from features.errors import BadInput
from features.wording.sentences import Language
from features.wording.translation import LANGUAGES

_shown: list[Language] = ["en"]


def language(name: Language | None = None) -> Language:
    """Return the language of what is shown; with a name, change it first.

    Raises
    ------
    BadInput
        If the name is not that of a language.

    Examples
    --------
    >>> language("ja"), language(), language("en")
    ('ja', 'ja', 'en')
    """
    if name is not None:
        if name not in LANGUAGES:
            raise BadInput.of(f"language {name!r}", f"one of {', '.join(LANGUAGES)}", "take one")
        _shown[:] = [name]
    return _shown[0]
