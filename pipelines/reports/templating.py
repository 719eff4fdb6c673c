"""Templates and looks of the pages that commands write.

Decided here: a page is one file that needs nothing else, so its looks are written into it; all
pages have those of the report. What a template does not know is an error.
"""

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from models.charts import style

_REPORT = "pipelines.reports.evaluation"


@cache
def template(package: str, name: str) -> Template:
    """Give a template out of the folder `templates` of a package."""
    made = Environment(autoescape=True, undefined=StrictUndefined)
    return made.from_string(_text(package, name))


def looks(package: str | None = None, name: str = "") -> str:
    """Give the looks of every page, and after them those of a package's own."""
    shared = _text(_REPORT, "report.css").replace("FONT", style.FONT)
    return shared if package is None else shared + _text(package, name)


def _text(package: str, name: str) -> str:
    return (resources.files(package) / "templates" / name).read_text(encoding="utf-8")
