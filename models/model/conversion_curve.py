"""The conversion curve: from the probability at the model's horizon to that at other horizons.

Decided here: one margin orders the leads at every horizon, so reasons stay exact, and a curve of
two tables does the rest. Up to the horizon, the share of those who convert within it that have
converted by then; beyond it, the share of the others that convert by then:

    P(days) = p * within(days)                    days <= horizon
    P(days) = 1 - (1 - p) * (1 - beyond(days))    days >  horizon

Both shares never fall with the days or with p, so probabilities of longer horizons are never
smaller, and no order of leads changes. Between days, and between the log-odds of the tables' rows,
they are interpolated by straight lines. The interval of a probability adds to the interval at the
horizon, in squares on the scale of log-odds, what is not known of the share.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.model.interval import PERIOD
from models.stats.log_odds import expit, logit
from models.stats.training_set import Floats

HORIZONS_DAYS: Final = (30.0, 60.0, 90.0, 180.0)
"""The horizons that are stated beside the model's own, where the data reach that far."""
QUARTILES: Final = (0.25, 0.5, 0.75)
MOVES: Final = (0.25, PERIOD)
"""Standard deviation, in log, of a share from one period to the next: seasons move timing too, and
beyond the horizon lies another period, whose rate moves as any."""
_QUANTILE: Final = 1.6448536269514722
_LEAST: Final = 1e-9


@dataclass(frozen=True)
class ConversionCurve:
    """When leads of a probability convert, learned from outcomes.

    Attributes
    ----------
    horizon_days
        The model's horizon.
    days
        Ascending; `horizon_days` is one of them.
    log_odds
        Ascending: log-odds of the probabilities that the rows of `share` stand for.
    share
        Shape (log-odds, days): `within` up to the horizon, where it is 1; `beyond` after it.
    converted
        Shape (log-odds, 2): how many leads taught `within` and `beyond` in each row.
    newest_rows, newest_shift
        How many rows whose horizon was not over taught the level, and by how much they moved all
        log-odds (`models.training.time.newest_rows`).
    """

    horizon_days: float
    days: tuple[float, ...]
    log_odds: tuple[float, ...]
    share: tuple[tuple[float, ...], ...]
    converted: tuple[tuple[float, float], ...]
    newest_rows: int = 0
    newest_shift: float = 0.0

    @cached_property
    def horizons(self) -> tuple[float, ...]:
        """The horizons that are stated, in days, ascending."""
        known = [days for days in HORIZONS_DAYS if self.days[0] <= days <= self.days[-1]]
        return tuple(sorted({*known, self.horizon_days}))

    def at(self, probability: Floats, days: float) -> Floats:
        """Compute the probability of a conversion within some days: shape of `probability`.

        Parameters
        ----------
        probability
            Shape (rows,): at the model's horizon.
        days
            From 0 to the last of `days`.
        """
        share = self._shares(logit(probability), days)
        if days <= self.horizon_days:
            return np.asarray(probability * share)
        return np.asarray(1.0 - (1.0 - probability) * (1.0 - share))

    def ends(
        self, probability: Floats, interval: tuple[Floats, Floats], days: float
    ) -> tuple[Floats, Floats]:
        """Compute the interval of the probability within some days: low, high.

        Parameters
        ----------
        probability
            Shape (rows,): at the model's horizon.
        interval
            Its low and its high end.
        days
            From 0 to the last of `days`.
        """
        if days == self.horizon_days:
            return interval
        middle = logit(self.at(probability, days))
        error = _QUANTILE * self._error(probability, days)
        low, high = (logit(self.at(end, days)) for end in interval)
        low = expit(middle - np.hypot(middle - low, error))
        high = expit(middle + np.hypot(high - middle, error))
        bound = np.minimum if days < self.horizon_days else np.maximum
        return bound(low, interval[0]), bound(high, interval[1])

    def stated(self, probability: Floats, interval: tuple[Floats, Floats]) -> Floats:
        """Compute the probabilities of all `horizons` with their intervals.

        Parameters
        ----------
        probability
            Shape (rows,): at the model's horizon.
        interval
            Its low and its high end.

        Returns
        -------
        Shape (rows, 3, horizons): probability, low and high; none falls from one horizon to the
        next.
        """
        parts = [
            np.column_stack([self.at(probability, days), *self.ends(probability, interval, days)])
            for days in self.horizons
        ]
        return np.asarray(np.maximum.accumulate(np.stack(parts, axis=2), axis=2))

    def quartiles(self, probability: Floats) -> Floats:
        """Compute the quartiles of the days that those who convert take: shape (rows, 3)."""
        return np.column_stack([self.quantile(probability, level) for level in QUARTILES])

    def quantile(self, probability: Floats, level: float) -> Floats:
        """Compute after how many days a share of those who convert has done so: shape (rows,).

        Those who convert are those who do within the last of `days`.

        Parameters
        ----------
        probability
            Shape (rows,): at the model's horizon.
        level
            The share, from 0 to 1.
        """
        days = np.array([0.0, *self.days])
        reached = np.column_stack([self.at(probability, float(one)) for one in days])
        wanted = level * reached[:, -1]
        after = np.clip((reached < wanted[:, None]).sum(axis=1), 1, len(days) - 1)
        row = np.arange(len(wanted))
        low, high = reached[row, after - 1], reached[row, after]
        part = (wanted - low) / np.maximum(high - low, _LEAST)
        return np.asarray(days[after - 1] + part * (days[after] - days[after - 1]))

    def to_json(self) -> dict[str, Any]:
        """Return the curve as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "ConversionCurve":
        """Read what `to_json` wrote."""
        pairs = tuple((float(one), float(other)) for one, other in raw["converted"])
        share = tuple(tuple(row) for row in raw["share"])
        own = raw["horizon_days"], tuple(raw["days"]), tuple(raw["log_odds"])
        return cls(*own, share, pairs, raw["newest_rows"], raw["newest_shift"])

    def _error(self, probability: Floats, days: float) -> Floats:
        """Return the standard deviation of the log-odds that comes from the share alone."""
        z = logit(probability)
        share = np.maximum(self._shares(z, days), _LEAST)
        beyond = int(days > self.horizon_days)
        count = np.interp(z, self.log_odds, np.array(self.converted)[:, beyond])
        relative = np.sqrt((1.0 - share) * (1.0 / (1.0 + count) + MOVES[beyond] ** 2))
        reached = np.clip(self.at(probability, days), _LEAST, 1.0 - _LEAST)
        if not beyond:
            return np.asarray(relative / (1.0 - reached))
        return np.asarray((1.0 - probability) * share * relative / (reached * (1.0 - reached)))

    def _shares(self, z: Floats, days: float) -> Floats:
        """Interpolate the table between days, then between log-odds."""
        inner = days <= self.horizon_days
        own = np.array(self.days)
        mine = own <= self.horizon_days if inner else own >= self.horizon_days
        table = self._table[:, mine]
        at = own[mine]
        if inner:
            at, table = np.append(0.0, at), np.column_stack([np.zeros(len(table)), table])
        else:
            table[:, 0] = 0.0
        column = np.array([np.interp(days, at, row) for row in table])
        return np.asarray(np.interp(z, self.log_odds, column))

    @property
    def _table(self) -> NDArray[np.float64]:
        return np.array(self.share)
