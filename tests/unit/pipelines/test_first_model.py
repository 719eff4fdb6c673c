"""A refused first model: what a user can do, and that nothing ends in silence."""

from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from features.errors import BadRequest
from pipelines.connect.rest_client import Pace
from pipelines.connect.server_api import ServerApi
from pipelines.stages.first_model import next_steps
from pipelines.stages.promote import judge
from serve.app import create_app
from serve.settings import Settings
from tests.clocked import LOCAL, Clock
from tests.small_company import PARAMS, mikomi


def steps(verdict: str, points: str | None = None) -> tuple[str, ...]:
    compared = [
        {"against": "lightgbm", "metric": metric, "better_share": share, "gain": 0.01}
        for metric, share in (("log_loss", 0.867), ("auc", 0.5))
    ]
    refused = judge({"verdict": verdict, "comparisons": compared}, 0.9)
    assert not refused.promoted
    return next_steps(refused.grounds, verdict, points)


def test_no_step_is_to_accept_less_proof() -> None:
    assert steps("signal")
    assert "confidence" not in " ".join(steps("signal"))


def test_the_first_step_fits_the_grounds() -> None:
    assert "history" in steps("too_few")[0]
    assert "activities" in steps("no_signal")[0]
    assert any("train.points" in one for one in steps("too_few"))
    assert not any("train.points" in one for one in steps("too_few", points="points.yaml"))
    leak = "leak check L002 availability: Tags"
    (only,) = next_steps([leak], "signal", None)
    assert only.startswith("mend what the leak checks")


def test_the_command_prints_the_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    summary = {"promoted": False, "judged_by": "baselines", "next_steps": ("let more in",)}
    monkeypatch.setattr("pipelines.run.by_name.run_by_name", lambda *_: summary)
    assert mikomi(tmp_path, "promote") == 3
    printed = capsys.readouterr().out
    assert "No model answers yet" in printed
    assert "  - let more in" in printed


def test_scores_of_a_server_without_a_model_are_refused_in_words(tmp_path: Path) -> None:
    settings = Settings(models=tmp_path / "models", database_url=f"sqlite:///{tmp_path / 'm.db'}")
    with TestClient(create_app(settings, Clock()), LOCAL) as client:
        waits: list[float] = []

        def passed_on(request: httpx.Request) -> httpx.Response:
            answer = client.request(request.method, request.url.raw_path.decode())
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )

        api = ServerApi(LOCAL, None, Pace(waits.append), httpx.MockTransport(passed_on))
        assert api.ranking("en") == []
        with pytest.raises(BadRequest, match="without a model"):
            api.check_model()
        assert waits == []
