"""How Sphinx builds the site: one build a language, without a network.

Decided here: a page `x.md` with a twin `x.ja.md` is in the English build, the twin in the Japanese
one; a page without a twin is in both. So a link to `x.md` means the reader's language. A link to a
file outside of docs/ becomes the name of the file, since the site has no copy of it.
"""

import os
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

DOCS = Path(__file__).parent
language = os.environ.get("MIKOMI_DOCS_LANGUAGE", "en")

project = "mikomi"
author = "mikomi"
html_title = "mikomi 見込み"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "language.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
suppress_warnings = ["myst.header"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

_TWINS = {path.with_name(path.name[:-6]) for path in DOCS.rglob("*.ja.md")}
"""The pages that are in both languages, without their endings."""
_IN_ENGLISH = [str(path.relative_to(DOCS)) for path in DOCS.rglob("*.ja.md")]
_WITH_TWIN = [f"{path.relative_to(DOCS)}.md" for path in _TWINS]

root_doc = "index.ja" if language == "ja" else "index"
exclude_patterns = _WITH_TWIN if language == "ja" else _IN_ENGLISH

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]*)((?:#[^)\s]*)?)\)")
_SWITCH = re.compile(r"^\[(?:日本語|English)\]\([^)]+\)(?: · )?", re.MULTILINE)
_CODE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def read_page(_app: Sphinx, name: str, source: list[str]) -> None:
    """Turn the links of a page into those of the build's language, and drop its language switch."""
    folder = (DOCS / name).parent
    parts = _CODE.split(_SWITCH.sub("", source[0]))
    parts[::2] = [_LINK.sub(lambda match: _link(match, folder), part) for part in parts[::2]]
    source[0] = "".join(parts)


def _link(match: re.Match[str], folder: Path) -> str:
    picture, label, target, anchor = match.groups()
    if not target or "://" in target or target.startswith("mailto:"):
        return match[0]
    path = Path(os.path.normpath(folder / target))
    if not path.exists():
        return match[0]
    if not path.is_relative_to(DOCS) or path.is_dir():
        return f"{label} (`{os.path.relpath(path, DOCS.parent)}`)"
    twin = Path(str(path).removesuffix(".md"))
    if language == "ja" and twin in _TWINS:
        target = target.removesuffix(".md") + ".ja.md"
    return f"{picture}[{label}]({target}{anchor})"


def add_switch(
    _app: Sphinx, name: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Add the address of the page in the other language."""
    plain = name.removesuffix(".ja")
    in_both = (DOCS / f"{plain}.md").exists()
    other = "en" if language == "ja" else "ja"
    page = plain if in_both else "index"
    ending = ".ja" if other == "ja" and DOCS / page in _TWINS else ""
    context["other_language"] = {
        "name": {"en": "English", "ja": "日本語"}[other],
        "code": other,
        "address": f"{'../' * (name.count('/') + 1)}{other}/{page}{ending}.html",
    }


def whole_sentence(_app: Sphinx, what: str, *rest: Any) -> None:
    """Write a property's first line without a colon: before it, napoleon expects a type."""
    lines: list[str] = rest[-1]
    if what in {"property", "attribute"} and lines:
        lines[0] = lines[0].replace(": ", " – ")


def setup(app: Sphinx) -> None:
    """Add them to the build."""
    app.connect("autodoc-process-docstring", whole_sentence, priority=400)
    app.connect("source-read", read_page)
    app.connect("html-page-context", add_switch)
