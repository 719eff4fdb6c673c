"""Short Japanese texts of activities, by type and topic only: they say nothing about interest."""

from collections.abc import Mapping
from typing import Final

from pipelines.sample.facets.touches import KINDS

TEXTS: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("form", "contact"): (
        "資料を見ました。詳しい説明をお願いします。",
        "導入までの流れを教えてください。",
        "見積もりの前に一度お話を伺いたいです。",
    ),
    ("form", "registration"): ("資料請求フォームから登録。", "メールマガジンに登録。"),
    ("download", "whitepaper"): ("業務改善ガイドを取得。", "調査レポートを取得。"),
    ("download", "price_list"): ("価格表を取得。", "料金シミュレーション表を取得。"),
    ("download", "security_sheet"): ("セキュリティチェックシートを取得。",),
    ("seminar", "introductory"): ("入門セミナーに参加。", "オンライン説明会に参加。"),
    ("seminar", "hands_on"): ("ハンズオンセミナーに参加。", "操作体験会に参加。"),
    ("seminar", "exhibition"): ("展示会ブースで名刺交換。", "展示会でデモを見学。"),
    ("trial", "setup"): ("トライアル環境を作成。", "初期データを取り込み。"),
    ("trial", "use"): ("トライアル環境にログイン。", "レポート機能を試用。", "連携機能を試用。"),
    ("call", "question"): (
        "機能について電話で質問あり。",
        "契約期間について質問あり。",
        "機能の違いについて質問あり。",
    ),
    ("call", "follow_up"): (
        "フォローの電話。不在。",
        "フォローの電話。近況を確認。",
        "折り返しを依頼。",
    ),
    ("meeting", "demo"): ("製品デモを実施。", "オンラインでデモを実施。"),
    ("meeting", "negotiation"): ("契約条件を協議。", "運用体制を協議。", "見積もりの内訳を説明。"),
    ("inquiry", "pricing"): (
        "50名で利用する場合の費用を知りたいです。",
        "年払いの割引はありますか。",
        "最低契約数を教えてください。",
    ),
    ("inquiry", "integration"): (
        "会計システムと連携できますか。",
        "APIの仕様を教えてください。",
    ),
    ("inquiry", "first_contact"): ("紹介を受けて連絡しました。", "製品について相談したいです。"),
    ("support_ticket", "login"): ("ログインできません。", "パスワードを再設定したいです。"),
    ("support_ticket", "billing"): ("請求書の再発行をお願いします。", "支払方法を変更したいです。"),
    ("social_mention", ""): ("製品名に言及する投稿。", "業界の話題の投稿。"),
    ("greeting_card", ""): ("季節の挨拶状を送付。",),
}

FLAT: Final = tuple(text for texts in TEXTS.values() for text in texts)
"""All texts in one list; an activity carries a number in it."""


def ranges() -> tuple[list[int], list[int]]:
    """Return, for every kind of touch, where its texts begin in `FLAT` and how many there are."""
    begins, counts, place = {}, {}, 0
    for key, texts in TEXTS.items():
        begins[key], counts[key] = place, len(texts)
        place += len(texts)
    keys = [(kind.activity_type, kind.topic) for kind in KINDS]
    return [begins.get(key, 0) for key in keys], [counts.get(key, 0) for key in keys]
