"""What language models get: numbers with receipts, texts as data, nothing without a grant."""

import json
from datetime import timedelta
from typing import Any

import pytest
import typer
from mcp import Client as McpClient
from mcp.types import CallToolResult
from typer.testing import CliRunner

from mikomi.agents import command
from mikomi.agents.from_records import KEY, NOTICE
from mikomi.agents.server import INSTRUCTIONS, AgentSettings, build
from tests.clocked import LOCAL
from tests.unit.mikomi.conftest import INJECTION, Office, run

READING = {
    "ranking",
    "lead",
    "model_card",
    "what_would_move_it",
    "why_it_changed",
    "similar_winners",
    "check_receipt",
}
NUMBERS = ("probability", "probability_low", "probability_high", "score", "band")


def settings(office: Office, **more: Any) -> AgentSettings:
    return AgentSettings(LOCAL, transport=office.through, **more)


def call(
    office: Office, tool: str, *, granted: bool = False, owner: str | None = None, **arguments: Any
) -> Any:
    """Call a tool as a language model's program does; return its answer, or the error's text."""

    async def called() -> CallToolResult:
        built = build(settings(office, grants_feedback=granted, owner=owner))
        async with McpClient(built) as client:
            answer = await client.call_tool(tool, arguments)
        assert isinstance(answer, CallToolResult)
        return answer

    answer = run(called())
    return f"error: {answer.content}" if answer.is_error else answer.structured_content


def tools(office: Office, **more: Any) -> dict[str, Any]:
    async def listed() -> Any:
        async with McpClient(build(settings(office, **more))) as client:
            return (await client.list_tools()).tools

    return {one.name: one for one in run(listed())}


def without_records(answer: Any) -> Any:
    """Return an answer without what stands under the mark."""
    if isinstance(answer, dict):
        return {name: without_records(one) for name, one in answer.items() if name != KEY}
    return [without_records(one) for one in answer] if isinstance(answer, list) else answer


def test_without_a_grant_every_tool_only_reads(office: Office) -> None:
    assert set(tools(office)) == READING
    granted = tools(office, grants_feedback=True)
    assert set(granted) == {*READING, "feedback"}
    assert {n for n, one in granted.items() if not one.annotations.read_only_hint} == {"feedback"}


def test_every_number_of_a_ranking_replays_to_the_byte(office: Office) -> None:
    answer = call(office, "ranking", limit=3)
    assert [one["rank"] for one in answer["leads"]] == [1, 2, 3]
    assert answer["open_leads"] == 6
    for one in answer["leads"]:
        logged = office.server.get(f"/v1/receipts/{one['receipt_id']}")
        assert {name: one[name] for name in NUMBERS} == {n: logged.json()[n] for n in NUMBERS}
        replayed = office.server.post(f"/v1/receipts/{one['receipt_id']}/replay")
        assert replayed.content == logged.content
        checked = call(office, "check_receipt", receipt_id=one["receipt_id"])
        assert checked["replays_to_the_byte"] is True
        assert checked["probability"] == one["probability"]


