"""Tests of what is logged hold whatever level and format an application opened before them had chosen."""

import pytest
import structlog


@pytest.fixture(autouse=True)
def as_structlog_is() -> None:
    """Log as structlog does by itself."""
    structlog.reset_defaults()
