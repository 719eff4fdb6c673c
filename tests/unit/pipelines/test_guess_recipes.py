"""The first mapping of each system's standard export is right without a question."""
# ruff: noqa: E501 - a line an export

from pathlib import Path

import pandas as pd
import pytest

from features.errors import BadRequest
from pipelines.intake.guess.recipe import systems
from tests.strange_exports import (
    ROWS,
    STATES,
    begin,
    column,
    end,
    ends,
    first_mapping,
    outcome_dates,
    outcome_values,
    stamps,
    words,
)

PLANNED = stamps(end, "%Y-%m-%d")
PROBABILITY = column(lambda n, s: {"won": "100", "lost": "0"}.get(s, str(10 + n % 9 * 10)))
STAGE = words(won="Closed Won", lost="Closed Lost", open="Negotiation")
STATUS = words(won="Won", lost="Lost", open="Open")
PHASE = words(won="受注", lost="失注", open="提案")
OVER = ends("won", "lost")
# system, headers: id, created, state, date of the end, source, probability, name; state; dates
EXPORTS = [
    ("salesforce", "Id CreatedDate StageName CloseDate LeadSource Probability Name", STAGE, PLANNED),
    ("salesforce", "商談_ID 作成日 フェーズ 完了予定日 リードソース 確度_(%) 商談名", PHASE, PLANNED),
    ("hubspot", "Record_ID Create_Date Deal_Stage Close_Date Deal_Type Deal_probability Deal_Name",
     words(won="Closed won (Sales Pipeline)", lost="Closed lost (Sales Pipeline)",
           open="Contract sent (Sales Pipeline)"), PLANNED),
    ("hubspot", "レコードID 作成日 取引ステージ クローズ日 取引タイプ 取引の確度 取引名", PHASE, PLANNED),
    ("dynamics", "(Do_Not_Modify)_Opportunity Created_On Status Actual_Close_Date Lead_Source "
     "Probability Topic", STATUS, OVER),
    ("dynamics", "(変更不可)_営業案件 作成日 状態 実際のクローズ日 リード_ソース 確度 件名", PHASE, OVER),
    ("pipedrive", "Deal_-_ID Deal_-_Deal_created Deal_-_Status Deal_-_Won_time Deal_-_Source "
     "Deal_-_Probability Deal_-_Title", STATUS, ends("won")),
    ("pipedrive", "取引_-_ID 取引_-_作成日時 取引_-_ステータス 取引_-_成立日時 取引_-_流入元 取引_-_確度 "
     "取引_-_タイトル", PHASE, ends("won")),
    ("zoho", "Record_Id Created_Time Stage Closing_Date Lead_Source Probability_(%) Deal_Name", STAGE,
     PLANNED),
    ("zoho", "レコードID 作成日時 ステージ 完了予定日 データ元 確度_(%) 商談名", PHASE, PLANNED),
    ("odoo", "ID Created_on Won/Lost Closed_Date Source Probability Opportunity", STATUS, OVER),
    ("odoo", "外部ID 作成日時 受注/失注 クローズ日 参照元 確率 案件名", PHASE, OVER),
    ("kintone", "レコード番号 作成日時 案件状況 完了日 流入経路 確度 案件名", PHASE, OVER),
    ("kintone", "Record_number Created_datetime Status Closed_date Lead_source Probability Deal_name",
     STATUS, OVER),
    ("sansan", "案件ID 作成日時 案件ステータス 完了日 流入経路 確度 案件名", PHASE, OVER),
    ("sansan", "Opportunity_ID Created_at Status Closed_date Lead_source Probability Opportunity_name",
     STATUS, OVER),
]  # fmt: skip
LOST_AT = {"Deal - Won time": "Deal - Lost time", "取引 - 成立日時": "取引 - 失注日時"}


def export(headers: list[str], state: list[str], dates: list[str]) -> pd.DataFrame:
    """Return a small export with the seven headers of a system."""
    source = column(lambda n, _: ("Web", "Fair", "Advert")[n % 7 % 3])
    names = column(lambda n, _: f"Firm {n}")
    ids = column(lambda n, _: f"{n + 7001}")
    cells = [ids, stamps(begin), state, dates, source, PROBABILITY, names]
    frame = pd.DataFrame(dict(zip(headers, cells, strict=True)))
    lost = LOST_AT.get(headers[3])
    return frame.assign(**{lost: ends("lost")}) if lost else frame


