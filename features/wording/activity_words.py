"""What people call activities: nouns and verbs, in English and Japanese.

Decided here: the usual activity types have their own nouns and verbs, with and without a topic;
any other type is called by its label, or by the words of the type that it usually means.
"""

from dataclasses import dataclass
from typing import Final

from features.catalog.catalog import Vocabulary
from features.feature import Sentence, Text
from features.wording.sentences import many, plain, window_words
from features.wording.usual_names import usual_type

ANY: Final = "any"
OTHER: Final = "other"


@dataclass(frozen=True)
class ActivityWords:
    """The nouns and verbs of one kind of activity.

    Attributes
    ----------
    noun
        Its name, in English with alternatives `[one|many]`.
    doing
        The Japanese object with its particle.
    verb
        The Japanese verb.
    """

    noun: Text
    doing: str
    verb: str


def _words(en: str, ja: str, doing: str, verb: str) -> ActivityWords:
    return ActivityWords(Text(en, ja), doing, verb)


_PLAIN: Final = {
    ANY: _words("[activity|activities] of any kind", "行動", "行動", ""),
    OTHER: _words("[activity|activities] of rare kinds", "その他の行動", "その他の行動", ""),
    "page_view": _words("page [view|views]", "ページ閲覧", "ページを", "閲覧"),
    "email_open": _words("e-mail [open|opens]", "メール開封", "メールを", "開封"),
    "email_click": _words(
        "[click|clicks] in e-mails", "メール内リンクのクリック", "メール内のリンクを", "クリック"
    ),
    "form": _words("[form|forms] sent", "フォーム送信", "フォームを", "送信"),
    "download": _words("[download|downloads]", "資料ダウンロード", "資料を", "ダウンロード"),
    "seminar": _words("[seminar|seminars] attended", "セミナー参加", "セミナーに", "参加"),
    "trial": _words("[use|uses] of the trial", "トライアル利用", "トライアルを", "利用"),
    "call": _words("[call|calls]", "電話", "電話", ""),
    "meeting": _words("[meeting|meetings]", "打ち合わせ", "打ち合わせ", ""),
    "inquiry": _words("[inquiry|inquiries]", "問い合わせ", "問い合わせ", ""),
    "support_ticket": _words(
        "support [ticket|tickets]", "サポートへの問い合わせ", "サポートへの問い合わせ", ""
    ),
    "social_mention": _words(
        "social media [mention|mentions]", "SNSでの言及", "SNSで当社に", "言及"
    ),
}
_WITH_TOPIC: Final = {
    "page_view": _words(
        "[visit|visits] to the {topic} page", "{topic}ページの閲覧", "{topic}ページを", "閲覧"
    ),
    "email_open": _words(
        "[open|opens] of e-mails about {topic}",
        "{topic}のメールの開封",
        "{topic}のメールを",
        "開封",
    ),
    "email_click": _words(
        "[click|clicks] in e-mails about {topic}",
        "{topic}のメール内リンクのクリック",
        "{topic}のメール内のリンクを",
        "クリック",
    ),
    "form": _words(
        "[form|forms] sent about {topic}",
        "{topic}のフォームの送信",
        "{topic}のフォームを",
        "送信",
    ),
    "download": _words(
        "[download|downloads] about {topic}",
        "{topic}の資料のダウンロード",
        "{topic}の資料を",
        "ダウンロード",
    ),
    "seminar": _words(
        "[seminar|seminars] attended about {topic}",
        "{topic}のセミナーへの参加",
        "{topic}のセミナーに",
        "参加",
    ),
    "trial": _words(
        "[use|uses] of {topic} in the trial",
        "トライアルでの{topic}の利用",
        "トライアルで{topic}を",
        "利用",
    ),
    "call": _words("[call|calls] about {topic}", "{topic}の電話", "{topic}の電話", ""),
    "meeting": _words(
        "[meeting|meetings] about {topic}", "{topic}の打ち合わせ", "{topic}の打ち合わせ", ""
    ),
    "inquiry": _words(
        "[inquiry|inquiries] about {topic}",
        "{topic}についての問い合わせ",
        "{topic}についての問い合わせ",
        "",
    ),
    "support_ticket": _words(
        "support [ticket|tickets] about {topic}",
        "{topic}についてのサポートへの問い合わせ",
        "{topic}についてのサポートへの問い合わせ",
        "",
    ),
    "social_mention": _words(
        "social media [mention|mentions] of {topic}",
        "SNSでの{topic}への言及",
        "SNSで{topic}に",
        "言及",
    ),
}


