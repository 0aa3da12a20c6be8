"""Tests of infrastructure/llm."""
