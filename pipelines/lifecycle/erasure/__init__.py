"""Erasing persons from the files of the pipeline."""
