"""The summarizer: words counted, a real model asked, sentences chosen when there is none."""

import re
import time

import pytest

from dynagent.core.language_models import ModelUnavailable
from dynagent.core.tools import InvalidArguments
from dynagent.infrastructure.tools.summarizer import TextSummarizerTool, extract
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel

TEXT = (
    "Volcanoes shape the island. Every village on the island lies below one of its three volcanoes, e.g. Mount Ash. "
    "Somebody laughed. When volcanoes erupt, the island's villages are evacuated by boat! Are boats safe? "
    "The weather was fine that day. Boats leave the island's harbour every hour."
)


async def summarize(text: str, max_length: int, *models: ScriptedChatModel) -> str:
    tool = TextSummarizerTool(models=FakeChatModels(*models) if models else None)
    return await tool.execute({"text": text, "max_length": max_length})


async def test_a_short_text_is_its_own_summary() -> None:
    assert await summarize("  Short \n and  sweet. ", 10) == "Short and sweet."


@pytest.mark.parametrize("words", [5, 12, 25, 40])
async def test_without_a_model_whole_sentences_are_chosen_in_order(words: int) -> None:
    summary = await summarize(TEXT, words)
    assert 0 < len(summary.split()) <= words
    places = [TEXT.index(sentence) for sentence in re.split(r"(?<=[.!?])\s", summary)]
    assert places == sorted(places)


async def test_the_sentences_that_say_most_are_kept() -> None:
    summary = await summarize(TEXT, 30)
    assert summary.startswith("Volcanoes shape the island.")
    assert "laughed" not in summary
    assert "weather" not in summary


async def test_one_long_sentence_is_cut() -> None:
    assert await summarize("word " * 100, 5) == "word word word word word…"


async def test_a_real_model_is_asked_and_held_to_the_length() -> None:
    model = ScriptedChatModel(["An island of volcanoes and boats."], name="gpt")
    assert await summarize(TEXT, 3, model) == "An island of…"
    assert "at most 3 words" in model.requests[0].messages[0].content
    assert model.requests[0].messages[1].content == TEXT


@pytest.mark.parametrize(
    "model", [ScriptedChatModel(["no"], name="demo"), ScriptedChatModel([ModelUnavailable("away")])]
)
async def test_the_demo_model_and_a_failing_one_leave_it_to_the_text(model: ScriptedChatModel) -> None:
    assert (await summarize(TEXT, 12, model)).startswith("Volcanoes shape")


async def test_a_long_text_is_summarized_aside() -> None:
    assert len((await summarize(TEXT * 200, 50)).split()) <= 50


@pytest.mark.parametrize(
    "text", ["a.b" * 60_000, "." * 180_000, "A. " * 60_000, "\n" * 180_000 + "x y", ".   " * 50_000]
)
def test_no_text_is_dear(text: str) -> None:
    began = time.process_time()
    extract(text, 100)
    assert time.process_time() - began < 3.0


@pytest.mark.parametrize("arguments", [{"text": ""}, {"text": "x", "max_length": 0}, {"text": "x" * 200_001}, {}])
async def test_the_schema_bounds_text_and_length(arguments: dict[str, object]) -> None:
    with pytest.raises(InvalidArguments):
        await TextSummarizerTool().execute(arguments)
