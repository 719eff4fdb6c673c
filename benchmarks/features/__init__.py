"""The speed of window features, beside DuckDB, Polars and pandas."""
