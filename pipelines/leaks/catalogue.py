"""All leak checks, in the order of their numbers."""

from typing import Final

from pipelines.leaks.check import LeakCheck
from pipelines.leaks.l001_time_travel import CHECK as L001
from pipelines.leaks.l002_availability import CHECK as L002
from pipelines.leaks.l003_single_feature import CHECK as L003
from pipelines.leaks.l004_outcome_activities import CHECK as L004
from pipelines.leaks.l005_overlap import CHECK as L005
from pipelines.leaks.l006_later_dates import CHECK as L006
from pipelines.leaks.l007_running_numbers import CHECK as L007
from pipelines.leaks.l008_near_duplicates import CHECK as L008
from pipelines.leaks.l009_random_split import CHECK as L009
from pipelines.leaks.l010_target_in_text import CHECK as L010
from pipelines.leaks.l011_echo import CHECK as L011
from pipelines.leaks.l012_telling_names import CHECK as L012

CHECKS: Final[tuple[LeakCheck, ...]] = (
    L001,
    L002,
    L003,
    L004,
    L005,
    L006,
    L007,
    L008,
    L009,
    L010,
    L011,
    L012,
)
