"""Reports: figures and pages in English and Japanese."""
