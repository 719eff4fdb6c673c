"""Models that a company brings itself; `train.estimator: examples.own_model.own_models:boosted`."""

from lightgbm import LGBMClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

boosted = LGBMClassifier(n_estimators=80, num_leaves=8, learning_rate=0.08, n_jobs=1, verbose=-1)
"""Trees: exact reasons."""

linear = make_pipeline(
    SimpleImputer(strategy="constant", fill_value=0.0),
    StandardScaler(),
    LogisticRegression(C=0.01, max_iter=2000),
)
"""Additive: exact reasons."""

neighbours = make_pipeline(
    SimpleImputer(strategy="constant", fill_value=0.0),
    StandardScaler(),
    KNeighborsClassifier(n_neighbors=50),
)
"""Neither: approximate reasons, by shap's permutation explainer."""


def catboost():
    """Return CatBoost with its defaults; the package has to be installed."""
    from catboost import CatBoostClassifier  # noqa: PLC0415 - an optional package

    return CatBoostClassifier(iterations=200, depth=4, verbose=False, allow_writing_files=False)