def test_a_number_that_does_not_replay_is_noticed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the server answers a replay with another probability."""
    receipt = call(office, "lead", lead_id="L-3")["receipt_id"]
    plain = office.through.handle_request

    def forged(request: Any) -> Any:
        response = plain(request)
        if request.url.path.endswith("/replay"):
            response._content = response.content.replace(b'"probability":0.', b'"probability":0.9')
        return response

    monkeypatch.setattr(office.through, "handle_request", forged)
    assert call(office, "check_receipt", receipt_id=receipt)["replays_to_the_byte"] is False


def test_reasons_add_up(office: Office) -> None:
    answer = call(office, "lead", lead_id="L-3")
    shown = sum(one["contribution"] for one in answer["reasons"])
    whole = answer["base_probability"] + shown + answer["remainder"]
    assert whole == pytest.approx(answer["probability"], abs=1e-9)


def test_what_would_move_it_is_as_repeatable_as_its_receipt(office: Office) -> None:
    answer = call(office, "what_would_move_it", lead_id="L-2")
    moves = answer["moves"]
    assert moves["receipt_id"] == answer["receipt_id"]
    assert moves["probability"] == answer["probability"]
    for one in moves["activities"]:
        assert one["probability"] - answer["probability"] == pytest.approx(one["change"])
    assert moves["activities"], "calls are what tells in this model"
    paths = [f"/v1/receipts/{answer['receipt_id']}/moves?lang=en" for _ in range(2)]
    office.clock.at += timedelta(days=2)
    first, second = (office.server.get(path).content for path in paths)
    assert first == second
    assert json.loads(first) == moves


def test_a_change_is_split_between_two_receipts(office: Office) -> None:
    office.add("moving", activities=6)
    first = call(office, "lead", lead_id="moving")
    nothing = call(office, "why_it_changed", lead_id="moving", since_receipt=first["receipt_id"])
    assert nothing["change"]["change"] == 0.0
    office.clock.at += timedelta(days=3)
    called = [
        {
            "lead_id": "moving",
            "activity_id": f"moving-call-{n}",
            "activity_type": "call",
            "occurred_at": (office.clock.at - timedelta(hours=n + 1)).isoformat(),
        }
        for n in range(3)
    ]
    office.server.post("/v1/activities", json={"activities": called})
    office.clock.at += timedelta(hours=1)
    answer = call(office, "why_it_changed", lead_id="moving")
    change = answer["change"]
    assert change["after"]["probability"] == answer["probability"]
    assert change["before"]["probability"] == first["probability"]
    assert sum(part["change"] for part in change["parts"]) == change["change"]
    causes = {part["cause"]: part["change"] for part in change["parts"]}
    assert causes["new_activities"] > 0.0
    other = call(office, "lead", lead_id="L-1")["receipt_id"]
    refused = call(office, "why_it_changed", lead_id="moving", since_receipt=other)
    assert "name another receipt" in refused


def test_a_lead_without_an_earlier_answer_says_so(office: Office) -> None:
    office.add("fresh")
    assert call(office, "why_it_changed", lead_id="fresh")["change"] is None


def test_no_text_of_a_record_changes_an_answer(office: Office) -> None:
    """Two leads that differ in texts alone get the same answer outside the mark."""
    names = ("lead_id", "receipt_id", "cutoff")
    for tool in ("lead", "what_would_move_it"):
        answers = []
        for lead_id in ("plain", "poisoned"):
            answer = call(office, tool, lead_id=lead_id)
            assert INJECTION not in json.dumps(without_records(answer))
            answer = without_records(answer)
            for part in (answer, answer.get("moves", {})):
                for name in names:
                    part.pop(name, None)
            answers.append(answer)
        assert answers[0] == answers[1]


def test_texts_stand_under_the_mark_alone(office: Office) -> None:
    answer = call(office, "lead", lead_id="poisoned")
    held = answer[KEY]
    assert held["notice"] == NOTICE
    assert {one["text"] for one in held["data"]["newest_activities"]} == {INJECTION}
    assert KEY in INSTRUCTIONS


def test_no_text_of_a_record_calls_a_tool(office: Office) -> None:
    """Whatever is read, the server is only read, and nothing is written; not even with a grant."""
    office.through.sent.clear()
    for tool in sorted(READING - {"ranking", "model_card", "check_receipt"}):
        call(office, tool, granted=True, lead_id="poisoned")
    call(office, "ranking", granted=True, search="poisoned")
    assert {method for method, _ in office.through.sent} == {"GET"}
    assert "error" in call(office, "feedback", receipt_id="r", verdict="junk")


def test_feedback_is_recorded_where_it_was_granted(office: Office) -> None:
    receipt = call(office, "lead", lead_id="L-1")["receipt_id"]
    answer = call(office, "feedback", granted=True, receipt_id=receipt, verdict="agreed")
    assert answer == {"recorded": "agreed", "receipt_id": receipt}


def test_an_owner_sees_no_lead_of_another(office: Office) -> None:
    ours = call(office, "ranking", owner="tanaka")["leads"]
    assert {one["lead_id"] for one in ours} == {"l-1", "l-3"} or {
        one["lead_id"] for one in ours
    } == {"L-1", "L-3"}
    assert call(office, "lead", owner="tanaka", lead_id="L-1")["lead_id"]
    receipt = call(office, "lead", lead_id="L-2")["receipt_id"]
    refused = [
        call(office, tool, owner="tanaka", lead_id="L-2")
        for tool in ("lead", "what_would_move_it", "why_it_changed", "similar_winners")
    ]
    refused.append(call(office, "check_receipt", owner="tanaka", receipt_id=receipt))
    refused.append(
        call(office, "feedback", granted=True, owner="tanaka", receipt_id=receipt, verdict="junk")
    )
    assert all("no such lead" in one for one in refused)


def test_the_model_card_and_similar_winners_answer(office: Office) -> None:
    assert call(office, "model_card")["fingerprint"]
    assert call(office, "similar_winners", lead_id="L-1")[KEY]["data"]["winners"] == []


def test_the_command_grants_nothing_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[AgentSettings] = []
    monkeypatch.setattr("mikomi.agents.server.run", lambda one, _port: started.append(one))
    monkeypatch.setenv("MIKOMI_KEY", "mk_1")
    app = typer.Typer()
    command.add(app)
    for words in ([], ["--grant-feedback", "--owner", "sato", "--lang", "ja"], ["--over", "http"]):
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
    plain, granted, over_http = started
    assert (plain.key, plain.grants_feedback, plain.owner) == ("mk_1", False, None)
    assert (granted.grants_feedback, granted.owner, granted.language) == (True, "sato", "ja")
    assert (over_http.key, over_http.over_http) == (None, True)


def test_an_unknown_lead_and_a_silent_server_are_named(office: Office) -> None:
    assert "There is no such lead" in call(office, "lead", lead_id="nobody")
