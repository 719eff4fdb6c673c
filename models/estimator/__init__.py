"""The model as scikit-learn and notebooks use it: feature tables, an estimator, folds in time."""
