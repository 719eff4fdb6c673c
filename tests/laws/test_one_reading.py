"""The server's answer to a record as the CRM writes it equals the pipeline's for the export."""

from dataclasses import replace
from datetime import UTC, datetime

from features import build
from features.reading.reading import PLAIN
from models.scoring.scorer import Scorer
from serve.errors import BadBody
from serve.scoring.loaded_model import LoadedModel
from tests.raw_company import CUTOFF, RawCompany, raw_company

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)


def differing(company: RawCompany, loaded: LoadedModel) -> list[str]:
    """Return the leads whose features or score differ between the export and the request."""
    keys = company.tables.leads[["lead_id"]].assign(cutoff=CUTOFF)
    frame = build.build(company.tables, keys, company.artifact.catalog)
    scorer = Scorer(company.artifact)
    bad = []
    for lead_id, values in zip(frame.keys["lead_id"], frame.values, strict=True):
        try:
            request = loaded.request_from_bytes(company.body(lead_id), NOW)
        except BadBody:
            bad.append(lead_id)
            continue
        mine = loaded.values(request)
        one = values[None, :]
        scores = [scorer.score_lead(rows) for rows in (mine, one)]
        if mine.tobytes() != one.tobytes() or repr(scores[0]) != repr(scores[1]):
            bad.append(lead_id)
    return bad


def test_a_record_as_the_crm_writes_it_is_scored_as_in_the_export() -> None:
    company = raw_company()
    assert len(company.tables.leads) == len(company.rows["leads"])
    assert differing(company, LoadedModel(company.artifact)) == []


def test_a_server_that_forgets_the_reading_is_noticed() -> None:
    company = raw_company()
    deaf = LoadedModel(replace(company.artifact, reading=PLAIN))
    assert len(differing(company, deaf)) > len(company.rows["leads"]) // 2
