"""The sample company: a Japanese B2B software company that carries its own truth.

`make` makes it, `write` writes it as a CRM export, `SampleCompany.tables` returns the canonical
tables at once, `truth_at` returns the true probability of any snapshot.
"""

from pipelines.sample.answers import truth_at, truth_snapshots
from pipelines.sample.company import SampleCompany, make
from pipelines.sample.leaks import PLANTED_LEAKS
from pipelines.sample.simulation.history import SampleSettings
from pipelines.sample.write import write

__all__ = [
    "PLANTED_LEAKS",
    "SampleCompany",
    "SampleSettings",
    "make",
    "truth_at",
    "truth_snapshots",
    "write",
]
