"""What `train` learns about contacts: the effect of a contact, by the features of the model.

Decided here: the test is the file that `contacts.test` names; its leads are looked at as of their
moments by the very catalog of the model. Without such a file nothing is learned about contacts.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import build, snapshots
from features.build import CompiledCatalog
from features.catalog.catalog import Catalog
from features.errors import BadTables
from models.contact import contact_part
from models.contact.contact_part import ContactPart
from models.contact.contact_value import contact_value
from models.contact.rows import ContactRows
from models.contact.verdict import FEWEST_ROWS
from pipelines.contacts.contact_test import of_file
from pipelines.run.stage_context import Job
from pipelines.stages.snapshot import observed_until
from pipelines.storage import partitions
from pipelines.storage.accounts import account_codes


def learned(job: Job, catalog: Catalog) -> ContactPart | None:
    """Estimate what a contact adds; None without a test.

    Parameters
    ----------
    job
        The parameters and places.
    catalog
        Of the model.

    Raises
    ------
    BadTables
        If the file cannot be used, or has leads that the tables do not have.
    """
    if job.params.contacts.test is None:
        return None
    rows, values, opened = _read(job, Path(job.params.contacts.test), catalog)
    sides = rows["contacted"].sum(), (~rows["contacted"]).sum()
    if min(sides) < FEWEST_ROWS:
        return contact_part.too_few(len(rows), int(rows["label"].sum()), by_lot="chance" in rows)
    unit = account_codes(job.places.tables, rows["lead_id"])
    done = contact_value(
        ContactRows(
            contact_part.frame_of(values, catalog),
            rows["contacted"].to_numpy(np.bool_),
            rows["label"].to_numpy(np.float64),
            pd.factorize(rows["lead_id"])[0].astype(np.int64) if unit is None else unit,
            rows["chance"].to_numpy(np.float64) if "chance" in rows else None,
        ),
        opened,
    )
    return contact_part.of_value(done, values, catalog)


def _read(job: Job, path: Path, catalog: Catalog) -> tuple[pd.DataFrame, NDArray[np.float32], int]:
    """Return the leads of the test, their features, and how many leads are open now."""
    places, cohort = job.places.tables, job.params.cohort
    until, compiled = observed_until(places), CompiledCatalog(catalog)
    zone = partitions.manifest(places).values_reading.zone
    matched, values, opened, leads = [], [], 0, 0
    for part in range(partitions.count(places)):
        tables = partitions.read(places, part)
        test = of_file(path, (tables.outcomes, cohort.target, until), zone)
        mine = test.frame[test.frame["lead_id"].isin(tables.leads["lead_id"])]
        mine = mine.reset_index(drop=True)
        matched.append(mine)
        values.append(build.build(tables, mine, compiled).values)
        opened += len(snapshots.at(tables, until, cohort.rule))
        leads = len(test.frame)
    rows = pd.concat(matched, ignore_index=True)
    if len(rows) < leads:
        raise BadTables.of(
            f"{path.name}: {leads - len(rows)} leads that the tables do not have",
            "leads of the tables",
            "correct the file, or run `mikomi ingest` with the newest export",
        )
    return rows, np.concatenate(values), opened
