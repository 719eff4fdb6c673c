"""/hooks: webhooks of CRMs and others; /v1/hooks: what they hinted at, for `mikomi connect`.

Decided here: 204 means stored. A CRM's webhook says which record to read again; its content is not
used. Standard Webhooks may also carry records in the form of the API (`activities`, `outcomes`, a
lead), which are stored as if they were sent there. Unknown types are accepted and counted as
nothing, as senders expect; a body that cannot be read is refused with every fault.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response

from features.errors import Fault
from serve.errors import BadBody, NoKey
from serve.http.app_context import AppContext
from serve.http.hook_signatures import HookRequest, check_hubspot, check_path, check_standard
from serve.routes.describing import JSON, described
from serve.routes.records.posted_leads import activities_of, lead_of, outcomes_of
from serve.store.hook_hints import HookHint, HookHints
from serve.wire.bodies import read, refuse
from serve.wire.known_words import unknown_outcomes, unreadable_numbers
from serve.wire.raw_values import id_in_form, with_ids, with_reading
from serve.wire.value_limits import faults_in_id

_OBJECTS: Final = {
    "deal": "deals", "contact": "contacts", "company": "companies",
    "0-3": "deals", "0-1": "contacts", "0-2": "companies",
}  # fmt: skip
"""What HubSpot calls an object in an event, and in its API."""
_LONGEST: Final = 512


class HookHintList(msgspec.Struct, frozen=True):
    """Records to be read again."""

    hints: list[HookHint]


class HintsTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of the last hint that was followed."""

    until: int


class _StandardEvent(msgspec.Struct):
    type: str
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _ChangedRecord(msgspec.Struct):
    record_id: str
    place: str = ""


class _HubSpotEvent(msgspec.Struct):
    objectId: int | str | None = None  # noqa: N815 - HubSpot's name
    subscriptionType: str = ""  # noqa: N815
    objectTypeId: str = ""  # noqa: N815


KINDS: Final = (HookHintList, HintsTaken)
"""Structs that the description of the API refers to."""


def router(context: AppContext) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["webhooks"])
    hints = HookHints(context.settings.models)

    @routes.post("/hooks/{name}", status_code=204, include_in_schema=False)
    async def signed_hook(name: str, request: Request) -> Response:
        """Receive a signed webhook."""
        body = await request.body()
        kind = _check_signed(context, name, request, body)
        if kind == "hubspot":
            await context.threads(hints.add, name, list(_of_hubspot(body)), context.now())
        else:
            await context.threads(_of_standard, context, hints, name, body)
        return Response(status_code=204)

    @routes.post("/hooks/{name}/{secret}", status_code=204, include_in_schema=False)
    async def secret_hook(name: str, secret: str, request: Request) -> Response:
        """Receive a webhook of kintone, which signs nothing, at a secret path."""
        kind, expected = context.settings.received_hooks.get(name, ("", ""))
        check_path(secret if kind == "kintone" else "", expected or "-")
        body = await request.body()
        await context.threads(hints.add, name, list(_of_kintone(body)), context.now())
        return Response(status_code=204)

    @routes.get("/v1/hooks/{name}", openapi_extra=described(None, None, HookHintList))
    def hook_hints(name: str) -> Response:
        """List what webhooks hinted at and no connection took yet, the earliest first."""
        content = HookHintList(hints.waiting(name))
        return Response(msgspec.json.encode(content), media_type=JSON)

    @routes.post(
        "/v1/hooks/{name}/taken",
        status_code=204,
        openapi_extra=described(HintsTaken, {"until": 7}),
    )
    async def take_hints(name: str, request: Request) -> Response:
        """Remove the hints of a connection up to a number, which it has followed."""
        taken = read(HintsTaken, await request.body())
        if not 0 <= taken.until < 2**63:
            refuse(iter([Fault(f"$.until: {taken.until}", "a number of a hint", "correct it")]))
        await context.threads(hints.take, name, taken.until)
        return Response(status_code=204)

    return routes


def _check_signed(context: AppContext, name: str, request: Request, body: bytes) -> str:
    kind, secret = context.settings.received_hooks.get(name, ("", ""))
    own = context.settings.public_url.rstrip("/")
    url = str(request.url)
    if own:
        url = own + url.partition(f"//{request.url.netloc}")[2]
    arrived = HookRequest(request.method, url, request.headers, body)
    if kind == "hubspot":
        check_hubspot(arrived, secret, context.now())
    elif kind == "standard":
        check_standard(arrived, secret, context.now())
    else:
        raise NoKey.of("no such signed webhook", "a name of MIKOMI_HOOKS", "correct the address")
    return kind


def _of_hubspot(body: bytes) -> Iterator[tuple[str, str]]:
    for one in _decoded(list[_HubSpotEvent], body):
        kind = one.objectTypeId or one.subscriptionType.partition(".")[0]
        if one.objectId is not None:
            yield _OBJECTS.get(kind, kind)[:_LONGEST], str(one.objectId)[:_LONGEST]


def _of_kintone(body: bytes) -> Iterator[tuple[str, str]]:
    sent: dict[str, Any] = _decoded(dict[str, Any], body)
    app, record = sent.get("app") or {}, sent.get("record") or {}
    record_id = sent.get("recordId") or (record.get("$id") or {}).get("value")
    if record_id is None and record:
        numbers = [one for one in record.values() if one.get("type") == "__ID__"]
        record_id = numbers[0]["value"] if numbers else None
    if record_id is not None and app.get("id") is not None:
        yield str(app["id"])[:_LONGEST], str(record_id)[:_LONGEST]


def _of_standard(context: AppContext, hints: HookHints, name: str, body: bytes) -> None:
    event = _decoded(_StandardEvent, body)
    data, now, reading = bytes(event.data), context.now(), context.reading
    if event.type == "record.changed":
        changed = _decoded(_ChangedRecord, data)
        hints.add(name, [(changed.place, changed.record_id)], now)
    elif event.type == "activities.created":
        activities = with_reading(activities_of, data, reading)
        sent = with_ids(activities.activities, "activities", reading)
        context.store.ingest.add_activities(sent, now, backfill=activities.backfill)
    elif event.type == "outcomes.created":
        outcomes = with_reading(outcomes_of, data, reading)
        refuse(unknown_outcomes(outcomes.outcomes, "$.data.outcomes", reading))
        own = with_ids(outcomes.outcomes, "outcomes", reading)
        context.store.ingest.add_outcomes(own, now, backfill=outcomes.backfill)
    elif event.type == "lead.updated":
        _put_lead(context, data)


def _put_lead(context: AppContext, data: bytes) -> None:
    fields = _decoded(dict[str, msgspec.Raw], data)
    reading = context.reading
    lead_id = _decoded(str, bytes(fields.pop("lead_id", msgspec.Raw(b"null"))))
    body = with_reading(lead_of, msgspec.json.encode(fields), reading)
    (body,) = with_ids([body], "leads", reading)
    lead_id = id_in_form(lead_id, ("leads", "lead_id"), reading)
    refuse(faults_in_id(lead_id, "lead_id"))
    refuse(unreadable_numbers(body.attributes, reading.attributes))
    context.store.ingest.put_lead(lead_id, body, context.now())


def _decoded(kind: Any, body: bytes) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        fault = Fault(str(error)[:200], "the body of a webhook", "correct the sender")
        raise BadBody([fault]) from None
