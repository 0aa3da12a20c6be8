"""The base of shipped tools."""

from datetime import date

import pydantic
import pytest

from dynagent.core.tools import BaseTool, InvalidArguments


class Weather(pydantic.BaseModel):
    city: str
    on: date


class WeatherTool(BaseTool):
    """Tell the
    weather.

    Not for the model.
    """

    async def _arun(self, city: str, days: int = 1) -> Weather | str:
        """Tell.

        city: Where.
        """
        return Weather(city=city, on=date(2026, 1, days)) if days < 30 else "too far away"


class SilentTool(BaseTool):
    async def _arun(self) -> None: ...


def test_what_a_tool_says_of_itself() -> None:
    assert WeatherTool.description() == "Tell the weather."
    assert SilentTool.description() == ""
    assert WeatherTool.parameters()["properties"]["city"] == {"type": "string", "description": "Where."}
    assert (WeatherTool.name, WeatherTool.aliases, WeatherTool.needs, WeatherTool.repeatable) == ("", (), (), True)


async def test_arguments_are_checked_and_models_written_out() -> None:
    tool = WeatherTool()
    assert await tool.execute({"city": "Rome", "days": "2"}) == {"city": "Rome", "on": "2026-01-02"}
    assert await tool.execute({"city": "Rome", "days": 30}) == "too far away"
    with pytest.raises(InvalidArguments):
        await tool.execute({"town": "Rome"})


def test_the_base_itself_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        BaseTool()  # type: ignore[abstract] # pyright: ignore[reportAbstractUsage]
