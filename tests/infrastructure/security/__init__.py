"""Tests of infrastructure.security."""