def questions(text: str) -> list[str]:
    """List the lines of a first mapping that ask something; its first line explains the sign."""
    return [line for line in text.splitlines()[1:] if "# ?" in line]


@pytest.mark.parametrize(("system", "headers", "state", "dates"), EXPORTS)
def test_a_standard_export_is_mapped_without_a_question(
    tmp_path: Path, system: str, headers: str, state: list[str], dates: list[str]
) -> None:
    names = [word.replace("_", " ") for word in headers.split()]
    text, mapping = first_mapping(tmp_path, export(names, state, dates), system)
    lead, created, kind, ended, source, probability, name = names
    (leads,) = mapping.leads
    assert {n: rule.column for n, rule in leads.columns.items()} == {
        "lead_id": lead, "created_at": created,
    }  # fmt: skip
    assert set(leads.attributes) == {source}
    assert set(leads.known_later) == {probability}
    assert (set(leads.never_use), set(leads.display.values())) == (set(), {name})
    assert outcome_dates(mapping) == [ended, *([LOST_AT[ended]] if ended in LOST_AT else [])]
    assert all(rule.columns["outcome"].column == kind for rule in mapping.outcomes)
    assert set(outcome_values(mapping).values()) == {"won", "lost"}
    assert questions(text) == []


def example(folder: Path, system: str) -> str:
    """Return the first mapping of a system's export with English headers."""
    row = next(row for row in EXPORTS if row[0] == system and row[1].isascii())
    place = folder / system
    place.mkdir()
    names = [word.replace("_", " ") for word in row[1].split()]
    return first_mapping(place, export(names, row[2], row[3]), system)[0]


@pytest.mark.parametrize("system", systems())
def test_the_examples_are_what_init_writes(tmp_path: Path, system: str) -> None:
    path = Path(__file__).parents[3] / "examples" / "recipes" / f"{system}.yaml"
    assert path.read_text("utf-8") == example(tmp_path, system)


def test_there_is_an_export_of_every_system_in_both_languages() -> None:
    assert [name for name, *_ in EXPORTS] == [name for name, *_ in sorted(EXPORTS, key=order)]
    assert {name for name, *_ in EXPORTS} == set(systems())


def order(row: tuple[str, str, list[str], list[str]]) -> int:
    """Return the place of a system."""
    return [name for name, *_ in EXPORTS].index(row[0])


def test_converted_leads_of_salesforce_are_won_when_they_were_converted(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "Id": column(lambda n, _: f"00Q5g000{n:07d}AAA"),
            "CreatedDate": stamps(begin, "%Y-%m-%dT%H:%M:%S.000+0000"),
            "IsDeleted": column(lambda n, _: "true" if n % 30 == 0 else "false"),
            "LeadSource": column(lambda n, _: ("Web", "Fair")[n % 2]),
            "Status": words(
                won="Closed - Converted", lost="Closed - Not Converted", open="Working"
            ),
            "IsConverted": words(won="true", lost="false", open="false"),
            "ConvertedDate": ends("won", form="%Y-%m-%d"),
            "ConvertedAccountId": column(lambda n, s: f"001{n:012d}" if s == "won" else ""),
        }
    )
    text, mapping = first_mapping(tmp_path, frame, "salesforce", "Lead")
    assert questions(text) == []
    assert outcome_dates(mapping) == ["ConvertedDate"]
    assert outcome_values(mapping) == {"true": "won"}
    assert mapping.leads[0].where["IsDeleted"].one_of == ("false",)
    assert set(mapping.leads[0].known_later) == {"Status", "ConvertedAccountId"}


def test_a_system_without_a_recipe_or_another_export_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [str(n) for n in range(ROWS)], "state": list(STATES)})
    with pytest.raises(BadRequest, match="one of dynamics, hubspot"):
        first_mapping(tmp_path, frame, "siebel")
    with pytest.raises(BadRequest, match="no file with the headers"):
        first_mapping(tmp_path, frame, "zoho")


def test_unknown_states_leave_a_mapping_that_can_be_read(
    tmp_path: Path,
) -> None:
    frame = pd.DataFrame(
        {
            "opportunityid": [f"O-{n}" for n in range(ROWS)],
            "createdon": stamps(begin),
            "statecode": words(won="State 1", lost="State 2", open="State 0"),
            "actualclosedate": ends("won", "lost"),
        }
    )
    text, mapping = first_mapping(tmp_path, frame, "dynamics")
    assert "values: {} # ? which one is won, which lost" in text
    assert outcome_values(mapping) == {}
