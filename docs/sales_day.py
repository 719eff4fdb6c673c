"""The jobs of a sales day, done in a real browser with the clicks counted: `docs/how-to/sales-day.md`.

Run `make demo`, and beside it `python -m docs.sales_day [address]`. Every job is done at the width
of a desktop and of a phone, in both languages; what it needs to see has to be there. Whatever is
pressed counts as a click, whatever is typed or chosen as a field. What a job changes is undone.
Two jobs need a store without leads, or with users: they have a server of their own, with the
champion of the demo.
"""

# ruff: noqa: E501 - tables of two languages

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, Page

from serve.settings import Settings
from serve.store.engine import open_engine
from serve.store.people.users import User
from serve.store.schema_versions import upgrade
from serve.stored_leads.store import Store
from tests.browsing import DESKTOP, PHONE, browsing, site

ADDRESS: Final = "http://127.0.0.1:8000"
PLACE: Final = Path(__file__).parent / "how-to"
ASSIGNED: Final = 100
SALES: Final = User("hanako", "sales", "sato")
PASSWORD: Final = "a password for one look"  # noqa: S105 - of a store that lives for a minute
WIDTHS: Final[dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}
HEAD: Final = {
    "en": "# The sales day, in clicks\n\n[日本語](sales-day.ja.md)\n\n"
    "Each job from the first page of the sample company "
    "(`make demo`), done in a real browser at the width of a desktop and of a phone, in English "
    "and Japanese, by `python -m docs.sales_day`. A click is whatever is pressed; a field is what "
    "is typed or chosen.\n\n| job | clicks, desktop | clicks, phone | fields | where |\n"
    "| --- | --- | --- | --- | --- |\n",
    "ja": "# 営業の一日：クリック数\n\n[English](sales-day.md)\n\n"
    "サンプル企業（`make demo`）の最初のページから始め、実際のブラウザーでパソコンとスマートフォンの幅、"
    "日英両方で `python -m docs.sales_day` が行った結果です。クリックは押した回数、入力は入力・選択した欄の数です。\n\n"
    "| 仕事 | クリック（パソコン） | クリック（スマートフォン） | 入力 | 画面 |\n| --- | --- | --- | --- | --- |\n",
}


class Hand:
    """A user of a page, whose clicks and fields are counted.

    Parameters
    ----------
    page
        A tab of the browser.
    language
        Of the pages.
    """

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.language, self.clicks, self.fields = page, language, 0, 0

    def press(self, selector: str, *, leads: bool = True) -> None:
        """Press what is there, and wait for the page that it leads to.

        Parameters
        ----------
        selector
            Of the element; the first counts.
        leads
            Whether another page comes.
        """
        self.clicks += 1
        place = self.page.locator(selector).first
        if leads:
            with self.page.expect_navigation():
                place.click()
        else:
            place.click()

    def type(self, selector: str, text: str, *, enter: bool = False) -> None:
        """Type into a field; with `enter`, and send it."""
        self.fields += 1
        self.page.fill(selector, text)
        if enter:
            with self.page.expect_navigation():
                self.page.press(selector, "Enter")

    def choose(self, selector: str, value: str) -> None:
        """Choose an entry of a list."""
        self.fields += 1
        self.page.select_option(selector, value)

    def see(self, selector: str) -> None:
        """Require that something is to be seen."""
        self.page.locator(selector).first.wait_for(state="visible", timeout=10_000)

    def undo(self) -> None:
        """Take back what was done; the click is not counted."""
        with self.page.expect_navigation():
            self.page.locator("[role=status] button").click()


class Job(NamedTuple):
    """A job: its words, where it ends, how it is done, and on which server: the demo's, or another.

    Another is `empty`, or has `users`.
    """

    en: str
    ja: str
    where: str
    do: Callable[[Hand], None]
    on: str = "demo"


def who_first(hand: Hand) -> None:
    """Require who comes first, why, and the number to call."""
    for one in (".row h3 a", ".row .reasons li", ".row .step", ".row .tel a", ".row .odds strong"):
        hand.see(one)


def what_changed(hand: Hand) -> None:
    """Open what became hot or woke since the last visit."""
    hand.press("nav a[href='/handover']")
    hand.see(".row h3 a")


