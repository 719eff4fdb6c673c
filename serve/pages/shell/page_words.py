"""The texts of the pages in one language: messages, numbers, spans of time, dates.

Decided here: English texts stand in the templates and are the keys of the catalogs, as usual with
gettext; `messages/ja/*.po` holds the Japanese, one file for each page, compiled when the server
starts. Plurals, numbers and dates are formatted by Babel and cached, as a page of 200 leads has
2,000 of them. Days are those of the time zone in the settings.
"""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from babel import dates, numbers, support
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from features.wording.sentences import Language

MESSAGES: Final = Path(__file__).parents[1] / "messages"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "ja")
_SMALL: Final = 0.1
_REMEMBERED: Final = 16_384
_NEAR: Final = {"en": "d MMM", "ja": "M月d日"}
_DAYS: Final = {"en": "d MMM y", "ja": "y年M月d日"}
_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_YESTERDAY: Final = {"en": "yesterday", "ja": "昨日"}
_GRAINS: Final = (
    (timedelta(hours=2), timedelta(hours=1)),
    (timedelta(minutes=2), timedelta(minutes=1)),
)


def mark(text: str) -> str:
    """Mark a text for the catalogs that is translated later, by `gettext`."""
    return text


class PageWords:
    """The texts of one language, in one time zone.

    Parameters
    ----------
    language
        The language.
    zone
        Of days and times.
    currency
        Of amounts: a code of ISO 4217.
    """

    def __init__(self, language: Language, zone: tzinfo, currency: str = "JPY") -> None:
        self.language = language
        self.currency = currency
        self.zone = zone

    @cached_property
    def translations(self) -> support.NullTranslations:
        """The translations of all pages; English texts stand for themselves."""
        catalog = Catalog(locale=self.language)
        for one in catalogs(self.language):
            for message in one:
                if message.id:
                    catalog.add(message.id, message.string)
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        return support.Translations(compiled)

    def say(self, text: str, **values: object) -> str:
        """Return the translation of a text.

        Parameters
        ----------
        text
            The text in English.
        **values
            Values for its `%(name)s`.
        """
        translated: str = self.translations.gettext(text)
        return translated % values if values else translated

    def number(self, value: float, digits: int = 0) -> str:
        """Format a number.

        Parameters
        ----------
        value
            The number.
        digits
            Its decimals.
        """
        return _number(value, "#,##0" + ("." + "0" * digits if digits else ""), self.language)

    def percent(self, share: float) -> str:
        """Format a share as percent; small ones with a decimal, so that none reads as zero.

        >>> from datetime import UTC
        >>> [PageWords("en", UTC).percent(share) for share in (0.34, 0.0123, 0.0001)]
        ['34%', '1.2%', '<0.1%']
        """
        if 0.0 < share < _SMALL / 200:
            return "<" + _percent(_SMALL / 100, "0.0%", self.language)
        return _percent(share, "0%" if share >= _SMALL else "0.0%", self.language)

    def money(self, amount: float) -> str:
        """Format an amount in whole units of the currency of the settings."""
        return _money(round(amount), self.currency, self.language)

    def about_money(self, amount: float) -> str:
        """Format an uncertain amount with three digits that say something.

        >>> from datetime import UTC
        >>> PageWords("en", UTC).about_money(1_294_783)
        '¥1,290,000'
        """
        return self.money(float(f"{amount:.3g}"))

    def short_money(self, amount: float) -> str:
        """Format an uncertain amount shortly, for the row of a list.

        >>> from datetime import UTC
        >>> [PageWords(one, UTC).short_money(13_947_830) for one in ("en", "ja")]
        ['¥13.9M', '￥1390万']
        """
        return _short_money(float(f"{amount:.3g}"), self.currency, self.language)

    def points(self, share: float) -> str:
        """Format a change of a probability in points, with its sign.

        >>> from datetime import UTC
        >>> PageWords("en", UTC).points(-0.034)
        '−3.4'
        """
        sign = "+" if share > 0 else "−" if share < 0 else "±"
        return sign + self.number(abs(100.0 * share), 1)

    def day(self, at: datetime) -> str:
        """Format the day of a moment, short."""
        return _day(at.astimezone(self.zone).date(), self.language)

    def on(self, day: date) -> str:
        """Format a day of the calendar, short."""
        return _day(day, self.language)

    def month(self, at: datetime) -> str:
        """Format the month of a moment.

        >>> from datetime import UTC
        >>> at = datetime(2026, 11, 1, tzinfo=UTC)
        >>> PageWords("en", UTC).month(at), PageWords("ja", UTC).month(at)
        ('November 2026', '2026年11月')
        """
        day = at.astimezone(self.zone).date()
        return str(dates.format_skeleton("yMMMM", day, locale=self.language))

    def near_day(self, at: datetime, now: datetime) -> str:
        """Format the day of a moment, without its year if that is the present one.

        Parameters
        ----------
        at
            The moment.
        now
            The moment of reading.
        """
        local = at.astimezone(self.zone).date()
        if local.year != now.astimezone(self.zone).year:
            return self.day(at)
        return str(dates.format_date(local, _NEAR[self.language], locale=self.language))

    def moment(self, at: datetime) -> str:
        """Format day and time."""
        return f"{self.day(at)} {at.astimezone(self.zone):%H:%M}"

    def ago(self, at: datetime, now: datetime) -> str:
        """Format how long ago, or in how long, in the largest unit.

        Parameters
        ----------
        at
            The moment.
        now
            The moment of reading.

        >>> from datetime import UTC
        >>> at, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)
        >>> PageWords("en", UTC).ago(at, now), PageWords("ja", UTC).ago(at, now)
        ('3 days ago', '3日前')
        >>> at += timedelta(hours=6)
        >>> [PageWords("ja", UTC).ago(at, at + timedelta(hours=n)) for n in (23.4, 23.6, 32)]
        ['23時間前', '昨日', '昨日']
        """
        span = at - now
        days = (at.astimezone(self.zone).date() - now.astimezone(self.zone).date()).days
        if round(abs(span) / _HOUR) * _HOUR >= _DAY and days:
            return _YESTERDAY[self.language] if days == -1 else _ago(days * _DAY, self.language)
        grain = next((grain for least, grain in _GRAINS if abs(span) >= least), _SECOND)
        return _ago(round(span / grain) * grain, self.language)


