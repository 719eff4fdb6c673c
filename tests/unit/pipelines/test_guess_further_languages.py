"""First mappings of exports in further languages, forms of dates and encodings."""

from pathlib import Path

import pandas as pd
import pytest

from pipelines.intake.guess.cells.columns import look_at
from pipelines.intake.guess.cells.value_words import is_flag, meaning
from pipelines.intake.ingest import check
from pipelines.intake.read.encodings import guess_encoding
from tests.strange_exports import (
    ROWS,
    begin,
    column,
    deals,
    end,
    ends,
    first_mapping,
    outcome_dates,
    outcome_values,
    stamps,
    words,
)

STAGE = words(won="Won", lost="Lost", open="Demo")


def korean(moment: pd.Timestamp) -> str:
    half = "오전" if moment.hour < 12 else "오후"
    return f"{moment.year}. {moment.month}. {moment.day}. {half} {moment:%I:%M}"


@pytest.mark.parametrize(
    ("won", "lost", "still"),
    [
        ("赢单", "输单", "进行中"),
        ("수주", "실주", "진행중"),
        ("Vinta", "Persa", "In corso"),
        ("Ganho", "Perdido", "Aberto"),
        ("Gewonnen", "Geannuleerd", "Lopend"),
    ],
)
def test_words_of_an_end_in_further_languages(won: str, lost: str, still: str) -> None:
    assert [meaning(won), meaning(lost), meaning(still)] == ["won", "lost", "opened"]


@pytest.mark.parametrize(
    ("yes", "no"), [("-1", "0"), ("是", "否"), ("예", "아니오"), ("Sì", "No"), ("sim", "não")]
)
def test_yes_and_no_in_further_languages_and_of_databases(yes: str, no: str) -> None:
    assert is_flag(look_at("x", pd.Series([yes, no, yes])))


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        (
            ("등록일", "종료일", "예상종료일", "진행상태", "확률", "담당자"),
            {"won": "수주", "lost": "실주", "open": "견적"},
        ),
        (
            ("创建时间", "结束日期", "预计成交日期", "销售阶段", "赢率", "负责人"),
            {"won": "赢单", "lost": "输单", "open": "报价"},
        ),
        (
            (
                "Data creazione",
                "Chiusura",
                "Chiusura prevista",
                "Esito",
                "Probabilità",
                "Venditore",
            ),
            {"won": "Vinta", "lost": "Persa", "open": "Offerta"},
        ),
        (
            (
                "Criado em",
                "Data de fechamento",
                "Fechamento esperado",
                "Situação",
                "Probabilidade",
                "X",
            ),
            {"won": "Ganho", "lost": "Perdido", "open": "Proposta"},
        ),
    ],
)
def test_headers_of_further_languages(
    tmp_path: Path, headers: tuple[str, ...], state: dict[str, str]
) -> None:
    created, closed, planned, stage, chance, owner = headers
    cells = {
        planned: stamps(end, "%Y-%m-%d"),
        created: stamps(begin),
        closed: ends("won", "lost"),
        stage: words(**state),
        chance: words(won="100", lost="0", open="40"),
        owner: column(lambda n, _: "abc"[n % 3]),
    }
    frame = deals(**cells).drop(columns="Created Date")
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.leads[0].columns["created_at"].column == created
    assert outcome_dates(mapping) == [closed]
    assert outcome_values(mapping) == {state["won"]: "won", state["lost"]: "lost"}
    assert chance in mapping.leads[0].known_later


def test_korean_and_chinese_clocks_are_read(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"))
    frame["Created Date"] = [korean(begin(n)) for n in range(ROWS)]
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.leads[0].columns["created_at"].format == "japanese"
    assert check(tmp_path / "mapping.yaml").tables["leads"].accepted == ROWS


def test_dates_under_any_header_raise_a_question(tmp_path: Path) -> None:
    thai = column(lambda n, _: f"{begin(n):%Y/%m/%d} เวลา {begin(n):%H.%M}")
    text, _ = first_mapping(tmp_path, deals(Stage=STAGE, Closed=ends("won", "lost"), Kapan=thai))
    assert "# ? Kapan: a date in which format" in text


@pytest.mark.parametrize("sign", [".", ","])
def test_days_of_a_spreadsheet_under_any_header_raise_a_question(tmp_path: Path, sign: str) -> None:
    serial = column(lambda n, _: f"{45_000 + 2.25 * n:.4f}".replace(".", sign))
    frame = deals(Stage=STAGE, Closed=ends("won", "lost"), Inserito=serial)
    text, mapping = first_mapping(tmp_path, frame)
    assert f'# ? a date in which format, e.g. "45000{sign}0000"' in text
    named = deals(Stage=STAGE, **{"Closed Date": serial}).drop(columns="Created Date")
    _, mapping = first_mapping(tmp_path, named)
    assert mapping.outcomes[0].columns["occurred_at"].format == "excel"
    assert check(tmp_path / "mapping.yaml").tables["outcomes"].accepted > 0


def test_without_a_known_header_every_column_that_may_say_it_is_named(tmp_path: Path) -> None:
    frame = deals(Wynik=words(won="tak jest", lost="nic z tego", open="czekamy"))
    text, mapping = first_mapping(tmp_path, frame)
    assert not mapping.outcomes
    assert "# ? perhaps Wynik of deals: " in text


def test_an_end_at_midnight_alone_is_the_end_of_its_day(tmp_path: Path) -> None:
    frame = deals(Stage=STAGE, Closed=ends("won", "lost", form="%d.%m.%Y 00:00:00"))
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.outcomes[0].columns["occurred_at"].day == "end_if_midnight"


def test_zeros_of_a_time_are_missing_and_those_of_numbers_are_not(tmp_path: Path) -> None:
    stamp = column(lambda n, state: "0" if state == "open" else f"{end(n).timestamp():.0f}000")
    frame = deals(Stage=STAGE, closed_at=stamp, Visits=column(lambda n, _: str(n % 4)))
    frame["Deal ID"] = [str(n) for n in range(ROWS)]
    _, mapping = first_mapping(tmp_path, frame)
    assert mapping.outcomes[0].columns["occurred_at"].format == "epoch_ms"
    assert mapping.leads[0].attributes["Visits"].missing_values == ("",)
    counts = check(tmp_path / "mapping.yaml").tables
    assert counts["leads"].accepted == ROWS
    assert counts["outcomes"].quarantined == 0


TEXTS = {
    "cp949": "고객번호,회사명,상태\n1,한국전자,수주\n2,대한상사,실주\n",
    "gb18030": "客户编号,客户名称,是否成交\n1,上海第一公司,是\n2,北京科技有限公司,否\n",
    "big5": "客戶編號,公司名稱,狀態\n1,台北電子有限公司,成交\n2,中國業務,失敗\n",
    "euc_jp": "顧客番号,会社名,状態\n1,東京商事,受注\n2,サンプル工業,失注\n",
    "cp932": "顧客番号,会社名,状態\n1,東京商事,受注\n2,サンプル工業,失注\n",
    "cp1251": "Номер,Компания,Статус\n1,Ромашка,успешно\n2,Заря,отказ\n",
    "cp1252": "Nr,Größe,Straße\n1,groß,Öffentliche Straße\n2,créée,Düsseldorf\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_encodings_of_further_languages(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "x.csv").write_bytes(TEXTS[encoding].encode(encoding))
    assert guess_encoding(tmp_path / "x.csv") == encoding
