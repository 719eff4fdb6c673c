"""A provider of mailboxes is no account: not of an export, not of a request, in no language."""

from datetime import UTC, datetime

import msgspec
import pandas as pd
import pytest

from features.reading.free_mail import account_of, free_mail, is_free_mail
from serve.scoring.loaded_model import LoadedModel
from serve.wire.bodies import ScoreBody, read, request_from_body
from serve.wire.records import CodedScoreRequest
from tests import served

PROVIDERS = (
    "gmail.com", "yahoo.co.jp", "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp",
    "i.softbank.jp", "icloud.com", "outlook.jp", "ymobile.ne.jp", "t.vodafone.ne.jp", "nifty.com",
)  # fmt: skip
COMPANIES = ("A-1", "toyota.co.jp", "docomo.co.jp", "softbank", "mygmail.com", "yahoo", "sato@a.jp")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_providers_are_no_accounts(provider: str) -> None:
    for written in (
        provider,
        provider.upper(),
        f"taro@{provider}",
        f" {provider} ",
        f"www.{provider}",
    ):
        assert is_free_mail(written)
        assert account_of(written) is None


@pytest.mark.parametrize("company", COMPANIES)
def test_companies_are(company: str) -> None:
    assert account_of(company) == company


def test_missing_ids_stay_missing() -> None:
    ids = pd.Series(["gmail.com", None, "A-1", "Ａ-1@ｇｍａｉｌ．com"], dtype="str")
    assert free_mail(ids).tolist() == [True, False, False, True]


def test_a_body_with_a_provider_has_no_account() -> None:
    sent = served.body(3) | {"account_id": "taro@ezweb.ne.jp"}
    body = read(ScoreBody, msgspec.json.encode(sent))
    assert (
        request_from_body(body, datetime(2030, 1, 1, tzinfo=UTC)).histories[0].lead.account_id
        is None
    )
    named = sent | {"account_id": None, "account": {"account_id": "gmail.com", "attributes": {}}}
    request = request_from_body(
        read(ScoreBody, msgspec.json.encode(named)), datetime(2030, 1, 1, tzinfo=UTC)
    )
    assert request.account is None
    assert request.histories[0].lead.account_id is None


def test_the_other_way_of_reading_a_body_has_no_account_either() -> None:
    account = {"account_id": "gmail.com", "attributes": {"industry": "IT"}}
    body = msgspec.json.encode(served.body(3) | {"account": account})
    loaded = LoadedModel(served.artifact())
    request = loaded.request_from_bytes(body, datetime(2030, 1, 1, tzinfo=UTC))
    assert isinstance(request, CodedScoreRequest)
    assert request.account is None
    assert request.lead.account_id is None
