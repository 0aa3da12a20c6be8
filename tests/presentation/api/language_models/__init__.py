"""Tests of models and provider keys over HTTP."""
