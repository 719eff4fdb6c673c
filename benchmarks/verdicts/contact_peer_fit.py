"""Contact value by econml, in an interpreter of its own: arrays in, effects out.

    PYTHON benchmarks/verdicts/contact_peer_fit.py IN.npz OUT.npz

Decided here: settings as the documentation of econml shows them, with the known chance as the
propensity; one round of each method. Nothing of mikomi is imported.
"""

import sys
import time

import numpy as np
from econml.dml import CausalForestDML
from econml.dr import DRLearner
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LogisticRegression, RidgeCV

SEED = 7


def main(source: str, target: str) -> None:
    """Fit every method on the learned rows, and write its effects on the others."""
    arrays = np.load(source)
    x, contacted, label, others = (arrays[name] for name in ("x", "contacted", "label", "others"))
    effects, seconds = {}, {}
    for name, method in methods().items():
        begin = time.process_time()
        method.fit(label, contacted, X=x)
        effects[name] = np.asarray(method.effect(others)).ravel()
        seconds[f"cpu_seconds {name}"] = np.array(time.process_time() - begin)
    np.savez(target, **effects, **seconds)


def methods() -> dict[str, object]:
    """Return the methods by name."""
    outcome = LogisticRegression(max_iter=500)
    chance = DummyClassifier(strategy="prior")
    common = {"discrete_outcome": True, "cv": 5, "random_state": SEED}
    return {
        "econml DRLearner, linear": DRLearner(
            model_propensity=chance,
            model_regression=outcome,
            model_final=RidgeCV(alphas=np.geomspace(0.1, 1e5, 13)),
            **common,
        ),
        "econml DRLearner, forest": DRLearner(
            model_propensity=chance,
            model_regression=outcome,
            model_final=RandomForestRegressor(
                300, min_samples_leaf=100, n_jobs=1, random_state=SEED
            ),
            **common,
        ),
        "econml CausalForestDML": CausalForestDML(
            model_y=outcome,
            model_t=chance,
            discrete_treatment=True,
            n_estimators=500,
            min_samples_leaf=50,
            n_jobs=1,
            **common,
        ),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
