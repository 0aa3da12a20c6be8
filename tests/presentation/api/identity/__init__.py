"""Tests of identity over HTTP, on a real database."""
