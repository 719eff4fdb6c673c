"""Every text of the reports is in the catalogs, and no text of a template is outside of them."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from features.wording.translation import LANGUAGES, catalogs, mark, pmark
from pipelines.reports import shell
from pipelines.reports.translation import MESSAGES, gettext, ngettext, pgettext, translate
from tests.message_catalogs import JAPANESE, extracted, faults, key, outside, translated

REPORTS = MESSAGES.parent
SAME_IN_BOTH = {"mikomi", "AUC", "hot", "warm", "cold", "→  (AUC )"}
"""What stands in the templates alike for every language."""


def test_japanese_is_complete() -> None:
    assert faults(extracted(REPORTS), translated(catalogs("ja", MESSAGES))) == []


def test_english_is_the_text_itself() -> None:
    assert LANGUAGES == ("en", "ja")
    needed = [key(one) for one in extracted(REPORTS) if one.id]
    assert len(needed) > 250
    assert [text for _, text in needed if JAPANESE.search(text)] == []


@pytest.mark.parametrize(
    "template", sorted((REPORTS / "templates").glob("*.j2")), ids=lambda path: path.name
)
def test_no_template_has_a_text_outside_the_catalogs(template: Path) -> None:
    assert outside(template.read_text("utf-8")) - SAME_IN_BOTH == set()


def test_planted_faults_are_detected() -> None:
    needed, catalog = Catalog(), Catalog()
    for text in ("One", "Two %(n)s", ("%(num)s lead", "%(num)s leads"), "Three"):
        needed.add(text)
    needed.add("One", context="number")
    for text, japanese in {"One": "", "Two %(n)s": "二", "Four": "四"}.items():
        catalog.add(text, japanese)
    catalog.add(("%(num)s lead", "%(num)s leads"), ("リード",))
    assert faults(needed, translated([catalog])) == [
        "missing: ('', 'Three')",
        "missing: ('number', 'One')",
        "not used: ('', 'Four')",
        "incomplete: ('', 'One')",
        "incomplete: ('', 'Two %(n)s')",
        "incomplete: ('', '%(num)s lead')",
    ]
    assert outside("<p>{{ _('Translated') }} forgotten</p>") == {"forgotten"}


def test_an_english_text_of_two_meanings_has_two_translations() -> None:
    assert gettext("Gain", "ja") == "ゲイン"
    assert pgettext("log loss", "Gain", "ja") == "改善"
    assert [translate(one, "ja") for one in (mark("Gain"), pmark("log loss", "Gain"))] == [
        "ゲイン",
        "改善",
    ]
    assert pgettext("log loss", "Gain", "en") == "Gain"


def test_counts_have_a_plural_in_english_and_none_in_japanese() -> None:
    forms = ("One alarm: %(checks)s.", "%(num)s alarms: %(checks)s.")
    assert ngettext(*forms, 1, "en", checks="volume") == "One alarm: volume."
    assert ngettext(*forms, 1_200, "en", checks="volume") == "1,200 alarms: volume."
    assert ngettext(*forms, 1, "ja", checks="量") == "警報が1件あります：量。"


def test_values_in_a_template_are_escaped_and_texts_are_not() -> None:
    template = shell.environment("en").from_string('{{ _("%(share)s %% of “<b>”", share=value) }}')
    assert template.render(value="<i>") == "&lt;i&gt; % of “<b>”"
