"""The questions of account mates: what all leads of an account did by a cutoff, weighed together.

Decided here: with committees a question about a lead is also one about every lead of its account
that had been created by then, open or not. Without committees leads are independent, and nothing is
added.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.sample.simulation.history import SampleHistory

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class WithMates(NamedTuple):
    """Questions with those of account mates.

    Attributes
    ----------
    questions
        Lead and cutoff, sorted by both, without repeats beyond those of the callers.
    place
        Shape (questions of the caller,): where each stands.
    group
        Shape (questions,): account and cutoff of each, as a number; each lead counts once.
    counted
        Shape (questions,): whether it counts for its group.
    """

    questions: tuple[Ints, Ints]
    place: Ints
    group: Ints
    counted: NDArray[np.bool_]

    def of_account(self, weight: Floats) -> Floats:
        """Return the log weights of the accounts of the caller's questions, by class.

        Parameters
        ----------
        weight
            Shape (classes, questions): of each lead.
        """
        counted = [np.where(self.counted, one, 0.0) for one in weight]
        sums = np.stack([np.bincount(self.group, weights=one) for one in counted])
        return np.asarray(sums[:, self.group[self.place]], np.float64)


def with_mates(company: SampleHistory, own: tuple[Ints, Ints]) -> WithMates:
    """Add the questions of account mates.

    Parameters
    ----------
    company
        All that happened.
    own
        Lead and cutoff of each question, sorted by both.
    """
    lead, cutoff = own
    if company.committee is None:
        n = np.arange(len(lead))
        return WithMates(own, n, n, np.ones(len(lead), np.bool_))
    people = company.people
    members = np.argsort(people.account, kind="stable")
    begins = np.searchsorted(people.account[members], np.arange(people.account.max() + 2))
    pairs = np.unique(np.stack([people.account[lead], cutoff]), axis=1)
    sizes = begins[pairs[0] + 1] - begins[pairs[0]]
    group = np.repeat(np.arange(len(sizes)), sizes)
    offset = np.arange(len(group)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    mate = members[begins[pairs[0]][group] + offset]
    there = people.created_at[mate] < pairs[1][group]
    keep = there | np.isin(_key(mate, pairs[1][group]), _key(lead, cutoff))
    mate, group, there = mate[keep], group[keep], there[keep]
    order = np.lexsort((pairs[1][group], mate))
    mate, group, there = mate[order], group[order], there[order]
    place = np.searchsorted(_key(mate, pairs[1][group]), _key(lead, cutoff))
    return WithMates((mate, pairs[1][group]), place, group, there)


def _key(lead: Ints, cutoff: Ints) -> NDArray[np.void]:
    """Return what sorts by lead, then by cutoff."""
    pairs = np.ascontiguousarray(np.stack([lead, cutoff], axis=1).astype(">i8"))
    return pairs.view(np.dtype((np.void, 16))).ravel()
