"""The database of the commands `key`, `user` and `feedback`: the one that the environment names.

Decided here: only a command that adds may create it; the others refuse one that does not exist. In
the audit a command is `BY`: who runs it on the machine of the database is known there, not here.
"""

import os
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from serve.cli.opening import open_existing, open_or_create
from serve.settings import Settings
from serve.store.audit import Audit, AuditLine
from serve.store.people.api_keys import ApiKeys
from serve.store.people.identities import Identities
from serve.store.people.users import Users
from serve.store.receipts.feedback import Feedback
from serve.stored_leads.store import Store

BY: Final = "command"


def keys(*, new: bool = False) -> ApiKeys:
    """Open the keys; `new` creates the database if there is none."""
    return ApiKeys(_store(new=new))


def users(*, new: bool = False) -> Users:
    """Open the users; `new` creates the database if there is none."""
    return Users(_store(new=new))


def identities() -> Identities:
    """Open the links to a provider of sign-ins."""
    return Identities(_store(new=False))


def issuer() -> str:
    """Return the address of the provider of sign-ins, as the environment names it."""
    return Settings.read(os.environ).oidc_issuer


def audit() -> Audit:
    """Open the audit."""
    return Audit(_store(new=False))


def note(what: str, at: datetime) -> None:
    """Add a line to the audit about what a command did.

    Parameters
    ----------
    what
        Was done.
    at
        The moment.
    """
    audit().add(AuditLine(at, what, BY, None, {}))


def verdicts() -> Feedback:
    """Open the verdicts."""
    return Feedback(_store(new=False))


def store() -> Store:
    """Open everything that is stored."""
    return Store(_store(new=False))


def _store(*, new: bool) -> Engine:
    url = Settings.read(os.environ).database_url
    return open_or_create(url) if new else open_existing(url)
