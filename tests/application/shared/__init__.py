"""Tests of application.shared."""
