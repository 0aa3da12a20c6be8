"""Tests of infrastructure.files."""
