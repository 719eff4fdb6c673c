"""Two own features of a company: activity late in the evening, and the business climate."""

import numpy as np

import mikomi

EVENING = 18


@mikomi.feature(
    label=("Activity late in the evening", "夜間の活動"),
    value=("{value} of the activities were after 18:00 (JST)", "18時以降の活動の割合：{value}"),
    none=("No activity after 18:00 (JST)", "18時以降の活動なし"),
    unit="share",
)
def late_share(activities, snapshots):
    """Return the share of a lead's activities that were after 18:00 in Japan."""
    rows = snapshots.reset_index(names="row").merge(activities, on="lead_id")
    rows = rows[rows["visible_from"] < rows["cutoff"]]
    late = rows["occurred_at"].dt.tz_convert("Asia/Tokyo").dt.hour >= EVENING
    return late.groupby(rows["row"]).mean().reindex(snapshots.index)


@mikomi.feature(
    label=("Business climate", "景況感"),
    value=("business climate of the last quarter: {value}", "直近四半期の景況感：{value}"),
    none=("business climate not known", "景況感：不明"),
    table="climate.csv",
    known_at="published_at",
)
def climate(index, snapshots):
    """Return the last index that was published before the cutoff."""
    known = index.sort_values("visible_from")
    at = np.searchsorted(known["visible_from"], snapshots["cutoff"], side="left") - 1
    return np.where(at >= 0, known["diffusion_index"].to_numpy(float)[at], np.nan)
