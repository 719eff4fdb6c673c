"""The features of account mates, slowly and obviously; a part of `tests.oracle`."""

from features.feature import Feature
from tests.oracle_records import NAN, Record, Visible

DAY = 24 * 3_600 * 1_000_000
NEWEST = 50
DECIDERS = ("部長", "CEO")
"""The roles of `tests.builders` whose people decide."""


class OfAccounts(Visible):
    def _attribute(self, name: str, lead: str, cutoff: int) -> float:
        raise NotImplementedError

    def _account(  # noqa: C901, PLR0911, PLR0912 (a plain list of cases)
        self, feature: Feature, lead: str, cutoff: int
    ) -> float:
        if self.leads[lead]["account_id"] is None or not self._visible(lead, cutoff):
            return NAN
        newest = self._newest(lead, cutoff)
        others = [other for _, other in newest]
        acts = [a for other in others for a in self._acts(other, cutoff)]
        match feature.measure:
            case "lead_count":
                return len(others)
            case "won_count":
                ends = [o for other in others for o in self._ends(other, cutoff)]
                return sum(o["outcome"] == "won" for o in ends)
            case "lost_count":
                ends = [o for other in others for o in self._ends(other, cutoff)]
                return sum(o["outcome"] == "lost" for o in ends)
            case "opened_per_year":
                known = [since for since, _ in newest]
                return self._opened_per_year(others, known, cutoff) if others else NAN
            case "company_opened_per_year":
                known = [since for since, _ in newest] + [self.leads[lead]["visible_from"]]
                return self._opened_per_year([*others, lead], known, cutoff)
            case "deal_surplus":
                return self._surplus(others, cutoff) if others else NAN
            case "company_deal_surplus":
                return self._surplus([*others, lead], cutoff)
            case "open_count":
                return sum(open_deals(self._ends(other, cutoff)) for other in others)
            case "opened_mean":
                ends = [o for other in others for o in self._ends(other, cutoff)]
                return sum(o["outcome"] == "opened" for o in ends) / len(others) if others else NAN
            case "activity_mean":
                return len(acts) / len(others) if others else NAN
            case "age_mean":
                ages = [cutoff - since for since, _ in newest]
                return sum(ages) / len(ages) / DAY if ages else NAN
            case "active_count":
                since = cutoff - feature.window_days * DAY
                return len({a["lead_id"] for a in acts if a["at"] >= since})
            case "days_since_last":
                return (cutoff - max(a["at"] for a in acts)) / DAY if acts else NAN
        days = feature.window_days
        return sum(days is None or a["at"] >= cutoff - days * DAY for a in acts)

    def _opened_per_year(self, leads: list[str], known: list[int], cutoff: int) -> float:
        ends = [o for lead in leads for o in self._ends(lead, cutoff)]
        months = sum((cutoff - since) // (30 * DAY) for since in known)
        return (sum(o["outcome"] == "opened" for o in ends) + 1) / (months / (365 / 30) + 1)

    def _surplus(self, leads: list[str], cutoff: int) -> float:
        ends = [o for lead in leads for o in self._ends(lead, cutoff)]
        acts = [a for lead in leads for a in self._acts(lead, cutoff)]
        deals = sum(o["outcome"] in ("opened", "won") for o in ends)
        return deals - len(acts) / self.words.activities_per_deal

    def _newest(self, lead: str, cutoff: int) -> list[tuple[int, str]]:
        """Return from when the other leads that count are visible, and their ids."""
        account = self.leads[lead]["account_id"]
        visible = [
            (other["visible_from"], other["lead_id"])
            for other in self.leads.values()
            if other["account_id"] == account and other["visible_from"] < cutoff
        ]
        return [one for one in sorted(visible)[-NEWEST:] if one[1] != lead]

    def _buying_group(self, feature: Feature, lead: str, cutoff: int) -> float:
        if self.leads[lead]["account_id"] is None or not self._visible(lead, cutoff):
            return NAN
        others = [other for _, other in self._newest(lead, cutoff)]
        if feature.measure == "stage_count":
            ends = [o for other in others for o in self._ends(other, cutoff)]
            return sum(o["outcome"] == feature.key for o in ends)
        known = self.words.categories["job_role"]
        codes = {other: self._attribute("job_role", other, cutoff) for other in others}
        roles = {other: known[int(c) - 1] for other, c in codes.items() if c > 0}
        deciders = [other for other, role in roles.items() if role in DECIDERS]
        match feature.measure:
            case "role_count":
                return sum(role == feature.key for role in roles.values())
            case "role_kinds":
                return len(set(roles.values()))
            case "decider_count":
                return len(deciders)
        acts = [a["at"] for other in deciders for a in self._acts(other, cutoff)]
        return (cutoff - max(acts)) / DAY if acts else NAN


def open_deals(ends: list[Record]) -> int:
    """Count the deals whose last step is no end."""
    latest = {(o["lead_id"], o["deal_id"]): o["outcome"] for o in ends}
    return sum(outcome not in ("won", "lost") for outcome in latest.values())
