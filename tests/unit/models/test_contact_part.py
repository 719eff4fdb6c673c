"""What an artifact knows about contacts: saved to the bit, silent unless a lot has shown it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import ArtifactTampered
from models.artifact import artifact as artifacts
from models.contact import contact_part
from models.contact.contact_part import ContactPart
from models.contact.contact_value import contact_value
from models.contact.cross_fit import cross_fit
from models.contact.known_effects import ContactColumns
from models.contact.lead_effects import REACH, lead_effects
from models.contact.ranked_by import ranked_by
from tests import contact_tested, served
from tests.simulated_contacts import ContactPlan, world


def test_effects_of_values_are_those_of_their_frame_and_survive_saving(tmp_path: Path) -> None:
    part, made = contact_tested.part(), contact_tested.artifact(contact_tested.part())
    built, _ = served.features()
    values = np.asarray(built.values)[:200]
    assert part.effects is not None
    known = part.on(built.catalog)
    assert known is not None
    shown = known.of(values)
    frame = contact_part.frame_of(values, built.catalog)
    assert shown.effect.tobytes() == part.effects.of(frame)["effect"].to_numpy().tobytes()
    first = values[:, built.catalog.names.index(contact_tested.INDUSTRY)] == 1
    assert shown.effect[first].min() > shown.effect[~first].max()
    assert shown.helps_most[first].mean() > 0.5
    assert not shown.helps_most[~first].any()
    assert artifacts.save(tmp_path / "model", made) != served.artifact().fingerprint
    loaded = artifacts.load(tmp_path / "model")
    assert loaded.contact is not None
    again = loaded.contact.on(loaded.catalog)
    assert again is not None
    assert same(shown, again.of(values))
    (tmp_path / "model/contact.json").write_text("{}")
    with pytest.raises(ArtifactTampered):
        artifacts.load(tmp_path / "model")


def same(columns: ContactColumns, others: ContactColumns) -> bool:
    """Compare to the bit."""
    return all(one.tobytes() == other.tobytes() for one, other in zip(columns, others, strict=True))


def test_a_lead_alone_has_the_bytes_that_it_has_among_others() -> None:
    """Products of matrices differ in the last bit by how many rows they have."""
    part, (built, _) = contact_tested.part(), served.features()
    known, values = part.on(built.catalog), np.asarray(built.values)[:200]
    assert known is not None
    whole = known.of(values)
    for size in (1, 3, 64):
        for first in range(0, len(values), size):
            rows = slice(first, first + size)
            assert same(ContactColumns(*(one[rows] for one in whole)), known.of(values[rows]))


def test_the_tables_add_up_to_the_definition() -> None:
    """The effect is v (a + sum), its error v sqrt(error of a + the quadratic form)."""
    part, (built, _) = contact_tested.part(), served.features()
    known, values = part.on(built.catalog), np.asarray(built.values)
    assert known is not None
    assert part.effects is not None
    shown, effects, model = known.of(values), part.effects, part.effects.model
    x = effects.columns.indicators(contact_part.frame_of(values, built.catalog))
    m = (effects.without.probability(x) + effects.with_contact.probability(x)) / 2.0
    apart = x - model.center
    variance = model.mean_error**2 + np.einsum("ri,ij,rj->r", apart, model.spread, apart)
    room = m * (1.0 - m)
    np.testing.assert_allclose(shown.effect, model.effect(x, m), atol=1e-13)
    np.testing.assert_allclose(
        (shown.high - shown.low) / 2.0, REACH * room * np.sqrt(variance), atol=1e-13
    )
    assert np.isnan(values).any()
    assert len(np.unique(shown.effect)) > 50


def test_ranges_hold_the_true_effect_of_nine_leads_in_ten() -> None:
    plan = ContactPlan(leads=3000, base=-2.0, effect=0.3, difference=0.6)
    held = []
    for seed in range(5):
        made = world(plan, seed)
        shown = lead_effects(made.rows, cross_fit(made.rows)).of(made.rows.frame)
        held.append(((shown["low"] <= made.effect) & (made.effect <= shown["high"])).mean())
    assert 0.8 < np.mean(held) < 0.98


def test_contact_value_ranks_only_if_chosen_by_lot_and_shown() -> None:
    part, about = contact_tested.part(), {"train": {"ranking": "contact_value"}}
    assert ranked_by({"train": {}}, part).sentence is None
    assert ranked_by({}, part).by == "probability"
    assert ranked_by(about, part)[1:] == ("contact_value", None)
    chosen = contact_tested.part(by_lot=False)
    assert chosen.effects is None
    silent = {
        "no_test": None,
        "people_chose": chosen,
        "same": replace(part, answer="same", effects=None),
        "none": replace(part, answer="none", effects=None),
        "not_shown": replace(part, answer="unknown", why="not_shown", effects=None),
        "too_few": contact_part.too_few(3, 1, by_lot=True),
    }
    for why, known in silent.items():
        by = ranked_by(about, known)
        assert (by.by, by.why) == ("probability", why)
        assert by.sentence is not None
        assert by.sentence.en.startswith("Ranked by probability, although")
        assert by.sentence.ja.endswith("。") or by.sentence.ja.endswith("）。")


def test_nothing_known_is_saved_as_such() -> None:
    raw = contact_part.too_few(3, 1, by_lot=True)
    read = ContactPart.from_json(raw.to_json())
    assert (read.answer, read.why, read.effects, np.isnan(read.mean.low)) == (
        "unknown",
        "too_few",
        None,
        True,
    )
    built, _ = served.features()
    assert read.on(built.catalog) is None
    silent = contact_value(world(ContactPlan(), 5).rows, 100)
    part = contact_part.of_value(silent, np.asarray(built.values)[:3], built.catalog)
    assert part.effects is None
