"""Tests of what repositories are made of."""
