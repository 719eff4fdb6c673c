"""The pages in a real browser: sign in, find, plan, hand over; phone, keyboard, print."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import Engine

from serve.scoring.pointer import point
from serve.settings import Settings
from serve.store.people.users import User, Users
from serve.stored_leads.store import Store
from tests import page_list, served
from tests.browsing import DESKTOP, PHONE, amounts, follow, serious, site
from tests.clocked import NOW
from tests.ranked import Planted
from tests.selling import RIGHT, fill

EVIL = "<img src=x onerror=\"document.title='evil'\">"
HANAKO = {"name": "佐藤 花子", "industry": "製造業", "source": "web"}
LEADS = [
    Planted("L-1", 6, "sato", HANAKO, account_id="globex"),
    Planted(
        "L-2", 3, None, {"name": EVIL, "source": EVIL}, crossed_days=1, text=EVIL, account_id="acme"
    ),
    Planted("L-3", 4, "abe", {"name": "田中 美咲", "industry": "金融"}, crossed_days=2),
    Planted("L-4", 0, "sato", {"industry": "製造業"}, woke_days=2),
    Planted("L-5", 1, None, {"name": "A" * 120}),
]
PAGES = (*page_list.addresses("L-2", "acme"), *page_list.OF_ADMINS)
STATES = ("/?take=2&band=hot", "/?q=nothing", "/leads/L-1", "/nope")
"""Other states of the pages: a plan, an empty list, a lead without markup, nothing there."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = fill(f"sqlite:///{tmp_path_factory.mktemp('store') / 'mikomi.db'}", LEADS, due=False)
    Users(engine).add(User("chief", "admin", None), RIGHT, NOW)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def address(store: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    models = tmp_path_factory.mktemp("models")
    point(models, served.lay_down(models), 1)
    url = store.url.render_as_string(hide_password=False)
    settings = Settings(models=models, database_url=url, access_log="no", poll_seconds=0.05)
    with site(settings, lambda: NOW) as one:
        yield one


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(base_url=address, viewport=DESKTOP, locale="en-GB") as context:
        yield context.new_page()


def sign_in(page: Page, name: str = "sato") -> Page:
    page.goto("/")
    page.fill("#name", name)
    page.fill("#password", RIGHT)
    follow(page, "main button")
    return page


def shown(page: Page) -> list[str]:
    return [
        link.split("/")[-1] for link in page.locator("h3 a").evaluate_all("a => a.map(x => x.href)")
    ]


def the_day_of_a_salesperson(page: Page) -> None:
    sign_in(page)
    assert shown(page)[:2] == ["L-1", "L-2"]
    assert "L-3" not in shown(page)
    page.click("summary:has-text('Search and filter')")
    page.select_option("#owner", label="my leads")
    follow(page, "text=Search with these")
    assert set(shown(page)) == {"L-1", "L-4"}
    follow(page, "text=Clear")
    page.click("summary:has-text('Plan my week')")
    page.fill("#take", "2")
    follow(page, "text=Make the plan")
    assert len(shown(page)) == 2
    assert "won within" in page.inner_text("section.week")
    first = shown(page)[0]
    page.click("summary:has-text('Done?') >> nth=0")
    follow(page, "text=No answer")
    assert "contact noted (no answer)" in page.inner_text("[role=status]")
    assert first not in shown(page)
    follow(page, "text=Undo")
    assert shown(page)[0] == first
    follow(page, "nav >> text=Hand-over")
    assert shown(page) == ["L-2", "L-4"]
    follow(page, "text=Sign out")
    assert page.url.endswith("/signin")
    page.goto("/handover")
    assert "/signin?next=" in page.url


@pytest.mark.parametrize("script", [True, False], ids=["with script", "no script at all"])
def test_the_day_of_a_salesperson(browser: Browser, address: str, *, script: bool) -> None:
    context = browser.new_context(
        base_url=address, viewport=DESKTOP, locale="en-GB", java_script_enabled=script
    )
    if not script:
        page = context.new_page()
        sign_in(page)
        assert page.locator("h3 a").count() == 4
        page.click("summary:has-text('Plan my week')")
        page.fill("#take", "2")
        follow(page, "text=Make the plan")
        assert page.locator("h3 a").count() == 2
        follow(page, "text=Sign out")
        assert page.url.endswith("/signin")
    else:
        the_day_of_a_salesperson(context.new_page())
    context.close()


def test_a_lead_is_taken(page: Page, store: Engine) -> None:
    sign_in(page, "boss")
    page.goto("/handover")
    page.check("li:has(a[href='/leads/L-3']) input[type=checkbox]")
    page.select_option("#bulk-owner", "sato")
    follow(page, "#bulk button")
    assert "was assigned to" in page.inner_text("[role=status]")
    taken = Store(store).ranking.one("L-3")
    assert taken is not None
    assert taken.owner_id == "sato"
    Store(store).owners.give("L-3", "abe", NOW)


def test_why_a_lead_is_hot_adds_up_and_is_answered(page: Page) -> None:
    sign_in(page)
    follow(page, "h3 a >> nth=0")
    assert page.inner_text("h1") == "佐藤 花子"
    shown = float(page.inner_text("#probability").removesuffix("%"))
    page.click("summary:has-text('to the last point')")
    *steps, total = amounts(page, ".on-wide")
    assert len(steps) > 2
    assert round(sum(steps), 1) == total == shown
    assert round(sum(steps[:-1]), 1) != shown, "the planted fault: a bar that is missing"
    assert page.locator(".on-narrow").is_hidden()
    page.fill("#note", "called <b>twice</b>")
    follow(page, "text=I contacted them")
    page.wait_for_url("**/leads/L-1#feedback")
    assert "I contacted them “called <b>twice</b>” sato" in page.inner_text(".said-list")


def test_a_phone_has_a_waterfall_of_its_own(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, viewport=PHONE, locale="ja-JP") as context:
        page = sign_in(context.new_page())
        page.goto("/leads/L-1")
        page.click("details.sum summary")
        assert page.locator(".on-wide").is_hidden()
        *steps, total = amounts(page, ".on-narrow")
        assert round(sum(steps), 1) == total
        width = page.locator(".on-narrow svg").bounding_box()["width"]  # type: ignore[index]
        assert 300 <= width <= PHONE["width"]


def test_the_language_changes_in_place(page: Page) -> None:
    sign_in(page)
    page.goto("/?band=hot&take=1")
    before = shown(page)
    follow(page, "text=日本語")
    assert "band=hot" in page.url
    assert "take=1" in page.url
    assert shown(page) == before
    assert page.locator("html").get_attribute("lang") == "ja"
    page.goto("/handover")
    assert "営業へ引き渡すリード" in page.inner_text("h1")


def test_names_full_of_markup_stay_text(page: Page) -> None:
    sign_in(page)
    page.goto("/")
    assert EVIL in page.inner_text("h3:has-text('onerror')")
    assert "evil" not in page.title()
    assert page.locator("main img").count() == 0


def test_no_page_is_wider_than_a_phone(browser: Browser, address: str) -> None:
    with browser.new_context(base_url=address, viewport=PHONE) as context:
        page = sign_in(context.new_page(), "chief")
        for language in ("en", "ja"):
            for place in (*PAGES, *STATES):
                page.goto(page_list.in_language(place, language))
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= PHONE["width"], (place, language)


def test_rows_of_a_phone_are_low_and_begin_in_the_first_third(
    browser: Browser, address: str
) -> None:
    with browser.new_context(base_url=address, viewport=PHONE) as context:
        page = sign_in(context.new_page(), "boss")
        for language in ("en", "ja"):
            page.goto(f"/?lang={language}")
            boxes = [one.bounding_box() for one in page.locator(".row").all()]
            assert max(one["height"] for one in boxes if one) <= 76
            assert boxes[0] is not None
            assert boxes[0]["y"] <= PHONE["height"] / 3


def focused(page: Page) -> str:
    place: str = page.evaluate("document.activeElement.id || document.activeElement.innerText")
    return place


def test_the_keyboard_is_enough(page: Page) -> None:
    page.goto("/signin")
    page.locator("input:focus").wait_for()  # the browser focuses a moment after it has loaded
    page.keyboard.type("sato")
    page.keyboard.press("Tab")
    page.keyboard.type(RIGHT)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    for _ in range(9):
        page.keyboard.press("Tab")
        if focused(page) == "Plan my week":
            break
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "take"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**take=1**")
    assert shown(page) == ["L-1"]


def test_a_forged_form_changes_nothing(page: Page, address: str, store: Engine) -> None:
    sign_in(page)
    page.goto(
        f"data:text/html,<form method=post action='{address}/steps'>"
        "<input name=do value=assigned><input name=lead value=L-2>"
        "<input name=owner value=sato><button>win</button></form>"
    )
    page.click("button")
    page.wait_for_url(f"{address}/**")
    left = Store(store).ranking.one("L-2")
    assert left is not None
    assert left.owner_id is None


def test_a_print_holds_the_list_and_no_buttons(page: Page) -> None:
    sign_in(page)
    page.emulate_media(media="print")
    assert page.locator("h3 a").first.is_visible()
    assert not page.locator("text=Plan my week").is_visible()
    assert not page.locator("nav").first.is_visible()
    assert page.locator("a.csv:visible").count() == 0
    page.goto("/leads/L-1")
    assert page.locator(".on-wide").is_visible()
    warned = page.locator("main .notice")
    assert all(one.is_visible() for one in warned.all()), "what warns is printed, too"


@pytest.mark.parametrize(("scheme", "language", "part"), [("light", "en", 0), ("dark", "ja", 1)])
def test_nothing_serious_bars_anyone(
    browser: Browser, address: str, scheme: Any, language: str, part: int
) -> None:
    """Every page in one of two schemes; the ranking and a lead in both."""
    with browser.new_context(base_url=address, color_scheme=scheme, viewport=DESKTOP) as context:
        page = context.new_page()
        page.goto(f"/signin?lang={language}")
        assert serious(page) == []
        sign_in(page, "chief")
        for place in ("/", "/leads/L-2", *[*PAGES, *STATES][part::2]):
            page.goto(place)
            assert serious(page) == [], place


def test_a_planted_barrier_is_detected(page: Page) -> None:
    page.goto("/signin")
    page.evaluate("document.querySelector('label').remove()")
    assert [one[0] for one in serious(page)] == ["label"]


def test_without_users_the_page_says_that_it_is_open(
    browser: Browser, tmp_path: Path, store: Engine
) -> None:
    settings = Settings(models=tmp_path, database_url=f"sqlite:///{tmp_path / 'mikomi.db'}")
    with site(settings, lambda: NOW) as address, browser.new_context(base_url=address) as context:
        page = context.new_page()
        answer = page.goto("/")
        assert answer is not None
        assert answer.status == 503
        assert "There is no model yet" in page.inner_text("h1")
    assert Users(store).known("sato", RIGHT) == User("sato", "sales", "sato")
