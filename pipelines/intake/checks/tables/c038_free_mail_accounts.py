"""C038: the account of a lead is a provider of mailboxes; the lead is kept, without an account."""

from pipelines.intake.checks.check import RowCheck
from pipelines.intake.checks.from_notes import noted_details, noted_rows

CHECK = RowCheck(
    "C038",
    "accounts that are providers of mailboxes",
    "warning",
    "an account is a company",
    "nothing: these leads count without an account, because people at one provider are no company",
    ("leads",),
    noted_rows("free_mail"),
    noted_details("free_mail"),
)
