"""The next step: which rule fits, what it says, and files that cannot be used."""

from datetime import timedelta
from pathlib import Path

import pytest

from features.errors import BadParams
from serve.insight.next_step import OWN, LeadFacts, NextStep, Rules, Writer, read_rules
from tests.clocked import NOW

ALL = frozenset(("company_size", "employee_count", "job_role", "industry", "department", "region"))
PLAIN = LeadFacts("call", "cold", None, None, aside=False, rising=False, known=ALL)
DAY = timedelta(days=1)


def step(facts: LeadFacts, language: str = "en", rules: Rules | None = None) -> NextStep:
    writer = Writer(language, lambda at: f"{at:%d.%m.}", str.upper, str, "a reason")  # type: ignore[arg-type]
    return (rules or read_rules()).next_step(facts, writer, NOW)


@pytest.mark.parametrize(
    ("facts", "code", "why"),
    [
        (PLAIN, "nurture", "nothing calls for more now"),
        (
            PLAIN._replace(band="hot", hot_at=NOW - DAY, hot_until=NOW + 9 * DAY),
            "call",
            "hot since 31.05., until 10.06. if nothing happens",
        ),
        (PLAIN._replace(band="warm", known=ALL - {"job_role"}), "ask", "not known yet"),
        (PLAIN._replace(band="warm", rising=True), "send", "interest is rising"),
        (PLAIN._replace(standing="sleeping", woke_at=NOW - DAY), "call", "woke up on 31.05."),
        (
            PLAIN._replace(standing="lost", band="hot", hot_at=NOW - DAY),
            "call",
            "hot since 31.05.",
        ),
        (PLAIN._replace(standing="lost", band="warm"), "send", "lost before, and not hot"),
        (
            PLAIN._replace(standing="deal", stage_since=NOW - 31 * DAY, band="hot"),
            "move_deal",
            "31 days in the same stage",
        ),
        (PLAIN._replace(standing="customer", won_at=NOW - 5 * DAY), "look_after", "won on 27.05."),
        (
            PLAIN._replace(work="snoozed", aside=True, until=NOW + DAY, worked_at=NOW),
            "wait",
            "snoozed, on 01.06.",
        ),
        (PLAIN._replace(work="snoozed", until=NOW - DAY), "call", "back since 31.05."),
        (
            PLAIN._replace(work="disqualified", result="no_need", aside=True, worked_at=NOW),
            "leave",
            "disqualified on 01.06. (no_need)",
        ),
    ],
)
def test_the_first_rule_that_fits_says_what_and_why(facts: LeadFacts, code: str, why: str) -> None:
    result = step(facts)
    assert result.code == code
    assert why in result.why
    japanese = step(facts, "ja")
    assert japanese.code == code
    assert japanese.why != result.why


def test_the_missing_fact_is_named() -> None:
    wanted = step(PLAIN._replace(band="warm", known=ALL - {"region", "job_role"}))
    assert (wanted.what, wanted.missing) == ("Ask: JOB_ROLE", "job_role")


def test_the_fact_to_ask_for_is_the_one_that_could_move_the_lead_most() -> None:
    few = PLAIN._replace(band="warm", known=ALL - {"region", "job_role", "department"})
    assert step(few).missing == "job_role", "the order of the file, where nothing is known"
    assert step(few._replace(telling=("region", "industry", "job_role"))).missing == "region"
    assert step(few._replace(telling=("hobby", "job_role"))).missing == "job_role"
    assert step(few._replace(telling=())).code == "send", "what moves nothing is no question"


def test_what_to_send_names_the_interest_and_its_topic() -> None:
    warm = PLAIN._replace(band="warm", interest="comparing", topic="pricing")
    assert step(warm).what == "Send what fits the interest (pricing)"
    assert step(warm).why == "comparing; not hot yet"
    assert step(warm, "ja").what == "関心に合う資料を送る（pricing）"
    assert step(PLAIN._replace(band="warm")).what == "Send what fits the interest"


@pytest.mark.parametrize("standing", ["call", "lost", "sleeping", "deal", "customer"])
@pytest.mark.parametrize("band", ["hot", "warm", "cold", None])
@pytest.mark.parametrize("rising", [True, False])
def test_nothing_is_sent_to_whom_does_not_want_mails(
    standing: str, band: str | None, *, rising: bool
) -> None:
    facts = PLAIN._replace(
        standing=standing, band=band, rising=rising, won_at=NOW, heard_at=NOW - 40 * DAY
    )
    assert step(facts._replace(no_mails=True)).code not in ("send", "nurture")
    if (standing, band) == ("call", "warm"):
        assert step(facts).code == "send"


def test_a_company_changes_the_rules(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    text = OWN.read_text("utf-8").replace("hot_within_days: 14", "hot_within_days: 400")
    own.write_text(text.replace("Call today", "Visit today"), "utf-8")
    facts = PLAIN._replace(band="hot", hot_at=NOW - 100 * DAY)
    assert step(facts).what == "Call this week"
    assert step(facts, rules=read_rules(own)).what == "Visit today"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - code: nurture\n    when: {}", "  - code: nurture\n    when: {band: [cold]}"),
        ("ask_for:", "ask_four:"),
        ("{stage_days} days in the same stage", "{days} days in the same stage"),
        ("{aside: true}", "{aside: maybe}"),
        ("steps:", "steps: ["),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, before: str, after: str) -> None:
    own = tmp_path / "own.yaml"
    text = OWN.read_text("utf-8")
    assert before in text
    own.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(BadParams, match="correct the file"):
        read_rules(own)
    with pytest.raises(BadParams):
        read_rules(tmp_path / "none.yaml")


def test_a_call_that_helps_most_is_named_only_where_it_is_known() -> None:
    hot = PLAIN._replace(band="hot", hot_at=NOW - DAY)
    assert "a call helps" not in step(hot).why
    assert step(hot._replace(call_helps=True)).why.endswith("; a call helps most here")
    assert "電話の効果が特に高い" in step(hot._replace(call_helps=True), "ja").why
    assert step(PLAIN._replace(call_helps=True)).code == "call"
    assert (
        step(PLAIN._replace(call_helps=True, standing="customer", won_at=NOW - DAY)).code != "call"
    )
