"""The jobs of a sales day, done in a real browser with the clicks counted: `docs/how-to/sales-day.md`.

Run `make demo`, and beside it `python -m docs.sales_day [address]`. Every job is done at the width
of a desktop and of a phone, in both languages; what it needs to see has to be there. Whatever is
pressed counts as a click, whatever is typed or chosen as a field. What a job changes is undone.
"""

# ruff: noqa: E501 - tables of two languages

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Page

from tests.browsing import DESKTOP, PHONE, browsing

ADDRESS: Final = "http://127.0.0.1:8000"
PLACE: Final = Path(__file__).parent
WIDTHS: Final[dict[str, Any]] = {"desktop": DESKTOP, "phone": PHONE}
HEAD: Final = {
    "en": "# The sales day, in clicks\n\nEach job from the first page of the sample company "
    "(`make demo`), done in a real browser at the width of a desktop and of a phone, in English "
    "and Japanese, by `python -m docs.sales_day`. A click is whatever is pressed; a field is what "
    "is typed or chosen.\n\n| job | clicks, desktop | clicks, phone | fields | where |\n"
    "| --- | --- | --- | --- | --- |\n",
    "ja": "# 営業の一日：クリック数\n\nサンプル企業（`make demo`）の最初のページから始め、実際のブラウザーでパソコンとスマートフォンの幅、"
    "日英両方で `python -m docs.sales_day` が行った結果です。クリックは押した回数、入力は入力・選択した欄の数です。\n\n"
    "| 仕事 | クリック（パソコン） | クリック（スマートフォン） | 入力 | 画面 |\n| --- | --- | --- | --- | --- |\n",
}

TAIL: Final = {
    "en": """
Three more jobs need a state that the sample company does not have, and are held by tests:

- Nothing there yet: the first page says what to do, 0 clicks (`tests/journeys/test_pages_in_a_browser.py`).
- Two at once: whoever is second is told who took the lead and when, and nothing is overwritten (`tests/unit/pages/test_steps.py`).
- No rights: the page says that it is not for this user, and the navigation does not show it (`tests/unit/pages/test_lists.py`).
""",
    "ja": """
次の3つはサンプル企業にない状態のため、テストで確かめています。

- まだ何もない：最初のページが次にすることを示します。クリック0回（`tests/journeys/test_pages_in_a_browser.py`）。
- 2人が同時：後の人に、誰がいつ担当したかを示し、上書きしません（`tests/unit/pages/test_steps.py`）。
- 権限がない：閲覧できないことを示し、メニューにも出しません（`tests/unit/pages/test_lists.py`）。
""",
}


class Hand:
    """A user of a page, whose clicks and fields are counted.

    Parameters
    ----------
    page
        A tab of the browser.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.fields = page, 0, 0

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
    """A job: its words, where it ends, and how it is done."""

    en: str
    ja: str
    where: str
    do: Callable[[Hand], None]


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
    hand.choose("#band", "")
    hand.type("#most", "100")
    for one in hand.page.locator("input[name=rep]").all()[5:]:
        one.click()
        hand.clicks += 1
    hand.press("form[action='/assign'][method=get] button")
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
        "Newly hot leads, up to 100, to five of twelve",
        "最近ホットになったリード（最大100件）を12人中5人に割り当てる",
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
)


def main() -> None:
    """Do every job at both widths in both languages, and write the pages."""
    address = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    lines = {"en": HEAD["en"], "ja": HEAD["ja"]}
    with browsing() as browser:
        for job in JOBS:
            counts: dict[str, set[tuple[int, int]]] = {}
            for width, viewport in WIDTHS.items():
                for language in lines:
                    with browser.new_context(base_url=address, viewport=viewport) as context:
                        page = context.new_page()
                        page.goto(f"/?lang={language}")
                        job.do(hand := Hand(page))
                        counts.setdefault(width, set()).add((hand.clicks, hand.fields))
            (desktop,), (phone,) = counts["desktop"], counts["phone"]
            sys.stdout.write(f"{job.en}: {desktop} {phone}\n")
            sys.stdout.flush()
            for language in lines:
                words = getattr(job, language)
                row = f"| {words} | {desktop[0]} | {phone[0]} | {desktop[1]} | `{job.where}` |\n"
                lines[language] += row
    (PLACE / "sales-day.md").write_text(lines["en"] + TAIL["en"], "utf-8")
    (PLACE / "sales-day.ja.md").write_text(lines["ja"] + TAIL["ja"], "utf-8")


if __name__ == "__main__":
    main()
