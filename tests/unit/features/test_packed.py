"""What is packed for compiled code comes out of the pack as it went in."""

from typing import Any

import numpy as np
import pytest

from features import compiled_lead
from features.kernel import packed as cut
from features.kernel.account_layout import cut_account
from features.kernel.buying_group import cut_buying_group
from features.kernel.deals import cut_deals
from features.kernel.packed import pack, width
from features.kernel.profile import cut_profile
from features.kernel.sequence import cut_sequence
from features.kernel.sweep.sweep_layout import cut_sweep
from features.kernel.sweep.sweep_plan import PlannedColumn
from features.kernel.touch import cut_touch
from features.views import VIEWS
from tests.builders import Company, company, learned, snapshots


def plans() -> dict[str, Any]:
    tables = company(Company(leads=8, activities=120, seed=3))
    catalog = learned(tables, snapshots(tables, 3))
    columns = [PlannedColumn(number, feature) for number, feature in enumerate(catalog.features)]
    return {
        name: view.plan([c for c in columns if c.feature.view == name], catalog.vocabulary)
        for name, view in VIEWS.items()
        if name in compiled_lead.WIDTHS
    }


def cut_out(packed: Any) -> dict[str, Any]:
    return {
        "profile": cut_profile(packed, compiled_lead.PROFILE),
        "engagement": cut_sweep(packed, compiled_lead.ENGAGEMENT),
        "sales_touch": (
            cut_sweep(packed, compiled_lead.SIDES),
            cut_touch(packed, compiled_lead.TOUCH),
        ),
        "deals": cut_deals(packed, compiled_lead.DEALS),
        "account": cut_account(packed, compiled_lead.ACCOUNT),
        "buying_group": cut_buying_group(packed, compiled_lead.BUYING_GROUP),
        "sequence": cut_sequence(packed, compiled_lead.SEQUENCE),
    }


def test_every_plan_comes_out_as_it_went_in() -> None:
    made = plans()
    for name, plan in cut_out(compiled_lead.packed_plans(made)).items():
        np.testing.assert_array_equal(pack(tuple(plan)), pack(tuple(made[name])), name)


def test_every_kernel_knows_the_width_of_its_plan() -> None:
    widths = {name: width(plan) for name, plan in plans().items()}
    assert widths == {name: sum(stated) for name, stated in compiled_lead.WIDTHS.items()}


def test_planted_fault_a_view_in_the_place_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    order = ("profile", "engagement", "sales_touch", "account", "deals", "buying_group", "sequence")
    monkeypatch.setattr(
        compiled_lead, "WIDTHS", {name: compiled_lead.WIDTHS[name] for name in order}
    )
    with pytest.raises(AssertionError):
        test_every_plan_comes_out_as_it_went_in()


@pytest.mark.parametrize("size", [0, 1, 3, 8, 9])
def test_arrays_of_every_type_and_length(size: int) -> None:
    numbers = np.arange(size)
    kinds = (np.int64, np.float64, np.int32, np.uint32, np.float32, np.uint16, np.bool_)
    packed = pack(tuple(numbers.astype(kind) for kind in kinds))
    read = (cut.int64, cut.float64, cut.int32, cut.uint32, cut.float32, cut.uint16, cut.truth)
    for place, (kind, reader) in enumerate(zip(kinds, read, strict=True)):
        read_back = reader(packed, place)
        assert read_back.dtype == kind
        np.testing.assert_array_equal(read_back, numbers.astype(kind))
