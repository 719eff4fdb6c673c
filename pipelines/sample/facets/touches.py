"""What leads do and what is done to them: kinds of touch and how often, by hidden interest.

Decided here: one touch is an (activity type, topic, direction). Its rate per day depends on the
hidden state, on the era (opens of mails tell nothing any more from the second year on), on the
company size (pricing pages tell of small companies, security pages of large ones), on the industry
(a trial tells something in three industries only) and on the stage of the deal. A touch whose rates
are the same in all states is noise: it says nothing about interest, so it may be entered late.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from features.feature import Text

Five = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Touch:
    """One kind of activity and its rates per day in the five states.

    Attributes
    ----------
    rates
        asleep, curious, aware, comparing, deciding.
    in_stages
        Multipliers without a deal, opened, quoted.
    customer
        Multiplier once the lead has won before.
    dwell
        Mean seconds; 0 means that none are recorded.
    """

    activity_type: str
    topic: str
    rates: Five
    direction: Literal["inbound", "outbound"] = "inbound"
    in_stages: tuple[float, float, float] = (1.0, 1.0, 1.0)
    customer: float = 1.0
    dwell: float = 0.0

    @property
    def is_noise(self) -> bool:
        """Whether the rates are the same in all states."""
        return len(set(self.rates)) == 1


def _flat(rate: float) -> Five:
    return (rate, rate, rate, rate, rate)


TOUCHES: Final = (
    Touch("page_view", "pricing", (0.0008, 0.003, 0.006, 0.026, 0.050), dwell=70),
    Touch("page_view", "case_study", (0.0012, 0.007, 0.012, 0.026, 0.026), dwell=110),
    Touch("page_view", "product", (0.0025, 0.022, 0.028, 0.045, 0.040), dwell=80),
    Touch("page_view", "security", (0.0005, 0.004, 0.004, 0.007, 0.010), dwell=90),
    Touch("page_view", "docs", (0.0025, 0.055, 0.012, 0.028, 0.036), dwell=240),
    Touch("page_view", "careers", (0.0012, 0.026, 0.003, 0.002, 0.002), dwell=60),
    Touch("page_view", "blog", (0.0045, 0.048, 0.028, 0.020, 0.015), dwell=130),
    Touch("email_open", "newsletter", (0.012, 0.020, 0.022, 0.024, 0.024)),
    Touch("email_open", "campaign", (0.004, 0.008, 0.014, 0.020, 0.022)),
    Touch("email_click", "newsletter", (0.0012, 0.006, 0.006, 0.006, 0.005)),
    Touch("email_click", "campaign", (0.0005, 0.002, 0.005, 0.009, 0.010)),
    Touch("form", "contact", (0.0001, 0.0008, 0.001, 0.004, 0.007)),
    Touch("download", "whitepaper", (0.0004, 0.006, 0.006, 0.006, 0.004)),
    Touch("download", "price_list", (0.0001, 0.0006, 0.0012, 0.006, 0.010)),
    Touch("download", "security_sheet", (0.0001, 0.0005, 0.0006, 0.002, 0.003)),
    Touch("seminar", "introductory", (0.0006, 0.004, 0.005, 0.004, 0.002), dwell=3000),
    Touch("seminar", "hands_on", (0.0002, 0.002, 0.001, 0.004, 0.005), dwell=5000),
    Touch("trial", "setup", (0.0003, 0.004, 0.003, 0.003, 0.003), dwell=600),
    Touch("trial", "use", (0.0005, 0.020, 0.012, 0.012, 0.012), dwell=900),
    Touch("call", "question", (0.0003, 0.0008, 0.002, 0.007, 0.012), dwell=260),
    Touch(
        "meeting",
        "demo",
        (0.0001, 0.0004, 0.0015, 0.007, 0.010),
        in_stages=(1.0, 2.0, 1.0),
        dwell=3200,
    ),
    Touch(
        "meeting",
        "negotiation",
        (0.0001, 0.0001, 0.0004, 0.0020, 0.008),
        in_stages=(0.2, 1.0, 5.0),
        dwell=2800,
    ),
    Touch("inquiry", "pricing", (0.0001, 0.0004, 0.001, 0.005, 0.009)),
    Touch("inquiry", "integration", (0.0001, 0.0012, 0.001, 0.004, 0.004)),
    Touch(
        "call",
        "follow_up",
        _flat(0.006),
        direction="outbound",
        in_stages=(1.0, 5.0, 5.0),
        dwell=180,
    ),
    Touch("support_ticket", "login", _flat(0.0012), customer=10.0),
    Touch("support_ticket", "billing", _flat(0.0004), customer=10.0),
    Touch("social_mention", "", _flat(0.006)),
    Touch("greeting_card", "", _flat(0.002), direction="outbound"),
)
FIRST_TOUCHES: Final = (
    Touch("form", "registration", _flat(0.0)),
    Touch("seminar", "exhibition", _flat(0.0)),
    Touch("inquiry", "first_contact", _flat(0.0)),
)
"""What made the lead known; it depends on the source only."""
FIRST_TOUCH_OF_SOURCE: Final = (0, 0, 1, 2, 1, 0, 2, 0)
KINDS: Final = TOUCHES + FIRST_TOUCHES

LATE_TOUCHES: Final = (("call", "follow_up"), ("support_ticket", "login"), ("social_mention", ""))
"""Entered up to a week late; noise all of them, so silence stays exactly what it is."""

# (activity type, topic) -> rates that replace the general ones
_SMALL: Final = {("page_view", "pricing"): (0.0008, 0.003, 0.008, 0.045, 0.095)}
_LARGE: Final = {
    ("page_view", "pricing"): (0.004, 0.011, 0.012, 0.013, 0.013),
    ("page_view", "security"): (0.0006, 0.004, 0.006, 0.034, 0.080),
    ("download", "security_sheet"): (0.0001, 0.0005, 0.001, 0.006, 0.015),
}
_TRIAL_MATTERS: Final = {
    ("trial", "setup"): (0.0002, 0.0008, 0.001, 0.007, 0.011),
    ("trial", "use"): (0.0003, 0.0015, 0.003, 0.028, 0.070),
}
_NO_OPENS: Final = {
    ("email_open", "newsletter"): _flat(0.022),
    ("email_open", "campaign"): _flat(0.013),
}
ERAS: Final = 2
SIZE_CLASSES: Final = 3
VARIANTS: Final = 2 * SIZE_CLASSES
"""variant = 3 * (the trial matters) + size class (small, middle, large)."""
STAGE_STATES: Final = 6
"""stage + 3 * (won before)."""

LABELS: Final = {
    "page_view": Text("page view", "ページ閲覧"),
    "email_open": Text("e-mail opened", "メール開封"),
    "email_click": Text("link in an e-mail clicked", "メールクリック"),
    "form": Text("form sent", "フォーム送信"),
    "download": Text("download", "資料ダウンロード"),
    "seminar": Text("seminar attended", "セミナー参加"),
    "trial": Text("trial use", "トライアル利用"),
    "call": Text("call", "電話"),
    "meeting": Text("meeting", "打ち合わせ"),
    "inquiry": Text("inquiry", "問い合わせ"),
    "support_ticket": Text("support ticket", "サポート依頼"),
    "social_mention": Text("social mention", "SNSでの言及"),
    "greeting_card": Text("greeting card", "あいさつ状送付"),
}
TOPIC_LABELS: Final = {
    "pricing": Text("pricing", "料金"),
    "case_study": Text("case studies", "導入事例"),
    "product": Text("product", "製品"),
    "security": Text("security", "セキュリティ"),
    "docs": Text("documentation", "ドキュメント"),
    "careers": Text("careers", "採用情報"),
    "blog": Text("blog", "ブログ"),
    "newsletter": Text("newsletter", "メールマガジン"),
    "campaign": Text("campaign", "キャンペーン"),
    "contact": Text("contact", "お問い合わせ"),
    "whitepaper": Text("white paper", "ホワイトペーパー"),
    "price_list": Text("price list", "価格表"),
    "security_sheet": Text("security sheet", "セキュリティチェックシート"),
    "introductory": Text("introduction", "入門"),
    "hands_on": Text("hands-on", "ハンズオン"),
    "setup": Text("set-up", "初期設定"),
    "use": Text("use", "利用"),
    "question": Text("question", "質問"),
    "demo": Text("demonstration", "デモ"),
    "negotiation": Text("negotiation", "条件交渉"),
    "integration": Text("integration", "連携"),
    "follow_up": Text("follow-up", "フォロー"),
    "login": Text("login", "ログイン"),
    "billing": Text("billing", "請求"),
    "registration": Text("registration", "登録"),
    "exhibition": Text("exhibition", "展示"),
    "first_contact": Text("first contact", "初回"),
}


def rate_table() -> NDArray[np.float64]:
    """Make the rates, shape (era, variant, stage + 3 * customer, state, touch)."""
    table = np.empty((ERAS, VARIANTS, STAGE_STATES, 5, len(TOUCHES)))
    for era in range(ERAS):
        for variant in range(VARIANTS):
            for number, touch in enumerate(TOUCHES):
                rates = np.array(_rates(touch, era, variant))
                for stage in range(STAGE_STATES):
                    factor = touch.in_stages[stage % 3] * (touch.customer if stage > 2 else 1.0)  # noqa: PLR2004
                    table[era, variant, stage, :, number] = rates * factor
    return table


def _rates(touch: Touch, era: int, variant: int) -> Five:
    trial, size = divmod(variant, SIZE_CLASSES)
    overrides = ({}, _TRIAL_MATTERS)[trial] | (_SMALL, {}, _LARGE)[size] | ({}, _NO_OPENS)[era]
    return overrides.get((touch.activity_type, touch.topic), touch.rates)


NOISE: Final = np.array([touch.is_noise for touch in TOUCHES])