def activity_words(activity_type: str, topic: str, vocabulary: Vocabulary) -> ActivityWords:
    """Return the words for an activity type, or for one topic of it.

    Parameters
    ----------
    activity_type
        The type, or "any" or "other".
    topic
        The topic; empty for all.
    vocabulary
        Whose labels name the topic, and a type that has no words of its own.
    """
    about = plain(vocabulary.label(topic))
    known = (_WITH_TOPIC if topic else _PLAIN).get(_worded(activity_type, vocabulary))
    if known is not None:
        return ActivityWords(
            Text(
                known.noun.en.replace("{topic}", about.en),
                known.noun.ja.replace("{topic}", about.ja),
            ),
            known.doing.replace("{topic}", about.ja),
            known.verb,
        )
    called = plain(vocabulary.label(activity_type))
    en, ja = f'[activity|activities] "{called.en}"', f"「{called.ja}」"
    if topic:
        en, ja = f"{en} about {about.en}", f"{ja}({about.ja})"
    return _words(en, ja, ja, "")


def _worded(activity_type: str, vocabulary: Vocabulary) -> str:
    """Return the type whose words a type has; a type with a label is called by it."""
    if activity_type in _PLAIN or activity_type in vocabulary.labels:
        return activity_type
    return usual_type(activity_type, vocabulary.activity_types)


def concept_words(words: ActivityWords) -> Text:
    """Return the label of the concept of all features of one kind of activity."""
    return Text(many(words.noun.en), words.noun.ja)


def count_sentence(words: ActivityWords, days: float | None) -> Sentence:
    """Return the sentence for a count.

    Parameters
    ----------
    words
        What the activity is called.
    days
        The look-back window; None is ever.
    """
    when = window_words(days)
    en = f"{{value}} {words.noun.en} {when.en}"
    ja = f"{when.ja}{words.doing}{{value}}回{words.verb}"
    return Sentence(Text(en, ja), _none(words, days))


def faded_sentence(words: ActivityWords) -> Sentence:
    """Return the sentence for a decayed count, whose value is in words such as "about 2"."""
    noun = many(words.noun.en)
    en = f"{{value}} {words.noun.en} lately, older ones counting less"
    ja = f"最近の{words.noun.ja}：{{value}}（古いものほど軽く数える）"
    return Sentence(Text(en, ja), Text(f"No {noun} lately", f"最近、{words.noun.ja}なし"))


def since_sentence(words: ActivityWords, which: Text) -> Sentence:
    """Return the sentence for the time since the last or the first activity.

    Parameters
    ----------
    words
        What the activity is called.
    which
        `LAST` or `FIRST`.
    """
    en = f"{which.en} of the {many(words.noun.en)}: {{value}} ago"
    ja = f"{which.ja}の{words.noun.ja}：{{value}}前"
    return Sentence(Text(en, ja), _none(words, None))


def to_first_sentence(words: ActivityWords) -> Sentence:
    """Return the sentence for the time from the beginning of the lead to the first activity."""
    en = f"First of the {many(words.noun.en)}: {{value}} after the lead came in"
    ja = f"最初の{words.noun.ja}：リード登録の{{value}}後"
    return Sentence(Text(en, ja), _none(words, None))


def active_days_sentence(words: ActivityWords, days: float | None) -> Sentence:
    """Return the sentence for a number of days with activity.

    Parameters
    ----------
    words
        What the activity is called.
    days
        The look-back window; None is ever.
    """
    when = window_words(days)
    en = f"{many(words.noun.en).capitalize()} on {{value}} [day|days] {when.en}"
    ja = f"{when.ja}{words.noun.ja}があった日：{{value}}日"
    return Sentence(Text(en, ja), _none(words, days))


def sum_sentence(words: ActivityWords, column: str, days: float | None) -> Sentence:
    """Return the sentence for a sum of time or of amounts.

    Parameters
    ----------
    words
        What the activity is called.
    column
        `dwell_seconds` or `amount`.
    days
        The look-back window; None is ever.
    """
    when = window_words(days)
    if column == "dwell_seconds":
        en = f"{{value}} spent {when.en}: {many(words.noun.en)}"
        ja = f"{when.ja}{words.noun.ja}に合計{{value}}"
        return Sentence(Text(en, ja), _none(words, days))
    en = f"An amount of {{value}} {when.en} from {many(words.noun.en)}"
    ja = f"{when.ja}{words.noun.ja}の金額：合計{{value}}"
    return Sentence(Text(en, ja), _none(words, days))


def rate_sentence(words: ActivityWords) -> Sentence:
    """Return the sentence for the pace of the last week, whose value is in words: "2 more"."""
    noun = many(words.noun.en)
    en = f"{{value}} {words.noun.en} in the last 7 days than in a usual week before"
    ja = f"直近7日間の{words.noun.ja}：それまでの週平均より{{value}}"
    none = Text(f"No change of pace: {noun}", f"{words.noun.ja}の頻度に変化なし")
    return Sentence(Text(en, ja), none)


def _none(words: ActivityWords, days: float | None) -> Text:
    when = window_words(days)
    ja = "これまで" if days is None else when.ja.removesuffix("に")
    return Text(f"No {many(words.noun.en)} {when.en}", f"{ja}、{words.noun.ja}なし")


LAST: Final = Text("Last", "最後")
FIRST: Final = Text("First", "最初")
