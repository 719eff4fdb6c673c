"""Own models for tests: of each way of being explained, and of each way of being refused."""

import json
from typing import Any, Self

import numpy as np
from lightgbm import LGBMClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

linear = make_pipeline(
    SimpleImputer(strategy="constant", fill_value=0.0),
    StandardScaler(),
    LogisticRegression(C=0.05, max_iter=500),
)
boosted = LGBMClassifier(n_estimators=15, num_leaves=4, n_jobs=1, verbose=-1)
no_probabilities = SimpleImputer()


class Products:
    """Multiplies two columns, so that it is neither additive nor a tree; it saves itself."""

    def __init__(self, scale: float = 0.0) -> None:
        self.scale = scale

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ARG002, N803 - scikit-learn's name
        """Scale by the base rate."""
        self.scale = float(np.mean(y))
        return self

    def predict_proba(self, X: Any) -> Any:  # noqa: N803 - scikit-learn's name
        """Return both probabilities."""
        values = np.nan_to_num(np.asarray(X, dtype=np.float64))
        margin = np.log(self.scale) + 0.4 * values[:, 0] * values[:, 1]
        probability = 1.0 / (1.0 + np.exp(-margin))
        return np.column_stack([1.0 - probability, probability])

    def to_bytes(self) -> bytes:
        """Save the scale."""
        return json.dumps({"scale": self.scale}).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Products":
        """Read what `to_bytes` wrote."""
        return cls(**json.loads(content))


class NotSaved(Products):
    """Cannot be saved: skops does not know it."""

    to_bytes = property()  # type: ignore[assignment]


class Fails(Products):
    """Cannot be fitted."""

    def fit(self, X: Any, y: Any) -> Self:  # noqa: ARG002, N803 - scikit-learn's name
        """Raise."""
        raise ZeroDivisionError("no")
