"""Who a lead is, as pages show it: company and person, and links to call or write.

Decided here: a link holds only digits, or only what an address may hold; anything else is shown as
text. A lead without a name is shown by the attribute that names it, else by its id.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from features.reading.normalize import folded
from serve.store.leads.display import Shown
from serve.wire.records import Value

CONSENT: Final = ("consent", "mail_consent", "mailing_consent", "marketing_consent", "opt_in")
"""Where it is recorded whether a lead agreed to mails: attributes, or what is shown of it."""
_REFUSED: Final = frozenset(
    {
        *(
            "拒否",
            "不可",
            "なし",
            "無",
            "無し",
            "いいえ",
            "未同意",
            "同意なし",
            "不同意",
            "配信停止",
            "停止",
        ),
        *("no", "n", "false", "0", "none", "opt-out", "opt out", "optout", "unsubscribed"),
        *("denied", "declined", "refused", "×", "✗"),
    }
)
"""How it is recorded that a lead does not want mails."""
_COMPANY: Final = ("company", "company_name", "account")
_PERSON: Final = ("name", "full_name", "person", "contact_name")
_TELEPHONE: Final = ("telephone", "phone", "mobile")
_EMAIL: Final = ("email", "mail")
_KANA: Final = ("company_kana", "name_kana")
_ATTRIBUTES: Final = (
    "name",
    "lead_name",
    "full_name",
    "contact_name",
    "company",
    "company_name",
    "account.name",
    "account.company_name",
)
_ADDRESS: Final = re.compile(r"[^@\s<>\"',;:?&%]+@[^@\s<>\"',;:?&%]+")
_LEAST_DIGITS: Final = 5


@dataclass(frozen=True)
class Contact:
    """Who a lead is.

    Attributes
    ----------
    title
        The company, else the person, else what an attribute names, else the id.
    person
        Beside the company; "" if it is the title.
    company, name, telephone, email
        As they were sent; "" where missing.
    call, write
        Addresses of links; "" where there is none.
    kana
        The readings of both names.
    others
        Whatever else is shown of the lead, by name.
    """

    title: str
    person: str = ""
    company: str = ""
    name: str = ""
    telephone: str = ""
    call: str = ""
    email: str = ""
    write: str = ""
    kana: str = ""
    others: dict[str, str] = field(default_factory=dict)


def contact_of(lead_id: str, attributes: Mapping[str, Value], shown: Shown) -> Contact:
    """Build who a lead is.

    Parameters
    ----------
    lead_id
        The lead.
    attributes
        Value by name.
    shown
        What may be shown of it, by name; empty for who may not see it.

    >>> one = contact_of(
    ...     "L-1", {}, {"company": "東亜工業", "name": "佐藤", "telephone": "03-0123-4567"}
    ... )
    >>> one.title, one.person, one.call
    ('東亜工業', '佐藤', 'tel:0301234567')
    >>> (
    ...     contact_of("L-1", {"name": "佐藤 花子"}, {}).title,
    ...     contact_of("L-1", {"name": " "}, {}).title,
    ... )
    ('佐藤 花子', 'L-1')
    """
    company, name, telephone, email = (
        _first(shown, names) for names in (_COMPANY, _PERSON, _TELEPHONE, _EMAIL)
    )
    used = {*_COMPANY, *_PERSON, *_TELEPHONE, *_EMAIL, *_KANA}
    return Contact(
        title=company or name or _first(attributes, _ATTRIBUTES) or lead_id,
        person=name if company else "",
        company=company,
        name=name,
        telephone=telephone,
        call=_call(telephone),
        email=email,
        write=f"mailto:{quote(email, safe='@')}" if _ADDRESS.fullmatch(email) else "",
        kana=" ".join(shown[one] for one in _KANA if shown.get(one)),
        others={key: text for key, text in shown.items() if key not in used},
    )


def consent_of(attributes: Mapping[str, Value], shown: Shown) -> str:
    """Return what is recorded about the agreement to mails; "" if nothing is.

    Parameters
    ----------
    attributes
        Of the lead.
    shown
        What may be shown of it.
    """
    values = (source.get(name) for name in CONSENT for source in (shown, attributes))
    return next((str(one) for one in values if one not in (None, "")), "")


def refuses_mails(attributes: Mapping[str, Value], shown: Shown) -> bool:
    """Return whether it is recorded that a lead does not want mails.

    Parameters
    ----------
    attributes
        Of the lead.
    shown
        What may be shown of it.

    >>> refuses_mails({"opt_in": False}, {}), refuses_mails({}, {"consent": "同意"})
    (True, False)
    """
    return folded(consent_of(attributes, shown)).strip().casefold() in _REFUSED


def _first(values: Mapping[str, Value], names: tuple[str, ...]) -> str:
    texts = (str(values[name]).strip() for name in names if values.get(name))
    return next((text for text in texts if text), "")


def _call(telephone: str) -> str:
    text = folded(telephone)
    digits = re.sub(r"\D", "", text)
    if len(digits) < _LEAST_DIGITS:
        return ""
    return f"tel:{'+' if text.startswith('+') else ''}{digits}"
