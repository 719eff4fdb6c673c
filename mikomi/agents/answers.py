"""Answers for language models: each is read from the API, and each number has a receipt.

Decided here: an answer quotes only numbers of scorings that were logged, under the `receipt_id` of
their logging, or computed from one by the API; `check_receipt` computes them again and compares the
bytes. A reader that is bound to an owner sees that owner's leads alone.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from mikomi.agents.from_records import marked
from mikomi.client import ApiProblem, AsyncClient
from mikomi.client.scores import LoggedAnswer, ScoreAnswer

Language = Literal["en", "ja"]
Verdict = Literal["agreed", "contacted", "junk", "wrong"]
MOST_LEADS: Final = 20
_ACTIVITIES: Final = 20
_DAY: Final = timedelta(days=1)


class LeadReader:
    """Reads a server for a language model.

    Parameters
    ----------
    client
        The API, with the key of the user whose rights hold.
    language
        Of sentences.
    owner
        The only owner whose leads are read; None reads all that the key may.
    """

    def __init__(
        self, client: AsyncClient, language: Language = "en", owner: str | None = None
    ) -> None:
        self._api = client
        self._language: Language = language
        self._owner = owner

    async def ranking(self, limit: int, band: str | None, search: str | None) -> dict[str, Any]:
        """List the hottest leads with a receipt each.

        Parameters
        ----------
        limit
            How many, at most `MOST_LEADS`.
        band
            `hot`, `warm` or `cold`; None for all.
        search
            A text in the id or an attribute; None for all.
        """
        query: Any = {"band": band, "q": search, "owner_id": self._owner}
        page = await self._api.ranking(limit=max(1, min(limit, MOST_LEADS)), **query)
        leads = []
        for rank, one in enumerate(page["leads"], start=1):
            scored = await self._scored(one["lead_id"])
            held = {"attributes": one["attributes"], "owner_id": one["owner_id"]}
            leads.append({"rank": rank} | _numbers(scored) | marked(held))
        return {"leads": leads, "open_leads": page["total"]}

    async def lead(self, lead_id: str) -> dict[str, Any]:
        """Return one lead: its score with a receipt, all reasons, and its newest activities."""
        stored = await self._stored(lead_id)
        scored = await self._scored(lead_id)
        done = await self._api.lead_activities(lead_id, limit=_ACTIVITIES)
        held = {
            "attributes": stored["attributes"],
            "owner_id": stored["owner_id"],
            "newest_activities": done["activities"],
            "unknown_to_the_model": scored["unknown"],
        }
        return _numbers(scored) | _explained(scored) | marked(held)

    async def what_would_move_it(self, lead_id: str) -> dict[str, Any]:
        """Return what could move a score: facts to ask for, a further activity, silence."""
        await self._stored(lead_id)
        scored = await self._scored(lead_id)
        moves = await self._api.receipt_moves(scored["receipt_id"], lang=self._language)
        caution = "Learned from leads that had such activities; not proof that one causes a sale."
        return _numbers(scored) | {"moves": moves, "caution": caution}

    async def why_it_changed(self, lead_id: str, since_receipt: str | None) -> dict[str, Any]:
        """Split the change of a score since an earlier answer into its causes.

        Parameters
        ----------
        lead_id
            The lead.
        since_receipt
            The receipt of the earlier answer; None takes the newest that is a day old, or else the
            oldest.
        """
        await self._stored(lead_id)
        before = since_receipt or await self._earlier(lead_id)
        scored = await self._scored(lead_id)
        if before is None:
            return _numbers(scored) | {"change": None, "why": "no earlier answer has a receipt"}
        change = await self._api.receipt_change(
            scored["receipt_id"], before=before, lang=self._language
        )
        return _numbers(scored) | {"since_receipt": before, "change": change}

    async def similar_winners(self, lead_id: str) -> dict[str, Any]:
        """Return leads that were won and were alike two weeks before."""
        await self._stored(lead_id)
        scored = await self._scored(lead_id)
        similar = await self._api.receipt_similar(scored["receipt_id"], lang=self._language)
        winners = [one for one in similar["winners"] if self._owner in (None, one["owner_id"])]
        return _numbers(scored) | marked({"winners": winners})

    async def model_card(self) -> dict[str, Any]:
        """Return the model in use and its card."""
        return await self._api.model()

    async def check_receipt(self, receipt_id: str) -> dict[str, Any]:
        """Compute a logged answer again and compare it byte by byte.

        Raises
        ------
        ApiProblem
            If there is no such receipt, the bytes differ, or the lead is not this owner's.
        """
        logged = await self._api.request("GET", f"/v1/receipts/{receipt_id}")
        answer: ScoreAnswer = logged.json()
        await self._stored(answer["lead_id"])
        again = await self._api.request("POST", f"/v1/receipts/{receipt_id}/replay")
        return _numbers(answer) | {
            "replays_to_the_byte": again.content == logged.content,
            "sha256": hashlib.sha256(again.content).hexdigest(),
        }

    async def feedback(self, receipt_id: str, verdict: Verdict, note: str | None) -> dict[str, Any]:
        """Record a person's verdict on an answer.

        Parameters
        ----------
        receipt_id
            Of the answer.
        verdict
            What the person says.
        note
            In the person's words; None without.
        """
        if self._owner is not None:
            answer = await self._api.receipt(receipt_id)
            await self._stored(answer["lead_id"])
        await self._api.feedback(receipt_id, {"verdict": verdict, "note": note})
        return {"recorded": verdict, "receipt_id": receipt_id}

    async def _stored(self, lead_id: str) -> Any:
        """Return a stored lead; another owner's is none."""
        stored = await self._api.lead(lead_id)
        if self._owner is not None and stored["owner_id"] != self._owner:
            detail = "no such lead among those of this owner"
            raise ApiProblem(404, {"title": "There is no such lead", "detail": detail})
        return stored

    async def _scored(self, lead_id: str) -> ScoreAnswer:
        return await self._api.score_lead(lead_id, lang=self._language)

    async def _earlier(self, lead_id: str) -> str | None:
        answers = (await self._api.lead_history(lead_id))["given"]
        return _receipt_before(answers)


def _receipt_before(answers: list[LoggedAnswer]) -> str | None:
    """Return the newest answer that is a day older than the newest, or else the oldest."""
    if not answers:
        return None
    ordered = sorted(answers, key=_moment, reverse=True)
    latest = _moment(ordered[0])
    older = (one for one in ordered if latest - _moment(one) >= _DAY)
    return next(older, ordered[-1])["receipt_id"]


def _moment(answer: LoggedAnswer) -> datetime:
    return datetime.fromisoformat(answer["cutoff"]).astimezone(UTC)


def _numbers(scored: ScoreAnswer) -> dict[str, Any]:
    """Return the numbers of a scoring, under its receipt."""
    names = (
        "receipt_id",
        "lead_id",
        "probability",
        "probability_low",
        "probability_high",
        "sufficient_evidence",
        "score",
        "band",
        "horizon_days",
        "cutoff",
        "model",
    )
    held: dict[str, Any] = {**scored}
    return {name: held[name] for name in names}


def _explained(scored: ScoreAnswer) -> dict[str, Any]:
    return {
        "base_probability": scored["base_probability"],
        "reasons": scored["reasons"],
        "remainder": scored["remainder"],
    }
