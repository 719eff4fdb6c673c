"""The list `targets` of params.yaml: one set of params a target, every fault at once."""

import dataclasses
from pathlib import Path

import pytest

from features.errors import BadParams, BadRequest
from features.timeline import DAY
from pipelines.run.params import Params
from pipelines.run.params_file import json_schema, load_all, parse, parse_all
from pipelines.run.workspace import Workspace

ROOT = Path(__file__).parents[3]
TWO = """
cohort: {every_days: 28, until_decided: true}
targets:
  - {name: won, outcome: won, horizon_days: 90}
  - {name: deal, outcome: opened, horizon_days: 30, eligible: {until_decided: false}}
registry: {model: acme}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(BadParams) as caught:
        parse(text)
    return str(caught.value).splitlines()


def test_a_file_without_targets_has_one_named_by_its_outcome() -> None:
    views = parse_all("cohort: {outcome: opened}")
    assert list(views) == ["opened"]
    assert views["opened"].targets == ()
    assert parse("cohort: {outcome: opened}", target="opened") == views["opened"]
    assert views["opened"].at(target="opened") == Workspace("sample")


def test_an_empty_list_is_no_list() -> None:
    assert parse("targets: []") == Params()
    assert parse("targets:") == Params()


def test_a_target_takes_the_place_of_the_outcome_and_the_horizon() -> None:
    won, deal = parse_all(TWO).values()
    assert (won.cohort.outcome, won.cohort.horizon_days) == ("won", 90.0)
    assert (deal.cohort.outcome, deal.cohort.horizon_days) == ("opened", 30.0)
    assert (won.split.embargo, deal.split.embargo) == (90 * DAY, 30 * DAY)
    assert (won.train.horizon_days, deal.train.horizon_days) == (90.0, 30.0)
    assert (won.cohort.every_days, deal.cohort.every_days) == (28.0, 28.0)


def test_who_is_eligible_is_that_of_the_cohort_unless_the_target_differs() -> None:
    won, deal = parse_all(TWO).values()
    assert (won.cohort.rule.until_decided, deal.cohort.rule.until_decided) == (True, False)


def test_the_default_is_the_one_that_says_so_else_the_first() -> None:
    assert parse(TWO).cohort.outcome == "won"
    stated = TWO.replace("horizon_days: 30,", "horizon_days: 30, default: true,")
    assert parse(stated).cohort.outcome == "opened"
    assert [view.registry.model for view in parse_all(stated).values()] == ["acme-won", "acme"]


def test_only_another_target_than_the_default_has_places_of_its_own() -> None:
    won, deal = parse_all(TWO).values()
    assert won.at(target="won") == won.at() == Workspace("sample")
    own = deal.at(target="deal")
    assert own.snapshots.as_posix() == "data/sample/targets/deal/snapshots"
    assert own.model.as_posix() == "artifacts/sample/targets/deal/model"
    assert own.tables == Workspace("sample").tables
    assert own.registry == Workspace("sample").registry
    assert (won.registry.model, deal.registry.model) == ("acme", "acme-deal")


def test_what_a_target_is_called_is_its_name_unless_it_has_labels() -> None:
    labelled = TWO.replace("outcome: won,", "outcome: won, label: {en: Deal won, ja: 受注},")
    won, deal = parse(labelled).targets
    assert won.facts["label"] == {"en": "Deal won", "ja": "受注"}
    assert deal.facts["label"] == {"en": "deal", "ja": "deal"}


def test_an_unknown_target_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadRequest, match="one of won, deal"):
        parse(TWO, target="won2")


def test_every_fault_of_every_target_is_reported_at_once() -> None:
    report = faults("""
        cohort: {outcome: won, horizon_days: 90, every_day: 7}
        targets:
          - {name: Won, outcome: [won], horizon_days: 0, default: true}
          - {name: deal, outcom: opened, horizon_days: 30, label: {en: Deal, jp: x}}
          - {name: deal, outcome: ' ', horizon_days: "9", default: true, eligible: {repeat: 1}}
        train: {seed: 1.5}
    """)
    places = [line.split(": ", 1)[1].split(";")[0] for line in report]
    assert sorted(places) == [
        "cohort.every_day",
        "cohort.horizon_days: 90",
        "cohort.outcome: won",
        "targets.0.horizon_days: 0",
        'targets.0.name: "Won"',
        'targets.0.outcome: ["won"]',
        "targets.1.label.ja: nothing",
        "targets.1.label.jp",
        "targets.1.outcom",
        "targets.1.outcome: nothing",
        "targets.2.default: true",
        "targets.2.eligible.repeat: 1",
        'targets.2.horizon_days: "9"',
        "targets.2.name: deal",
        'targets.2.outcome: " "',
        "train.seed: 1.5",
    ]
    assert "did you mean outcome?" in "\n".join(report)


def test_an_embargo_below_the_horizon_of_one_target_names_it() -> None:
    (fault,) = faults(TWO + "split: {embargo_days: 60}")
    assert "targets.0, split: embargo_days: 60" in fault
    assert "at least horizon_days, 90" in fault
    assert parse_all(TWO + "split: {embargo_days: 90}")


def test_a_value_at_fault_elsewhere_does_not_hide_an_embargo_below_a_horizon() -> None:
    report = "\n".join(faults(TWO + "split: {embargo_days: 60, test_share: 3}"))
    assert "split.test_share: 3" in report
    assert "targets.0, split: embargo_days: 60" in report


def test_the_schema_describes_a_target() -> None:
    schema = json_schema()
    target = schema["$defs"]["TargetParams"]
    assert target["required"] == ["name", "outcome", "horizon_days"]
    assert set(target["properties"]) == {
        *("name", "outcome", "horizon_days", "eligible", "label", "default", "ranking")
    }
    assert schema["properties"]["targets"]["items"] == {"$ref": "#/$defs/TargetParams"}


def test_the_example_with_four_targets_is_read() -> None:
    read = load_all(ROOT / "examples" / "sample" / "targets.yaml")
    won, opened, repeat, plan = read.values()
    assert dataclasses.asdict(won.features) == dataclasses.asdict(opened.features)
    assert (won.cohort.outcome, opened.cohort.outcome) == ("won", "opened")
    assert (repeat.cohort.repeat, repeat.cohort.rule.after_outcome) == (True, "won")
    assert (plan.cohort.outcome, plan.cohort.repeat) == ("support_plan", False)
    assert plan.cohort.rule.after_outcome == "won"
    assert won.cohort.rule.after_outcome is None
    assert (ROOT / won.source.mapping).is_file()


def test_each_target_chooses_what_its_leads_are_ranked_by() -> None:
    text = TWO.replace("outcome: won,", "outcome: won, ranking: contact_value,")
    views = parse_all(text)
    assert [one.train.ranking for one in views.values()] == ["contact_value", "probability"]
    every = parse_all(TWO + "train: {ranking: contact_value}")
    assert {one.train.ranking for one in every.values()} == {"contact_value"}
    assert "ranking" in faults(TWO.replace("outcome: won,", "outcome: won, ranking: luck,"))[0]
