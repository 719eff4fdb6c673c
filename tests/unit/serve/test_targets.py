"""Targets: their names in the settings, their folders, their models, and whose receipts count."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from features.errors import ArtifactMissing, BadParams
from serve.errors import BadBody
from serve.processes import follow, refresh
from serve.processes.refresher import Refresher
from serve.processes.shadow import LATE, Shadow
from serve.scoring.champion import FollowedChampion
from serve.scoring.loaded_model import LoadedModel
from serve.scoring.pointer import point
from serve.scoring.targets import ServedTargets, label_of, name_of
from serve.settings import Settings
from serve.store.ranking.refreshing import Refreshing
from serve.store.schema_versions import made
from serve.store.tables import RANKING_MARKS, SHADOW_SCORES
from tests import ranked, served
from tests.clocked import NOW, Clock, serving
from tests.ranked import Planted

NAME = "upsell"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("targets")
    point(folder, served.lay_down(folder), 1)
    served.lay_down_target(folder, NAME, 1)
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = made(f"sqlite:///{tmp_path / 'mikomi.db'}")
    yield engine
    engine.dispose()


def champions(folder: Path, *names: str) -> dict[str, FollowedChampion[LoadedModel]]:
    settings = Settings(models=folder)
    made_of = {
        name: FollowedChampion(
            settings.models_of(name),
            lambda at, version, n=name: refresh._load(at, version, n, ""),
            id,
        )
        for name in ("", *names)
    }
    for one in made_of.values():
        one.poll()
    return made_of


def test_the_names_of_targets_are_read_from_the_environment() -> None:
    assert Settings().further_targets == ()
    settings = Settings.read({"MIKOMI_TARGETS": "upsell, renewal_2"})
    assert settings.further_targets == ("upsell", "renewal_2")
    assert settings.models_of("") == settings.models
    assert settings.models_of("upsell") == settings.models / "targets" / "upsell"


@pytest.mark.parametrize("targets", ["../a", "Upsell", "a,a", "追加", "a b", "a,-b", "default"])
def test_names_that_cannot_be_used_are_refused(targets: str) -> None:
    with pytest.raises((BadParams, ValueError), match=r"MIKOMI_TARGETS=.*different names"):
        Settings(targets=targets)


def test_a_target_has_the_name_and_labels_of_its_artifact(folder: Path) -> None:
    targets = ServedTargets(champions(folder, NAME, "churn"))
    default, other = targets.ready()
    assert [name_of(default), name_of(other)] == ["default", NAME]
    assert [label_of(other, "en"), label_of(other, "ja")] == ["Upsell", "追加契約"]
    assert label_of(default, "ja") == "default"
    assert targets.names() == ["default", NAME, "churn"]
    default.artifact.about["target"] = {"name": "win"}
    try:
        assert targets.names() == ["win", NAME, "churn"]
        assert targets.resolve("win") == targets.resolve(None) == ""
        with pytest.raises(
            BadBody, match=f"found target: default; expected win or {NAME} or churn"
        ):
            targets.resolve("default")
    finally:
        del default.artifact.about["target"]
    with pytest.raises(ArtifactMissing, match="MIKOMI_TARGETS"):
        targets.of("gone")


def test_the_follower_reads_a_model_and_writes_a_folder_of_each_target(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    followed: list[Any] = []
    monkeypatch.setattr(follow, "Registry", lambda settings, _place: settings.model)
    monkeypatch.setattr(follow, "follow", lambda *arguments: followed.append(arguments))
    settings = Settings(
        models=tmp_path, registry="x://y", registered_model="acme", targets=NAME, shadow_share=0.5
    )
    for target in ("", *settings.further_targets):
        assert follow.follow_target(None, settings, target) is not None
    assert followed == [
        ("acme", tmp_path, "champion"),
        ("acme", tmp_path, "challenger"),
        (f"acme-{NAME}", tmp_path / "targets" / NAME, "champion"),
        (f"acme-{NAME}", tmp_path / "targets" / NAME, "challenger"),
    ]


def test_the_refresher_ranks_for_every_target_that_has_a_model(
    folder: Path, engine: Engine
) -> None:
    ranked.plant(engine, LoadedModel(served.artifact(), 1), [Planted("L-1", calls=2)], NOW)
    both = list(champions(folder, NAME, "churn").values())
    assert refresh._step(engine, both, Refresher(engine)) == 1
    store = Refreshing(engine, 50)
    rows = [store.before(["L-1"], target) for target in ("", NAME, "churn")]
    prints = [one.current().fingerprint for one in both[:2]]
    assert [row["L-1"].model_fingerprint for row in rows[:2]] == prints
    assert rows[2] == {}
    with engine.connect() as connection:
        named = connection.execute(select(RANKING_MARKS.c.model_fingerprint)).scalar()
    assert named == f"{prints[0]} {NAME}={prints[1]}"
    assert refresh._step(engine, both[2:], Refresher(engine)) == 0


def test_tables_of_another_version_are_reported_once(
    folder: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = 'v9999_later'")
    for _ in range(3):
        assert refresh._step(engine, list(champions(folder).values()), Refresher(engine)) == 0
    line = "the ranking waits: the database is of v9999_later, this program needs v0010"
    assert capsys.readouterr().err.count(line) == 1


def test_figures_are_not_renewed_for_the_numbers_of_another_model(
    folder: Path, engine: Engine
) -> None:
    ranked.plant(engine, LoadedModel(served.artifact(), 1), [Planted("L-1", calls=2)], NOW)
    models, counted, refresher = champions(folder), [], Refresher(engine)

    def step() -> bool:
        refresh._step(engine, list(models.values()), refresher, lambda _, n: counted.append(n))
        return refresher.rescores

    step()
    models[""].adjust(lambda _: LoadedModel(served.artifact(1), 2))
    assert [step() for _ in range(3)] == [True, False, False]
    assert counted == [1, 0, 1, 0]


def test_a_challenger_answers_the_requests_for_its_own_target(
    folder: Path, engine: Engine, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'mikomi.db'}"
    with serving(folder, url, Clock(), targets=NAME) as client:
        for query in ("", f"?target={NAME}", ""):
            client.post(f"/v1/score{query}", json=served.body(3))
    later = NOW + 2 * LATE + timedelta(seconds=1)
    for target, count in ((NAME, 1), ("", 2)):
        challenger = LoadedModel(served.artifact(2), 7, target)
        assert Shadow(engine, 1.0).catch_up(challenger, later) == count
        with engine.begin() as connection:
            assert len(connection.execute(select(SHADOW_SCORES)).all()) == count
            connection.execute(SHADOW_SCORES.delete())