@lru_cache(_REMEMBERED)
def _number(value: float, pattern: str, language: Language) -> str:
    return str(numbers.format_decimal(value, format=pattern, locale=language))


@lru_cache(_REMEMBERED)
def _money(amount: int, currency: str, language: Language) -> str:
    return str(
        numbers.format_currency(amount, currency, "¤#,##0", locale=language, currency_digits=False)
    )


@lru_cache(_REMEMBERED)
def _short_money(amount: float, currency: str, language: Language) -> str:
    return str(
        numbers.format_compact_currency(amount, currency, locale=language, fraction_digits=2)
    )


@lru_cache(_REMEMBERED)
def _percent(share: float, pattern: str, language: Language) -> str:
    return str(numbers.format_percent(share, format=pattern, locale=language))


@lru_cache(_REMEMBERED)
def _day(day: date, language: Language) -> str:
    return str(dates.format_date(day, _DAYS[language], locale=language))


@lru_cache(_REMEMBERED)
def _ago(span: timedelta, language: Language) -> str:
    text = str(dates.format_timedelta(span, add_direction=True, threshold=1.5, locale=language))
    return text.replace(" ", "") if language == "ja" else text


def catalogs(language: Language) -> Iterator[Catalog]:
    """Read the catalogs of a language, one for each page."""
    for path in sorted((MESSAGES / language).glob("*.po")):
        with path.open("rb") as file:
            yield read_po(file, locale=language)
