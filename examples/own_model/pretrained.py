"""A model whose weights somebody trained before: they are read from a path, never downloaded.

The weights are a file of numpy: `names`, the feature columns that they know, and `matrix`, with one
row a column. Where it lies says OWN_WEIGHTS, for training and for the server alike:

    OWN_WEIGHTS=weights.npz MIKOMI_ESTIMATORS=examples.own_model.pretrained:Pretrained mikomi run
"""

import hashlib
import json
import os
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

WEIGHTS = "OWN_WEIGHTS"


class Pretrained:
    """Passes features through given weights; only a logistic regression behind them is fitted."""

    def __init__(self):
        self.weights = Weights.of_path()
        self.head = LogisticRegression(max_iter=500)

    def fit(self, X, y):  # noqa: N803 - scikit-learn's name
        """Fit what stands behind the weights."""
        self.head.fit(self.weights.hidden(X), y)
        return self

    def predict_proba(self, X):  # noqa: N803 - scikit-learn's name
        """Return the probabilities of both classes."""
        return self.head.predict_proba(self.weights.hidden(X))

    def to_bytes(self):
        """Save the head, and by which weights it was fitted; not the weights themselves."""
        head = {
            name: getattr(self.head, name).tolist() for name in ("coef_", "intercept_", "classes_")
        }
        return json.dumps({"head": head, "weights": self.weights.sha256}).encode()

    @classmethod
    def from_bytes(cls, content):
        """Read what `to_bytes` wrote; other weights than those are refused."""
        saved, model = json.loads(content), cls()
        if model.weights.sha256 != saved["weights"]:
            raise ValueError(f"{WEIGHTS} is another file than the model was fitted with")
        for name, values in saved["head"].items():
            setattr(model.head, name, np.array(values))
        return model


class Weights:
    """The weights of a file."""

    def __init__(self, content, names, matrix):
        self.sha256 = hashlib.sha256(content).hexdigest()
        self.rows = dict(zip(names.tolist(), matrix, strict=True))
        self.width = matrix.shape[1]

    @classmethod
    def of_path(cls):
        """Read the file that the environment names."""
        path = Path(os.environ.get(WEIGHTS, ""))
        if not path.is_file():
            raise ValueError(f"{WEIGHTS}={path}: no such file; nothing is downloaded")
        with np.load(path, allow_pickle=False) as file:
            return cls(path.read_bytes(), file["names"], file["matrix"])

    def hidden(self, table):
        """Return what the weights make of a table; columns that they do not know count nothing."""
        none = np.zeros(self.width)
        matrix = np.array([self.rows.get(name, none) for name in table.columns])
        return np.tanh(table.fillna(0.0).to_numpy() @ matrix)
