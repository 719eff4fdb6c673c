"""What the schema cannot say of series: names that another column has, keys that are none."""

from collections.abc import Iterator
from typing import Final

from features.catalog.naming import ACCOUNT_PREFIX
from features.tables import LEADS
from pipelines.intake.mapping.protected import PROTECTED, is_protected
from pipelines.intake.mapping.schema import AttributeRule, Mapping
from pipelines.intake.mapping.yaml_lines import Place

KEYS: Final = ("lead_id", "account_id", "owner_id")
"""Columns of leads that may be a key beside their attributes."""


def series_faults(mapping: Mapping) -> Iterator[tuple[Place, str]]:
    """Yield attributes of series that something else has or nobody may learn, and wrong keys."""
    taken = {*LEADS.names}
    for lead in mapping.leads:
        taken |= lead.attributes.keys() | lead.audit_only.keys() | lead.known_later.keys()
    joined = {name for rule in mapping.series for name in rule.attributes}
    for number, rule in enumerate(mapping.series):
        for name, attribute in rule.attributes.items():
            at = ("series", number, "attributes", name)
            if name in taken or name.startswith(("_", ACCOUNT_PREFIX)):
                yield at, "the name belongs to another column"
            taken.add(name)
            if _is_refused(name, attribute):
                yield at, PROTECTED
        for name in rule.key:
            at = ("series", number, "key", name)
            if name in joined or (name in LEADS.names and name not in KEYS):
                yield at, f"a key is an attribute of the lead, or one of {', '.join(KEYS)}"


def _is_refused(name: str, attribute: AttributeRule) -> bool:
    why = attribute.not_protected
    stated = why is not None and why.en.strip() and why.ja.strip()
    return not stated and (is_protected(name) or is_protected(attribute.column or name))