def wrong_lead(hand: Hand) -> None:
    """Disqualify a lead with a reason, from the list."""
    hand.press(".row .do summary", leads=False)
    hand.press(".row .do[open] a[href*='#act']")
    hand.choose("#reason", hand.page.locator("#reason option").nth(1).get_attribute("value") or "")
    hand.press("button[value=disqualified]")
    hand.see("[role=status] button")
    hand.undo()


def searched(text: str) -> Callable[[Hand], None]:
    """Return the job of finding a company."""

    def do(hand: Hand) -> None:
        hand.press("details.tool:has(#q) > summary", leads=False)
        hand.type("#q", text, enter=True)
        hand.see(".row h3 a")

    return do


def plan(hand: Hand) -> None:
    """Plan 30 leads."""
    hand.press("details.tool:has(#take) > summary", leads=False)
    hand.type("#take", "30")
    hand.press("details.tool:has(#take) form button")
    hand.see("section.week")


def give(hand: Hand) -> None:
    """Assign 100 leads to five of the salespeople by skill and load, and undo it."""
    hand.press("nav a[href='/team']")
    hand.press("nav a[href='/assign']")
    hand.choose("#scope", "all")
    hand.choose("#band", "")
    hand.type("#most", "100")
    for one in hand.page.locator("input[name=rep]").all()[5:]:
        one.click()
        hand.clicks += 1
    hand.press("form[action='/assign'][method=get] button")
    if hand.page.locator("ol.assigning li").count() != ASSIGNED:
        raise RuntimeError("not as many leads as were to be given")
    hand.press("form[method=post] button:not([class])")
    hand.see("[role=status] button")
    hand.undo()


def went(*links: str, see: str) -> Callable[[Hand], None]:
    """Return the job of following links to what has to be seen."""

    def do(hand: Hand) -> None:
        for one in links:
            hand.press(f"a[href^='{one}']")
        hand.see(see)

    return do


def second(hand: Hand) -> None:
    """Note a call for a lead for which somebody else noted one meanwhile: who, and when."""
    hand.press(".row h3 a")
    other = hand.page.context.new_page()
    other.goto(hand.page.url)
    with other.expect_navigation():
        other.click("button[value='contacted:no_answer']")
    hand.press("button[value='contacted:reached']")
    hand.see("main .narrow a[href^='/leads/']")
    with other.expect_navigation():
        other.click("[role=status] button")
    other.close()


def nothing_yet(hand: Hand) -> None:
    """Look for what to do while there is no lead."""
    hand.see("main a[href='/docs']")


def no_rights(hand: Hand) -> None:
    """Sign in as a salesperson, and open a page of managers that is not in the navigation."""
    hand.page.goto("/signin?lang=" + hand.language)
    hand.page.fill("[name=name]", SALES.user_id)
    hand.page.fill("[name=password]", PASSWORD)
    with hand.page.expect_navigation():
        hand.page.click("main form button")
    if hand.page.locator("nav a[href='/channels']").count():
        raise RuntimeError("the navigation shows a page that this user may not open")
    hand.page.goto("/channels")
    hand.see("main .narrow a[href='/']")


@contextmanager
def other_server(*, users: bool) -> Iterator[str]:
    """Serve the champion of the demo over an empty store; give the address.

    Parameters
    ----------
    users
        Whether there is a salesperson who has to sign in.
    """
    with tempfile.TemporaryDirectory() as work:
        url = f"sqlite:///{work}/store.db"
        settings = Settings(
            database_url=url, models=Path("artifacts/serve"), registry=work, access_log="no"
        )
        if users:
            engine = open_engine(url)
            upgrade(engine)
            Store(engine).users.add(SALES, PASSWORD, datetime.now(UTC))  # noqa: TID251 - a user of now
            engine.dispose()
        with site(settings, lambda: datetime.now(UTC)) as address:  # noqa: TID251 - as in the server
            yield address


def list_out(hand: Hand) -> None:
    """Download the list."""
    links = hand.page.locator("a[href^='/ranking.csv']")
    place = next(one for one in links.all() if one.is_visible())
    with hand.page.expect_download() as waiting:
        place.click()
    hand.clicks += 1
    if not waiting.value.path().read_text("utf-8-sig").strip():
        raise RuntimeError("an empty file")


