"""The evaluation report: figures, one page, tables for DVC."""
