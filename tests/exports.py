"""A small clean export with its mapping, to plant faults in."""

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from pipelines.intake.ingest import IngestSettings, ingest
from pipelines.intake.report import IngestReport

LEADS = 120
MAPPING: dict[str, Any] = {
    "name": "clean",
    "sources": {
        "leads": {"path": "leads.csv"},
        "companies": {"path": "companies.csv"},
        "calls": {"path": "calls.csv"},
        "mails": {"path": "mails.csv"},
        "deals": {"path": "deals.csv"},
        "changes": {"path": "changes.csv"},
    },
    "times": {"zone": "Asia/Tokyo"},
    "missing_values": ["", "NA"],
    "stages": ["qualified"],
    "observed_until": "2026-01-01T00:00:00+09:00",
    "leads": [
        {
            "source": "leads",
            "columns": {"lead_id": "id", "created_at": "created", "account_id": "company"},
            "attributes": {"industry": "category", "employees": "number"},
        }
    ],
    "accounts": [
        {
            "source": "companies",
            "columns": {"account_id": "id"},
            "attributes": {"region": "category"},
        }
    ],
    "activities": [
        {
            "source": "calls",
            "columns": {
                "lead_id": "lead",
                "activity_id": "id",
                "occurred_at": "at",
                "activity_type": {"constant": "call"},
                "dwell_seconds": "seconds",
            },
        },
        {
            "source": "mails",
            "columns": {"lead_id": "lead", "occurred_at": "at", "activity_type": "what"},
        },
    ],
    "outcomes": [
        {
            "source": "deals",
            "columns": {
                "lead_id": "lead",
                "occurred_at": "at",
                "outcome": {
                    "column": "state",
                    "values": {"Won": "won", "Lost": "lost", "Qualified": "qualified"},
                },
            },
        }
    ],
    "attribute_changes": [
        {
            "source": "changes",
            "columns": {
                "lead_id": "lead",
                "attribute": "field",
                "occurred_at": "at",
                "value": "value",
            },
        }
    ],
}


@dataclass
class Export:
    """Files of an export and the mapping that reads them; both may be changed at will.

    `bytes_for` are bytes that stand in the files instead of some text.
    """

    files: dict[str, pd.DataFrame]
    mapping: dict[str, Any]
    bytes_for: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in self.files.items():
            content = frame.to_csv(index=False).encode()
            for text, other in self.bytes_for.items():
                content = content.replace(text.encode(), other)
            (folder / f"{name}.csv").write_bytes(content)
        path = folder / "mapping.yaml"
        path.write_text(yaml.safe_dump(self.mapping, allow_unicode=True), "utf-8")
        return path

    def ingest(self, folder: Path, settings: IngestSettings | None = None) -> IngestReport:
        return ingest(self.write(folder / "export"), folder / "store", settings)

    def add(self, name: str, *rows: dict[str, str]) -> None:
        """Append rows; columns that are not given are taken from the first row."""
        frame = self.files[name]
        full = [frame.iloc[0].to_dict() | row for row in rows]
        self.files[name] = pd.concat([frame, pd.DataFrame(full, dtype="str")], ignore_index=True)


def clean() -> Export:
    """Make an export in which no check finds anything."""
    numbers = range(LEADS)
    day = pd.Timestamp("2025-01-06 09:00")
    created = {n: day + pd.Timedelta(hours=30 * n) for n in numbers}

    def at(number: int, hours: float) -> str:
        return (created[number] + pd.Timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M:%S")

    ids = [f"L{n:03d}" for n in numbers]
    industries = ["manufacturing", "retail", "software"]
    leads = {
        "id": ids,
        "created": [at(n, 0) for n in numbers],
        "company": [f"C{n % 40:02d}" for n in numbers],
        "industry": [industries[n % 3] for n in numbers],
        "employees": [str(10 + 7 * n) for n in numbers],
    }
    companies = {
        "id": [f"C{n:02d}" for n in range(40)],
        "region": [("east", "west")[n % 2] for n in range(40)],
    }
    calls = {
        "id": [f"call-{n}" for n in numbers],
        "lead": ids,
        "at": [at(n, 5) for n in numbers],
        "seconds": [str(60 + n) for n in numbers],
    }
    mails = {
        "lead": [*ids, *ids],
        "at": [at(n, 2) for n in numbers] + [at(n, 80) for n in numbers],
        "what": ["email_open"] * LEADS + ["email_click"] * LEADS,
    }
    states = ["Won", "Lost", "Qualified"]
    deals = {
        "lead": ids,
        "at": [at(n, 200) for n in numbers],
        "state": [states[n % 2] if n < 90 else states[2] for n in numbers],
    }
    changes = {
        "lead": ids[:10],
        "field": ["industry"] * 10,
        "at": [at(n, 100) for n in range(10)],
        "value": ["retail"] * 10,
    }
    tables = {
        "leads": leads,
        "companies": companies,
        "calls": calls,
        "mails": mails,
        "deals": deals,
        "changes": changes,
    }
    files = {name: pd.DataFrame(columns, dtype="str") for name, columns in tables.items()}
    return Export(files, copy.deepcopy(MAPPING))
