"""The words of a lead's texts that a reason speaks of, for those who may read the texts.

Decided here: the newest texts first, each word once, `MOST` of them, cut to `LONGEST` characters.
Words are quoted on the lead's page alone, which shows the texts themselves; answers, lists and
other systems have the sentence, which names the intent and quotes nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from features.catalog.catalog import Catalog
from features.words.matcher import WordMatcher
from serve.scoring.inputs.point_in_time import visible_from
from serve.wire.records import ScoreRequest

VIEW: Final = "words"
MOST: Final = 3
LONGEST: Final = 20


def quoted_words(
    request: ScoreRequest, catalog: Catalog, features: Iterable[str]
) -> dict[str, list[str]]:
    """Return the words that mention what reasons speak of.

    Parameters
    ----------
    request
        The records of the lead.
    catalog
        Of the model.
    features
        The names of the features that the reasons state.

    Returns
    -------
    Name of the feature -> words; a feature about no texts, or about a single word, is left out.
    """
    wanted = {one.name: one.key for one in catalog.features if one.view == VIEW}
    terms = catalog.vocabulary.terms
    keys = {name: wanted[name] for name in features if terms.get(wanted.get(name, ""), ())[1:]}
    if not keys:
        return {}
    done = [one for one in request.histories[0].activities if visible_from(one) < request.cutoff]
    newest = sorted(done, key=lambda one: one.occurred_at, reverse=True)
    texts = [one.text for one in newest if one.text]
    matcher = WordMatcher(terms)
    return {name: words for name, key in keys.items() if (words := _words(matcher, texts, key))}


def _words(matcher: WordMatcher, texts: Sequence[str], term: str) -> list[str]:
    words = dict.fromkeys(word for text in texts for word in matcher.words(text, term))
    return [_cut(word) for word in list(words)[:MOST]]


def _cut(word: str) -> str:
    return word if len(word) <= LONGEST else word[: LONGEST - 1] + "…"
