"""Tests of core.language_models."""
