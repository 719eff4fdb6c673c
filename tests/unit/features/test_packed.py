"""What is packed for compiled code comes out of the pack as it went in."""

from typing import Any

import numpy as np
import pytest

from features import compiled_lead
from features.kernel import packed as cut
from features.kernel.packed import pack
from features.kernel.sweep_plan import Column
from features.views import VIEWS
from tests.builders import Company, company, learned, snapshots


def plans() -> dict[str, Any]:
    tables = company(Company(leads=8, activities=120, seed=3))
    catalog = learned(tables, snapshots(tables, 3))
    columns = [Column(number, feature) for number, feature in enumerate(catalog.features)]
    return {
        name: view.plan([c for c in columns if c.feature.view == name], catalog.vocabulary)
        for name, view in VIEWS.items()
    }


def cut_out(packed: Any) -> dict[str, Any]:
    return {
        "profile": compiled_lead.profile_plan(packed, compiled_lead.PROFILE),
        "engagement": compiled_lead.sweep_plan(packed, compiled_lead.ENGAGEMENT),
        "sales_touch": (
            compiled_lead.sweep_plan(packed, compiled_lead.SIDES),
            compiled_lead.touch_plan(packed, compiled_lead.TOUCH),
        ),
        "deals": compiled_lead.deals_plan(packed, compiled_lead.DEALS),
        "account": compiled_lead.account_plan(packed, compiled_lead.ACCOUNT),
        "sequence": compiled_lead.sequence_plan(packed, compiled_lead.SEQUENCE),
    }


def test_every_plan_comes_out_as_it_went_in() -> None:
    made = plans()
    for name, found in cut_out(compiled_lead.packed_plans(made)).items():
        np.testing.assert_array_equal(pack(tuple(found)), pack(tuple(made[name])), name)


def test_planted_fault_a_view_in_the_place_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        compiled_lead, "_VIEWS", (*compiled_lead._VIEWS[:3], "account", "deals", "sequence")
    )
    with pytest.raises(AssertionError):
        test_every_plan_comes_out_as_it_went_in()


@pytest.mark.parametrize("size", [0, 1, 3, 8, 9])
def test_arrays_of_every_type_and_length(size: int) -> None:
    given = np.arange(size)
    kinds = (np.int64, np.float64, np.int32, np.uint32, np.float32, np.uint16, np.bool_)
    packed = pack(tuple(given.astype(kind) for kind in kinds))
    read = (cut.int64, cut.float64, cut.int32, cut.uint32, cut.float32, cut.uint16, cut.truth)
    for place, (kind, reader) in enumerate(zip(kinds, read, strict=True)):
        found = reader(packed, place)
        assert found.dtype == kind
        np.testing.assert_array_equal(found, given.astype(kind))