JOBS: Final = (
    Job("Who first, why, which number", "誰に最初に、なぜ、電話番号は", "/", who_first),
    Job("What changed since the last look", "前回から何が変わったか", "/handover", what_changed),
    Job("What changed in a week", "1週間で何が変わったか", "/week", went("/week", see="#up")),
    Job(
        "A wrong lead: out, with the reason",
        "対象外のリードを理由つきで外す",
        "/leads/…",
        wrong_lead,
    ),
    Job("Find a company by kanji", "会社を漢字で探す", "/?q=", searched("東京大樹")),
    Job("Find a company by kana", "会社をカナで探す", "/?q=", searched("トウキョウタイジュ")),
    Job("Plan 30 leads", "30件の計画を立てる", "/?take=30", plan),
    Job(
        "Give 100 leads to five of twelve, by skill and load",
        "100件のリードを12人中5人に、得意分野と余力に合わせて割り当てる",
        "/assign",
        give,
    ),
    Job(
        "Which channel pays",
        "どのチャネルが見合うか",
        "/channels",
        went("/channels", see="#cost-of"),
    ),
    Job(
        "Where the funnel loses",
        "ファネルのどこで失うか",
        "/funnel",
        went("/channels", "/funnel", see="#by-reason"),
    ),
    Job(
        "Which sleeping leads woke",
        "休眠からの復帰を見る",
        "/?list=lost",
        went("/?list=lost", see=".row h3 a"),
    ),
    Job(
        "What next with a warm lead",
        "ウォームリードに次に何をするか",
        "/?band=warm",
        went("/?band=warm", see=".row .step"),
    ),
    Job(
        "Who may buy again",
        "再購入しそうな顧客",
        "/?list=customers",
        went("/?list=customers", see=".row .deal"),
    ),
    Job("A list for the CRM", "CRM用のリスト", "/ranking.csv", list_out),
    Job("Two at once: who took it, and when", "2人が同時：誰がいつ担当したか", "/leads/…", second),
    Job("Nothing there yet: what to do", "まだ何もない：次にすること", "/", nothing_yet, "empty"),
    Job("No rights: the page says so", "権限がない：その旨を表示", "/channels", no_rights, "users"),
)


def done(browser: Browser, address: str, job: Job) -> dict[str, tuple[int, int]]:
    """Do a job at both widths in both languages; return clicks and fields by width.

    Parameters
    ----------
    browser
        The browser.
    address
        Of the server.
    job
        The job.

    Raises
    ------
    RuntimeError
        If it takes more clicks in one of the languages.
    """
    counts: dict[str, set[tuple[int, int]]] = {}
    for width, viewport in WIDTHS.items():
        for language in HEAD:
            with browser.new_context(base_url=address, viewport=viewport) as context:
                page = context.new_page()
                page.goto(f"/?lang={language}")
                job.do(hand := Hand(page, language))
                counts.setdefault(width, set()).add((hand.clicks, hand.fields))
    if any(len(one) > 1 for one in counts.values()):
        raise RuntimeError(f"{job.en}: {counts}")
    return {width: one.pop() for width, one in counts.items()}


def main() -> None:
    """Do every job at both widths in both languages, and write the pages."""
    demo = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    lines = dict(HEAD)
    with browsing() as browser, ExitStack() as servers:
        addresses = {
            "demo": demo,
            "empty": servers.enter_context(other_server(users=False)),
            "users": servers.enter_context(other_server(users=True)),
        }
        for job in JOBS:
            counts = done(browser, addresses[job.on], job)
            (clicks, fields), (on_phone, _) = counts["desktop"], counts["phone"]
            sys.stdout.write(f"{job.en}: {clicks} {on_phone} {fields}\n")
            sys.stdout.flush()
            for language in lines:
                words = getattr(job, language)
                lines[language] += (
                    f"| {words} | {clicks} | {on_phone} | {fields} | `{job.where}` |\n"
                )
    for language, ending in (("en", "md"), ("ja", "ja.md")):
        (PLACE / f"sales-day.{ending}").write_text(lines[language], "utf-8")


if __name__ == "__main__":
    main()
