"""The former score of the sample company has the two faults that are planted in it."""

import pandas as pd

from pipelines.sample import SampleSettings, make
from pipelines.sample.former_score import PLANTED, START, WON, former_scores


def test_points_only_rise_and_leap_on_the_day_of_the_win() -> None:
    company = make(SampleSettings(400, 3))
    scores = former_scores(company).to_pandas()
    assert scores.groupby("lead_id")["score"].first().eq(START).all()
    steps = scores.groupby("lead_id")["score"].diff().dropna()
    assert (steps > 0).all()
    won = company.first_won_at
    winners = {company.lead_ids[n] for n in range(len(won)) if won[n] < company.ends_at}
    assert winners
    leaps = set(scores.loc[steps[steps >= WON].index, "lead_id"])
    assert leaps <= winners
    assert len(leaps) >= len(winners) - 1  # a win in the last hour has not been scored yet
    assert set(PLANTED) == {"A004", "A007"}


def test_no_value_lies_after_the_end_and_all_leads_have_one() -> None:
    company = make(SampleSettings(50, 4))
    scores = former_scores(company).to_pandas()
    assert scores["at"].max() < pd.Timestamp(company.ends_at, unit="us", tz="UTC")
    assert scores["lead_id"].nunique() >= 49
