"""LightGBM for processes that score and never train.

Decided here: LightGBM imports scikit-learn, for estimators that no server uses, when it can. A
process that only scores imports it as if scikit-learn were not installed, which LightGBM allows
for: it starts a second earlier and holds some 50 MB less. Whoever imports scikit-learn later has
it; only the estimators of LightGBM stay out of reach in this process.
"""

import importlib
import sys
from typing import Any, cast


def import_lightgbm() -> None:
    """Import LightGBM without its estimators, where neither library has been imported yet."""
    if {"lightgbm", "sklearn"} & sys.modules.keys():
        return
    modules = cast("dict[str, Any]", sys.modules)
    modules["sklearn"] = None  # an import of it fails while this stands
    try:
        importlib.import_module("lightgbm")
    finally:
        del modules["sklearn"]
