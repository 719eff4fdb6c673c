"""The usual names of exports: types of activity and columns that mikomi has words for.

Decided here: a type that an export calls by another of its usual names has the words of the type,
unless the mapping labels it or another type of the export has them already. Only the words are
borrowed: codes and features stay those of the export. A column without a label is named by its
words, in small letters but for abbreviations; one that is written in words stays as it is.
"""

import re
from collections.abc import Sequence
from typing import Final

_NAMES: Final = {
    "page_view": (
        "pageviews",
        "pagevisit",
        "pagevisited",
        "webvisit",
        "websitevisit",
        "ページ閲覧",
    ),
    "email_open": ("emailopened", "emailopens", "mailopen", "mailopened", "メール開封"),
    "email_click": ("emailclicked", "emaillinkclicked", "mailclick", "メールクリック"),
    "form": ("forms", "formsubmit", "formsubmitted", "formsubmission", "フォーム", "フォーム送信"),
    "download": ("downloads", "downloaded", "資料ダウンロード", "資料請求"),
    "seminar": ("seminars", "webinar", "webinars", "セミナー", "ウェビナー"),
    "trial": ("trials", "trialuse", "トライアル"),
    "call": ("calls", "phone", "phonecall", "phonecalls", "telephone", "電話", "架電", "通話"),
    "meeting": ("meetings", "appointment", "appointments", "visit", "訪問", "面談", "打ち合わせ"),
    "inquiry": ("inquiries", "enquiry", "contactrequest", "問い合わせ", "お問い合わせ"),
    "support_ticket": ("ticket", "tickets", "supportcase", "supporttickets", "サポート"),
    "social_mention": ("mention", "mentions", "socialmedia"),
}
_TYPE_OF: Final = {name: kind for kind, names in _NAMES.items() for name in (*names, kind)}
_ABBREVIATIONS: Final = frozenset({"ad", "crm", "id", "ip", "seo", "sns", "url", "utm"})
_TRACKING: Final = frozenset(
    {"campaign", "cookie", "dclid", "fbclid", "gclid", "ip", "landing", "medium", "msclkid"}
    | {"referer", "referrer", "referring", "session", "ua", "url", "utm", "yclid", "流入元"}
)
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def usual_type(name: str, types: Sequence[str] = ()) -> str:
    """Return the type of activity whose words a name may have; the name itself if there is none.

    Parameters
    ----------
    name
        The name of a type.
    types
        All types of the export; two of one meaning keep their own names.

    Examples
    --------
    >>> usual_type("Phone Call"), usual_type("phone_call", ("phone_call", "call"))
    ('call', 'phone_call')
    """
    own = _meaning(name)
    if own is None or sum(_meaning(other) == own for other in types) > 1:
        return name
    return own


def column_words(name: str) -> str:
    """Return the English words of a column without a label.

    >>> column_words("utm_campaign"), column_words("TotalVisits"), column_words("AMOUNT_REQ")
    ('UTM campaign', 'Total visits', 'Amount req')
    >>> column_words("how did you hear about X Education")
    'How did you hear about X Education'
    """
    if " " in name.strip():
        return name[:1].upper() + name[1:]
    words = _split(name.replace("_", " "))
    joined = " ".join(word.upper() if word in _ABBREVIATIONS else word for word in words)
    return joined[:1].upper() + joined[1:]


def is_tracking(name: str) -> bool:
    """Return whether a column holds what a website measured, which no lead can be asked for.

    >>> is_tracking("utm_campaign"), is_tracking("LandingPage"), is_tracking("company_size")
    (True, True, False)
    """
    return not _TRACKING.isdisjoint(_split(_NO_LETTERS.sub(" ", name)))


def _split(name: str) -> list[str]:
    return _HUMP.sub(" ", name).lower().split()


def _meaning(name: str) -> str | None:
    return _TYPE_OF.get(name, _TYPE_OF.get(_NO_LETTERS.sub("", name.casefold())))
