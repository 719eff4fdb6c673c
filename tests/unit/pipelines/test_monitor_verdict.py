"""The verdict of the monitor states what deviates below the alarm, in both languages."""

from dataclasses import replace

import numpy as np
import pytest

from features.catalog.catalog import Catalog, Vocabulary
from features.wording.sentences import Language
from models.monitoring.findings import ComparedSnapshots, MonitorReport
from models.monitoring.matured import MaturedPredictions, calibrated
from models.monitoring.settings import MonitorSettings
from pipelines.reports.monitor import page, writing
from tests.unit.models.test_monitoring import both, drifted

SETTINGS = MonitorSettings(redraws=1000)
CATALOG = Catalog((), Vocabulary())


def report(share: float) -> MonitorReport:
    """Make a run where 400 hot leads of .5 convert at a share of what was predicted."""
    label = np.zeros(800)
    label[: round(200 * share)] = 1.0
    label[400:420] = 1.0
    predictions = MaturedPredictions(
        label=label,
        probability=np.repeat([0.5, 0.05], 400),
        lead=np.arange(800),
        cutoff=np.zeros(800, np.int64),
        band=np.repeat(["hot", "cold"], 400),
        segments={},
    )
    compared = ComparedSnapshots(0, 400, 400, 1000, 100, 0, 0, 0.0)
    still = tuple(replace(one, alarm=False, p_value=1.0) for one in drifted(both(1)))
    matured = calibrated(predictions, "receipts", SETTINGS)
    return MonitorReport(compared, still, (), (), matured, "0" * 64)


@pytest.mark.parametrize(
    ("language", "calm", "line"),
    [
        (
            "en",
            "Nothing has changed",
            "band hot: of 400 predictions 156 converted, 200.0 were expected: 0.78 times",
        ),
        ("ja", "異常なし", "区分 hot：予測400件のうち受注は156件、期待値は200.0件。期待値の0.78倍"),
    ],
)
def test_hot_leads_that_convert_less_than_predicted_are_stated_without_an_alarm(
    language: Language, calm: str, line: str
) -> None:
    low = report(0.78)
    texts = " ".join(page.verdicts(low, CATALOG, SETTINGS, language))
    assert low.verdict == "quiet"
    assert calm not in texts
    assert line in texts
    as_predicted = " ".join(page.verdicts(report(1.0), CATALOG, SETTINGS, language))
    assert calm in as_predicted
    assert "0.78" not in as_predicted


def test_the_json_holds_the_sentences() -> None:
    facts = writing.payload(report(0.78), CATALOG, SETTINGS, "acme")
    assert any("0.78 times" in one for one in facts["below_alarm"])
    assert writing.payload(report(1.0), CATALOG, SETTINGS, "acme")["below_alarm"] == []


def test_shifts_that_are_real_and_small_are_counted() -> None:
    small = report(1.0)
    shifted = (replace(small.drift[0], p_value=1e-6), *small.drift[1:])
    texts = page.verdicts(replace(small, drift=shifted), CATALOG, SETTINGS, "en")
    assert any("1 shift of a feature or score is beyond chance" in one for one in texts)
