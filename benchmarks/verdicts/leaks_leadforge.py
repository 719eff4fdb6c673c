"""A company of the package leadforge as an export, with columns that look into the future.

Decided here: `strict` is what a lead is at its creation; `careless` adds the stage of its deal, its
own stage and the count of all its touches, as of the end. Leads are asked about when 30 days old;
all of them come within a month, so whether they convert in the 60 days after it is put on the next
day, by convention, or no split by time would be left.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pandas as pd
import yaml

SEED: Final = 42
CUTOFF_DAYS: Final = 30
RECIPE: Final = "b2b_saas_procurement_v1"
LATER: Final = {"stage": "category", "current_stage": "category", "total_touches_all": "number"}
_ACTS: Final = {
    "touches": ("touch_id", "touch_timestamp"),
    "sessions": ("session_id", "session_timestamp"),
    "sales_activities": ("activity_id", "activity_timestamp"),
}


def export(folder: Path) -> Path:
    """Generate the company, and write its export, its mapping and its params; give the params."""
    made = folder / "made"
    command = [str(Path(sys.executable).with_name("leadforge")), "generate"]
    command += ["--recipe", RECIPE, "--seed", str(SEED), "--mode", "research_instructor"]
    command += ["--difficulty", "intermediate", "--out", str(made)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    table = {path.stem: pd.read_parquet(path) for path in (made / "tables").glob("*.parquet")}
    tasks = [pd.read_parquet(path) for path in (made / "tasks").glob("*/*.parquet")]
    leads = table["leads"].merge(table["contacts"].drop(columns=["account_id", "created_at"]))
    deals = table["opportunities"].drop_duplicates("lead_id")[["lead_id", "stage"]]
    leads = leads.merge(deals, how="left")
    leads = leads.merge(pd.concat(tasks)[["lead_id", "total_touches_all"]], how="left")
    leads.to_parquet(folder / "leads.parquet")
    table["accounts"].to_parquet(folder / "accounts.parquet")
    for name in _ACTS:
        table[name].to_parquet(folder / f"{name}.parquet")
    age = pd.to_datetime(leads["conversion_timestamp"]) - pd.to_datetime(leads["lead_created_at"])
    won = leads[(age >= pd.Timedelta(days=CUTOFF_DAYS)).to_numpy(bool, na_value=False)]
    won[["lead_id"]].to_parquet(folder / "won.parquet")
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping()), "utf-8")
    (folder / "params.yaml").write_text(yaml.safe_dump(params(folder)), "utf-8")
    return folder / "params.yaml"


def mapping() -> dict[str, Any]:
    """Return the strict mapping, in which what is known later is named."""
    names = ["leads", "accounts", "won", *_ACTS]
    lead = ("lead_source", "first_touch_channel", "role_function", "seniority", "buyer_role")
    company = ("industry", "region", "employee_band", "estimated_revenue_band")
    return {
        "name": "leadforge",
        "sources": {name: {"path": f"{name}.parquet"} for name in names},
        "times": {"zone": "UTC"},
        "observed_until": "2024-06-30T00:00:00Z",
        "leads": [
            {
                "source": "leads",
                "columns": {
                    "lead_id": "lead_id",
                    "created_at": "lead_created_at",
                    "account_id": "account_id",
                    "owner_id": "owner_rep_id",
                },
                "attributes": dict.fromkeys(lead, "category"),
                "known_later": {name: {"why": "as of the end"} for name in LATER},
            }
        ],
        "accounts": [
            {
                "source": "accounts",
                "columns": {"account_id": "account_id"},
                "attributes": dict.fromkeys(company, "category"),
            }
        ],
        "activities": [
            {
                "source": name,
                "columns": {
                    "lead_id": "lead_id",
                    "activity_id": key,
                    "occurred_at": at,
                    "activity_type": {"constant": name},
                },
            }
            for name, (key, at) in _ACTS.items()
        ],
        "outcomes": [
            {
                "source": "won",
                "columns": {
                    "lead_id": "lead_id",
                    "occurred_at": {"after_created_days": CUTOFF_DAYS + 1},
                    "outcome": {"constant": "won"},
                },
            }
        ],
    }


def params(folder: Path) -> dict[str, Any]:
    """Return params that score every lead that is still open after 30 days."""
    return {
        "workspace": "leadforge",
        "source": {"mapping": str(folder / "mapping.yaml")},
        "cohort": {"horizon_days": 2, "every_days": None, "early_age_hours": [24 * CUTOFF_DAYS]},
        "split": {"test_share": 0.25},
        "features": {"windows_days": [7, 30]},
    }
