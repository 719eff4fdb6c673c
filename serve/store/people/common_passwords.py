"""Passwords that are guessed first: short words with what people add to them.

Decided here: a password is common if nothing else is left of it once its digits, its signs and its
repetitions are taken away, or if it holds the user's own name and little more.
"""

import re
from typing import Final

_LEAST_OWN: Final = 6
"""Characters besides the user's name."""
_WORDS: Final = frozenset(
    """
    abc abcd abcdef abcdefg access account admin administrator aaa asdf asdfgh
    asdfghjkl azerty baseball batman changeme charlie computer company default demo
    dragon enter flower football freedom guest hello hunter iloveyou internet killer
    letmein login love lovely loveyou manager master michael mikomi monkey mypass
    mypassword mysecret nihon nothing office pass passwd password passwort please
    princess public qazwsx qazwsxedc qwerty qwertyuiop qwertz root sales salesforce
    samurai secret server shadow simple soccer spring starwars summer autumn winter
    sunshine superman sakura superuser temp temporary test testing tokyo trustno
    trustnoone user username welcome whatever yamada tanaka suzuki satou zxcvbn
    zxcvbnm
    """.split()  # noqa: SIM905 - shorter than a list
)
_AS_LETTERS: Final = str.maketrans("@$01345!", "asoleasi")


def is_common(password: str, user_id: str) -> bool:
    """Return whether a password is guessed first.

    Parameters
    ----------
    password
        In plain text.
    user_id
        The name of its user.

    >>> [is_common(one, "sato") for one in ("P@ssw0rd2026!", "1234567890", "sato-sato-1")]
    [True, True, True]
    >>> is_common("correct horse", "sato")
    False
    """
    lower = password.casefold()
    word = re.sub(r"[\W\d_]+$", "", lower).translate(_AS_LETTERS)
    plain = {_once(re.sub(r"[\W\d_]", "", one)) for one in (lower, word)}
    own = lower.replace(user_id.casefold(), "") if user_id else lower
    little = own != lower and len(re.sub(r"[\W\d_]", "", own)) < _LEAST_OWN
    return little or len(set(lower)) <= 2 or bool(plain & (_WORDS | {""}))  # noqa: PLR2004 - two letters


def _once(text: str) -> str:
    """Return a text of one word repeated as that word.

    >>> _once("testtest"), _once("test")
    ('test', 'test')
    """
    match = re.fullmatch(r"(.+?)\1+", text)
    return match[1] if match else text
