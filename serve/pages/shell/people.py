"""The names of people on pages: owners of leads, and users.

Decided here: the name of an owner is that of `mikomi user`, else the label of the mapping, which
travels with the model, else the id in the CRM. Two owners of one name are distinguished by ids.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from features.catalog.reserved import OWNER
from features.feature import Text
from features.wording.sentences import Language
from serve.store.people.users import User
from serve.store.ranking.filters import searched

_LABEL: Final = f"{OWNER}="


class PersonNames:
    """Names by id, in one language.

    Parameters
    ----------
    users
        Everyone who may sign in, or might.
    labels
        Of the model's vocabulary.
    language
        Of the labels.

    >>> labels = {"owner_id=S01": Text("Sato", "佐藤"), "owner_id=S02": Text("Sato", "佐藤")}
    >>> people = PersonNames([User("abe", "sales", "S02", display_name="阿部 翔")], labels, "ja")
    >>> people.owner("S01"), people.owner("S02"), people.owner("S99"), people.owner(None)
    ('佐藤', '阿部 翔', 'S99', '')
    """

    def __init__(
        self, users: Iterable[User], labels: Mapping[str, Text], language: Language
    ) -> None:
        users = sorted(users, key=lambda one: one.disabled, reverse=True)
        self._users = {one.user_id: one.display_name for one in users if one.display_name}
        named = {
            code.removeprefix(_LABEL): str(getattr(words, language))
            for code, words in labels.items()
            if code.startswith(_LABEL)
        }
        by_users = {one.owner_id: one.display_name for one in users if one.owner_id}
        named |= {owner: name for owner, name in by_users.items() if name}
        times = Counter(named.values())
        self._sought = [
            (code.removeprefix(_LABEL), f"{words.en}\n{words.ja}")
            for code, words in labels.items()
            if code.startswith(_LABEL)
        ]
        self._owners = {
            owner: name if times[name] == 1 else f"{name} ({owner})"
            for owner, name in named.items()
        }

    def owner(self, owner_id: str | None) -> str:
        """Return the name of an owner; "" if there is none."""
        return "" if owner_id is None else self._owners.get(owner_id, owner_id)

    def user(self, user_id: str | None) -> str:
        """Return the name of a user; "" for everyone on this machine."""
        return self._users.get(user_id or "", user_id or "")

    def choices(self, owner_ids: Iterable[str]) -> list[tuple[str, str]]:
        """Return owners with their names, sorted by name."""
        named = [(one, self.owner(one)) for one in owner_ids]
        return sorted(named, key=lambda pair: (pair[1], pair[0]))

    def called(self, text: str) -> frozenset[str]:
        """Return the owners whose name, in either language, contains a text, ignoring case."""
        sought, names = searched(text), [*self._owners.items(), *self._sought]
        return frozenset(one for one, name in names if sought in searched(name))
