"""What the channels of the sample company cost, month by month; for `mikomi spend load`.

Decided here: a channel costs a fixed amount a month and one for every lead that came in; both are
assumptions about the company, and nothing is drawn.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

COSTS: Final = {
    "Web検索": (120_000, 6_500),
    "比較サイト": (50_000, 12_500),
    "展示会": (400_000, 9_000),
    "紹介": (20_000, 2_000),
    "セミナー": (150_000, 8_000),
    "広告": (80_000, 11_000),
    "問い合わせ": (30_000, 500),
    "代理店": (100_000, 7_000),
}
"""By source: yen a month, and yen a lead."""


def spend_rows(leads: Iterable[tuple[datetime, str]]) -> list[tuple[str, str, int]]:
    """Compute the spend: source, month, amount; by month, then by source.

    Parameters
    ----------
    leads
        When each lead came in, in the time zone of the company, and its source.

    >>> spend_rows([(datetime(2026, 1, 5), "紹介"), (datetime(2026, 1, 9), "紹介")])
    [('紹介', '2026-01', 24000)]
    """
    counts = Counter((f"{at:%Y-%m}", source) for at, source in leads)
    return [
        (source, month, COSTS[source][0] + COSTS[source][1] * count)
        for (month, source), count in sorted(counts.items())
    ]
