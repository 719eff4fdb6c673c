"""The names of lists, stages, steps and their results on pages."""

from typing import Final

from serve.pages.shell.page_words import mark

LISTS: Final = {
    "call": mark("Leads to call"),
    "deals": mark("Deals in progress"),
    "customers": mark("Customers"),
    "lost": mark("Lost and sleeping"),
    "aside": mark("Set aside"),
}
STANDINGS: Final = {
    "call": mark("to call"),
    "deal": mark("deal in progress"),
    "customer": mark("customer"),
    "lost": mark("lost"),
    "sleeping": mark("sleeping"),
}
KINDS: Final = {
    "contacted": mark("contacted"),
    "snoozed": mark("set aside"),
    "disqualified": mark("disqualified"),
    "assigned": mark("assigned"),
    "resumed": mark("back on the list"),
}
RESULTS: Final = {
    "reached": mark("reached"),
    "no_answer": mark("no answer"),
    "call_back": mark("call back agreed"),
    "refused": mark("declined"),
    "not_a_lead": mark("not a real lead"),
    "no_need": mark("no need"),
    "no_budget": mark("no budget"),
    "competitor": mark("chose a competitor"),
    "wrong_contact": mark("wrong contact"),
    "duplicate": mark("duplicate"),
}
DONE: Final = {
    "contacted": mark("%(who)s: contact noted (%(result)s)."),
    "snoozed": mark("%(who)s: set aside until %(until)s."),
    "disqualified": mark("%(who)s: disqualified (%(result)s)."),
    "assigned": mark("%(who)s was assigned to %(owner)s."),
    "resumed": mark("%(who)s is back on the list."),
}
"""What was done, for the notice from which it can be undone."""
RETURNS: Final = mark("It is back on the list on %(until)s.")
VERDICTS: Final = {
    "agreed": mark("I agree"),
    "wrong": mark("It is wrong"),
    "junk": mark("Not a real lead"),
    "contacted": mark("I contacted them"),
}
"""What people say about a score."""
