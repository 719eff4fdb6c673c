"""A beeswarm of concepts as an SVG text for a page: one point per row and concept.

Decided here: contributions are summed to concepts, as in reasons; the colour of a point is the
value of the concept's most important feature, grey for a category or a missing value. The points
are an image inside the SVG, because thousands of elements would be slow in a browser; all text
stays text and is drawn with the reader's own fonts, so that Japanese labels need no font where the
picture is made. Positions are computed from estimated widths of the labels, and nothing is dated,
so the same input gives the same bytes with any set of fonts.
"""

import re
import warnings
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from features.feature import Text
from features.wording.sentences import Language
from models.charts import style
from models.explain.concepts import Concepts
from models.explain.contributions import Explainer
from models.explain.shap_plots import beeswarm
from models.model.lead_model import LeadModel
from models.stats.training_set import Floats, Frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE: Final = Text("Contributions by concept", "要因ごとの寄与")
ACROSS: Final = Text("contribution to the margin (log-odds)", "マージンへの寄与（対数オッズ）")
LOW: Final = Text("low value", "値が低い")
HIGH: Final = Text("high value", "値が高い")

_POINTS_PER_INCH: Final = 72.0
_WIDTH: Final = 720.0
_ROW: Final = 24.0
_ABOVE, _BELOW, _RIGHT = 8.0, 50.0, 92.0
_TEXT: Final = style.TEXT
_MOST_LABEL: Final = 300.0
_DPI: Final = 160.0
_SALT: Final = "mikomi"


def beeswarm_svg(
    model: LeadModel | Explainer,
    frame: Frame,
    language: Language = "en",
    top: int = 15,
    rows: int = 2_000,
    seed: int = 0,
) -> str:
    """Draw the contributions of the most important concepts as one `<svg>` element.

    Parameters
    ----------
    model
        A model, or the explainer of a scorer (`scorer.explainer`).
    frame
        Features built with the model's catalog, such as those of the test period.
    language
        Of all labels.
    top
        The largest number of concepts.
    rows
        With more rows, a sample of this size is drawn.
    seed
        Of the sample, and of the scatter that separates overlapping points.

    Returns
    -------
    The element with a title for screen readers; empty if no concept contributes to any row.
    """
    explainer = model if isinstance(model, Explainer) else Explainer(model)
    values = explainer.sampled(_sample(frame.values, rows, seed))
    concepts = Concepts.of(frame.catalog)
    by_feature = explainer.contributions(values)
    categorical = np.array([one.is_category for one in frame.catalog.features])
    colours = np.where(categorical, np.nan, values.astype(np.float64))
    points, colours = by_concept(by_feature, colours, concepts.of_feature)
    size = np.abs(points).mean(axis=0) if len(points) else np.zeros(points.shape[1])
    order = [k for k in np.argsort(-size, kind="stable")[:top].tolist() if size[k] > 0.0]
    if not order:
        return ""
    names = [getattr(concepts.labels[k], language) for k in order]
    figure = beeswarm(points[:, order], colours[:, order], names, len(order), seed)
    _lay_out(figure, names, language)
    return _markup(figure, getattr(TITLE, language), ", ".join(names))


def by_concept(
    contributions: Floats, colours: Floats, of_feature: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Sum contributions to concepts, with the colours of each concept's most important feature.

    Parameters
    ----------
    contributions, colours
        Shape (rows, features).
    of_feature
        Shape (features,): position of each feature's concept.

    Returns
    -------
    Contributions and colours, each of shape (rows, concepts).

    Examples
    --------
    >>> parts, colours = np.array([[0.1, 0.2, -1.0]]), np.array([[7.0, 8.0, 9.0]])
    >>> sums, leading = by_concept(parts, colours, np.array([0, 0, 1]))
    >>> sums.round(6).tolist(), leading.tolist()
    ([[0.3, -1.0]], [[8.0, 9.0]])
    """
    concepts = int(of_feature.max(initial=-1)) + 1
    size = np.abs(contributions).sum(axis=0)
    sums, leading = np.zeros((2, len(contributions), concepts))
    for concept in range(concepts):
        mine = np.flatnonzero(of_feature == concept)
        sums[:, concept] = contributions[:, mine].sum(axis=1)
        leading[:, concept] = colours[:, mine[np.argmax(size[mine])]]
    return sums, leading


def _sample(values: NDArray[np.float32], rows: int, seed: int) -> NDArray[np.float32]:
    if len(values) <= rows:
        return values
    drawn = np.random.default_rng(seed).permutation(len(values))[:rows]
    return np.ascontiguousarray(values[np.sort(drawn)])


def _lay_out(figure: "Figure", names: list[str], language: Language) -> None:
    """Position the axes by the estimated widths of the labels, and translate the labels."""
    axes, bar = figure.axes
    height = _ABOVE + _BELOW + _ROW * len(names)
    left = min(max(style.width_of(name, _TEXT) for name in names), _MOST_LABEL) + 24.0
    figure.set_layout_engine("none")
    figure.set_size_inches(_WIDTH / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
    bottom, tall = _BELOW / height, (height - _ABOVE - _BELOW) / height
    axes.set_position((left / _WIDTH, bottom, (_WIDTH - left - _RIGHT) / _WIDTH, tall))
    bar.set_position(((_WIDTH - _RIGHT + 16.0) / _WIDTH, bottom, 6.0 / _WIDTH, tall))
    bar.set_box_aspect(None)
    bar.set_aspect("auto")
    axes.set_xlabel(getattr(ACROSS, language), fontsize=_TEXT)
    axes.tick_params("y", labelsize=_TEXT, length=0)
    bar.set_yticklabels([getattr(LOW, language), getattr(HIGH, language)], fontsize=_TEXT)
    bar.set_ylabel("")
    for one in (*axes.collections, *bar.collections):
        one.set_rasterized(True)


def _markup(figure: "Figure", title: str, summary: str) -> str:
    """Write the figure as one element, without a date, without ids that nothing refers to."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    out = StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": _SALT, "font.family": "DejaVu Sans"}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs are drawn by the reader's fonts
        figure.savefig(out, format="svg", dpi=_DPI, metadata={"Date": None}, transparent=True)
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"'DejaVu Sans'(, [\w' -]+)*", style.FONT, svg)
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda match: match[0] if match[1] in used else "", svg)
    svg = svg.replace('pt"', '"', 2)
    label = escape(f"{title}: {summary}")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}" stroke-linejoin="round"', 1)
