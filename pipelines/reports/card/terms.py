"""The terms of the card; those of figures and verdicts are the evaluation's."""

from typing import Final

from features.wording.translation import mark

VERDICTS: Final = {
    "pass": mark("pass"),
    "warn": mark("warning"),
    "fail": mark("fail"),
    "not applicable": mark("not applicable"),
}
EVIDENCE: Final = {
    "points_only": mark("hand-given points only"),
    "scorecard": mark("a scorecard"),
    "scorecard_and_trees": mark("a scorecard and trees"),
    "own_model": mark("a model of the company's own, in the place of scorecard and trees"),
}
