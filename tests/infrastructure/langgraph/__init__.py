"""Tests of infrastructure/langgraph."""
