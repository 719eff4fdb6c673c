"""The registered model takes what the API takes, answers as the server, and refuses wrong names."""

import json
from datetime import UTC, datetime

import pytest

from features.errors import BadInput
from models.artifact import artifact
from models.registry.model_columns import INPUT_COLUMNS
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.registered_model import RegisteredModel
from tests import served
from tests.raw_leads import WRONG, leads, with_activity


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> RegisteredModel:
    place = tmp_path_factory.mktemp("registered") / "model"
    artifact.save(place, served.artifact())
    made = RegisteredModel()
    made.load(place)
    return made


def test_it_answers_as_the_server_does(here: RegisteredModel) -> None:
    """The same record, sent to the API and to the registered model, gives the same bits."""
    loaded = LoadedModel(served.artifact())
    own = here.predict(leads())
    for n, row in enumerate(leads().to_dict("records")):
        body = json.dumps({name: one for name, one in row.items() if one is not None}).encode()
        sent = loaded.request_from_bytes(body, datetime(2026, 7, 1, tzinfo=UTC))
        answer = loaded.answer(sent, "ja", "")
        assert own["probability"][n] == answer.probability
        assert own["score"][n] == answer.score
        assert own["reasons_ja"][n] == [one.sentence for one in answer.reasons]


@pytest.mark.parametrize("wrong", sorted(WRONG))
def test_a_wrong_name_is_refused_by_name(wrong: str, here: RegisteredModel) -> None:
    """A frame without the known columns used to be scored as a lead of which nothing is known."""
    rows, *words = WRONG[wrong]
    with pytest.raises(BadInput) as refused:
        here.predict(rows)
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_every_column_that_is_left_out_is_noticed(here: RegisteredModel) -> None:
    for name in INPUT_COLUMNS:
        with pytest.raises(BadInput, match=f"no '{name}'"):
            here.predict(leads().drop(columns=name))


def test_what_the_model_does_not_know_is_counted(here: RegisteredModel) -> None:
    counted = json.loads(here.predict(with_activity(activity_type="tea"))["unknown"][0])
    assert counted["activity_types"] == {"tea": 1}


def test_an_unloaded_model_and_an_unknown_table_are_named() -> None:
    with pytest.raises(RuntimeError, match="load the artifact first"):
        RegisteredModel().predict(leads())
    with pytest.raises(BadInput, match="a table 'activites'"):
        RegisteredModel().rows(leads(), as_of="2026-06-01T00:00:00Z", activites=leads())


def test_records_of_strangers_in_a_table_are_refused() -> None:
    own = leads()[["lead_id", "created_at"]]
    strangers = own.assign(lead_id="L-9")
    with pytest.raises(BadInput, match="1 leads that are not in leads"):
        RegisteredModel().rows(own, as_of="2026-06-01T00:00:00Z", activities=strangers)
    with pytest.raises(BadInput, match="without the column 'lead_id'"):
        RegisteredModel().rows(own, as_of="2026-06-01T00:00:00Z", outcomes=own[["created_at"]])
