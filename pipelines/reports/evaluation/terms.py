"""The terms of an evaluation: names of predictions, metrics, parts of the split, verdicts.

Decided here: a code that has no term stands for itself.
"""

from collections.abc import Mapping
from typing import Final

from features.wording.sentences import Language
from features.wording.translation import Message, mark, pmark
from pipelines.reports.translation import translate

PREDICTIONS: Final = {
    "mikomi": mark("mikomi"),
    "lightgbm": mark("LightGBM, near defaults"),
    "logistic": mark("Logistic regression"),
    "odoo": mark("Odoo's method"),
    "recency": mark("Recency"),
    "points": mark("Points"),
    "base_rate": mark("Base rate"),
    "incumbent": mark("Score in use"),
}
METRICS: Final = {
    "auc": mark("AUC"),
    "average_precision": mark("Average precision"),
    "log_loss": mark("Log loss"),
    "brier": mark("Brier score"),
    "ece": mark("Calibration error (ECE)"),
    "lift_at_10": mark("Lift@10\u00a0%%"),
    "capture_at_20": mark("Capture@20\u00a0%%"),
}
PARTS: Final = {
    "train": mark("Training"),
    "calibration": pmark("split", "Calibration"),
    "embargo": mark("Embargo (left out)"),
    "test": mark("Test"),
    "not_matured": mark("Not matured (left out)"),
}
NOT_VALUES: Final = {
    "(other)": mark("(other)"),
    "(missing)": mark("(missing)"),
}
GROUNDS: Final = {
    "decides_alone": mark("decides the outcome almost alone (AUC .9 or more)"),
    "one_value": mark(
        "values of which nearly every row converts hold a third of the conversions or more"
    ),
    "filled_later": mark(
        "filled for those who convert and not for the others, or the other way round"
    ),
    "like_the_model": mark("ranks as well alone as the whole model"),
}
VERDICTS: Final = {
    "signal": mark(
        "There is a signal. The model ranks leads better than chance, and its probabilities are "
        "better than the base rate, beyond noise."
    ),
    "ranking_only": mark(
        "The order can be used, the probabilities cannot. The model ranks leads better than "
        "chance, but its probabilities are no better than the base rate: the share that converts "
        "has moved since training, or there is too little to tell."
    ),
    "no_signal": mark(
        "No signal. On this test period the model is not better than the base rate beyond noise. "
        "Do not rank leads by it."
    ),
    "too_few": mark(
        "Insufficient evidence. The test holds too few conversions to judge any model."
    ),
}


def term(code: str, terms: Mapping[str, Message], language: Language) -> str:
    """Return the term of a code; a code without one stands for itself.

    Parameters
    ----------
    code
        The code, e.g. the name of a prediction.
    terms
        Code -> term.
    language
        The language to translate to.

    Examples
    --------
    >>> term("lightgbm", PREDICTIONS, "ja"), term("mine", PREDICTIONS, "ja")
    ('LightGBM（ほぼ既定値）', 'mine')
    """
    return translate(terms[code], language) if code in terms else code
