"""The figures of the funnel, the channels and stages of deals: from their summary, or computed.

Decided here: with many leads they take seconds to compute, so the process that refreshes the
ranking computes and stores them whenever leads have changed, and once an hour because the spans of
time move on. Where no recent summary is stored, a page computes its own. It takes at most a share
of the time of that process (`_SHARE`), so with many leads the summaries are some minutes old; each
states its moment.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from serve.insight.deal_flow import usual_days
from serve.ranking.channels import ChannelsFigures, channels_of
from serve.ranking.funnel import FunnelFigures, QualifiedSetting, funnel_of
from serve.store.ranking.cohorts import Cohorts
from serve.store.ranking.summaries import Summaries

_SHARE: Final = 0.05
_YEAR: Final = timedelta(days=365)
_SOONEST: Final = 5.0
_LATEST: Final = 3600.0
"""Seconds between two renewals, at least and at most."""


class MarketFigures:
    """Reads the figures of a database.

    Parameters
    ----------
    cohorts
        Of the database.
    summaries
        Of the database.
    """

    def __init__(self, cohorts: Cohorts, summaries: Summaries) -> None:
        self._cohorts, self._summaries = cohorts, summaries

    def funnel(self, target: str, setting: QualifiedSetting, now: datetime) -> FunnelFigures:
        """Return the figures of the funnel.

        Parameters
        ----------
        target
            Empty is the default.
        setting
            What makes a lead qualified.
        now
            The moment, in the zone of the company.
        """
        stored = self._summaries.read(_funnel(setting), target, FunnelFigures, now)
        return stored or funnel_of(self._cohorts, target, setting, now)

    def channels(self, target: str, now: datetime) -> ChannelsFigures:
        """Return the figures of the channels.

        Parameters
        ----------
        target
            Empty is the default.
        now
            The moment, in the zone of the company.
        """
        stored = self._summaries.read("channels", target, ChannelsFigures, now)
        return stored or channels_of(self._cohorts, target, now)

    def usual_days(self, now: datetime) -> dict[str, float]:
        """Return the median days that the deals won in a year were in each stage.

        Parameters
        ----------
        now
            The moment.
        """
        stored = self._summaries.read("usual days", "", dict[str, float], now)
        return self._usual_days(now) if stored is None else stored

    def _usual_days(self, now: datetime) -> dict[str, float]:
        return usual_days(self._cohorts.won_deals(now - _YEAR))

    def store(self, target: str, setting: QualifiedSetting, now: datetime) -> None:
        """Compute and store the figures.

        Parameters
        ----------
        target
            Empty is the default.
        setting
            What makes a lead qualified.
        now
            The moment, in the zone of the company.
        """
        funnel = funnel_of(self._cohorts, target, setting, now)
        self._summaries.put(_funnel(setting), target, funnel, now)
        self._summaries.put("channels", target, channels_of(self._cohorts, target, now), now)
        if not target:
            self._summaries.put("usual days", "", self._usual_days(now), now)


class Renewal:
    """Decides when the figures are computed again.

    Parameters
    ----------
    figures
        To be stored.
    setting
        What makes a lead qualified.
    clock
        Seconds from any moment on.
    """

    def __init__(
        self, figures: MarketFigures, setting: QualifiedSetting, clock: Callable[[], float]
    ) -> None:
        self._figures, self._setting, self._clock = figures, setting, clock
        self._changed, self._next, self._last = True, 0.0, 0.0

    def step(self, targets: Iterable[str], now: datetime, *, changed: bool) -> bool:
        """Compute and store the figures of all targets, if it is time; return whether it was.

        Parameters
        ----------
        targets
            Empty is the default.
        now
            The moment, in the zone of the company.
        changed
            Whether leads were ranked since the last call.
        """
        self._changed = self._changed or changed
        begin = self._clock()
        if begin < (self._next if self._changed else self._last):
            return False
        for target in targets:
            self._figures.store(target, self._setting, now)
        took, self._changed = self._clock() - begin, False
        self._next, self._last = begin + max(_SOONEST, took / _SHARE), begin + _LATEST
        return True


def _funnel(setting: QualifiedSetting) -> str:
    """Return the name of the summary: another setting is another summary."""
    return f"funnel {setting}"
