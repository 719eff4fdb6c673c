"""On what a record was made: two machines of the same stamp must give the same floats.

Decided here: the instructions that numpy and OpenBLAS choose their code by, the C library, and the
versions of the libraries that compute.
"""

import platform
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from threadpoolctl import threadpool_info

LIBRARIES: Final = (
    *("lightgbm", "matplotlib", "numba", "numpy", "pandas", "pyarrow"),
    *("scikit-learn", "scipy", "shap"),
)


def stamp() -> dict[str, Any]:
    """Return the stamp of this machine."""
    features = np._core._multiarray_umath.__cpu_features__  # numpy has no other door to them
    blas = {one["architecture"] for one in threadpool_info() if "architecture" in one}
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "libc": " ".join(platform.libc_ver()),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "cpu_features": sorted(name for name, there in features.items() if there),
        "blas": sorted(blas),
        "versions": {name: version(name) for name in LIBRARIES},
    }
