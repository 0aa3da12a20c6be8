"""The long runs of the corpus are for those who ask for them (`make faults`)."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the levels to those who ask with `-m`."""
    if not config.getoption("-m"):
        for item in items:
            if item.get_closest_marker("slow_fault"):
                item.add_marker(pytest.mark.skip(reason="slow: make faults"))
