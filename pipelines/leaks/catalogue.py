"""All leak checks, in the order of their numbers."""

from typing import Final

from pipelines.leaks.check import LeakCheck
from pipelines.leaks.l001_time_travel import CHECK as L001
from pipelines.leaks.l002_availability import CHECK as L002
from pipelines.leaks.l003_single_feature import CHECK as L003
from pipelines.leaks.l004_outcome_activities import CHECK as L004
from pipelines.leaks.l005_overlap import CHECK as L005

CHECKS: Final[tuple[LeakCheck, ...]] = (L001, L002, L003, L004, L005)
