"""Which columns are protected: what a person may not be judged by.

Decided here: a name decides, in English and Japanese, as whole words. A protected column is refused
as an attribute; it may be listed under `never_use`, or under `audit_only`, which keeps it apart
from the tables so that no feature can see it. A name that only sounds so (`account_age`) is an
attribute if the mapping says why, under `not_protected`; the reason is kept with the data.
"""

import re
from typing import Final

PROTECTED: Final = (
    "a protected attribute is never a feature: list it under audit_only or never_use; "
    "if it only sounds so, say why under not_protected"
)
_WORDS: Final = re.compile(
    r"(?<![a-z])(?:age|age[ _]?(?:group|band|bracket|range)|birth(?:day|date|[ _]?year)?|dob|gender"
    r"|sex|sexual|race|racial|ethnic(?:ity)?|religio(?:n|us)|nationality|citizenship|disab(?:led"
    r"|ility)|pregnan(?:t|cy)|marital|marriage|union|political|party[ _]affiliation|criminal"
    r"|immigration|veteran)(?![a-z])"
    r"|性別|年齢|年代|生年|誕生日|国籍|人種|民族|宗教|信条|思想|障がい|障害者|婚姻|配偶者|既婚|妊娠"
    r"|病歴|犯罪|本籍|労働組合|支持政党",
    re.IGNORECASE,
)


def is_protected(name: str) -> bool:
    """Return whether a column is called like something that a person may not be judged by.

    >>> is_protected("Age_Group"), is_protected("担当者年代"), is_protected("birthDate")
    (True, True, True)
    >>> is_protected("page_views"), is_protected("message"), is_protected("障害件数")
    (False, False, False)
    """
    return bool(_WORDS.search(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)))
