"""Accounts that are none: domains at which anybody has a mailbox.

Decided here: where the account of a lead is derived from its address, the people of a provider
would become one company of thousands. Such a domain, an address at it, or one below it
(`ezweb.ne.jp` of telephones) is no account, in an export as in a request.
"""

from typing import Final

import pandas as pd

from features.reading.normalize import folded

_WORLDWIDE: Final = """
gmail.com googlemail.com yahoo.com ymail.com rocketmail.com outlook.com hotmail.com live.com
msn.com aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.com gmx.net gmx.de
web.de t-online.de freenet.de mail.com mail.ru yandex.ru yandex.com qq.com 163.com 126.com
foxmail.com sina.com naver.com hanmail.net daum.net zoho.com fastmail.com tutanota.com hey.com
inbox.com comcast.net verizon.net att.net btinternet.com orange.fr free.fr laposte.net
wanadoo.fr libero.it
"""
_JAPAN: Final = """
yahoo.co.jp ymail.ne.jp outlook.jp hotmail.co.jp live.jp excite.co.jp goo.jp goo.ne.jp
infoseek.jp aol.jp nifty.com nifty.ne.jp biglobe.ne.jp so-net.ne.jp ocn.ne.jp plala.or.jp
dion.ne.jp eonet.ne.jp jcom.home.ne.jp jcom.zaq.ne.jp zaq.ne.jp asahi-net.or.jp odn.ne.jp
hi-ho.ne.jp sannet.ne.jp tiki.ne.jp wakwak.com commufa.jp ybb.ne.jp mineo.jp iijmio-mail.jp
rakuten.jp docomo.ne.jp ezweb.ne.jp au.com uqmobile.jp softbank.ne.jp softbank.jp i.softbank.jp
vodafone.ne.jp disney.ne.jp ymobile.ne.jp y-mobile.ne.jp emnet.ne.jp emobile.ne.jp pdx.ne.jp
willcom.com wcm.ne.jp rakumail.jp
"""
"""Portals, telephones and access providers."""
FREE_MAIL: Final = frozenset(f"{_WORLDWIDE} {_JAPAN}".split())


def is_free_mail(account_id: str) -> bool:
    """Return whether an id of an account names a provider of mailboxes.

    >>> is_free_mail("Taro@Docomo.ne.jp"), is_free_mail("yahoo.co.jp"), is_free_mail("gmail.com.")
    (True, True, True)
    >>> is_free_mail("A-1"), is_free_mail("mygmail.com"), is_free_mail("t.vodafone.ne.jp")
    (False, False, True)
    """
    domain = folded(account_id).lower().rpartition("@")[2].strip(".").removeprefix("www.")
    parts = domain.split(".")
    return any(".".join(parts[begin:]) in FREE_MAIL for begin in range(len(parts) - 1))


def account_of(account_id: str | None) -> str | None:
    """Return an id of an account in its form; None without, and of a provider of mailboxes.

    >>> account_of(" Ａ-1 "), account_of("icloud.com"), account_of("")
    ('A-1', None, None)
    """
    if not account_id or is_free_mail(account_id):
        return None
    return folded(account_id)


def free_mail(account_ids: pd.Series) -> pd.Series:
    """Return which ids name a provider of mailboxes; a missing one does not."""
    known = account_ids.dropna().astype("str")
    named = {one: is_free_mail(one) for one in known.unique()}
    marks = known.map(named).astype("bool")
    return marks.reindex(account_ids.index, fill_value=False)
