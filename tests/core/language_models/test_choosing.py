"""Which model for which task: by how hard it is, what is needed, what counts more."""

from decimal import Decimal

import pytest

from dynagent.core.language_models import Candidate, Capabilities, Complexity, Wish, complexity_of, rank


def candidate(name: str, *, provider: str = "openai", usd: str | None = None, **more: object) -> Candidate:
    """Return a candidate that costs `usd` per million tokens either way."""
    price = None if usd is None else Decimal(usd)
    fields = {"name": name, "provider": provider, "model_identifier": name, "input_usd": price, "output_usd": price}
    return Candidate.model_validate({**fields, **more})


ALL = (
    candidate("gpt-4o", usd="5"),
    candidate("gpt-3.5-turbo", usd="1"),
    candidate("claude-3-opus", provider="anthropic", usd="30"),
    candidate("claude-3-haiku", provider="anthropic", usd="0.5"),
    candidate("gemini-ultra", provider="google", usd="20"),
)


@pytest.mark.parametrize(
    ("name", "provider", "tier"),
    [
        ("gpt-3.5-turbo", "openai", "simple"),
        ("gpt-4o-mini", "openai", "simple"),
        ("claude-3-haiku-20240307", "anthropic", "simple"),
        ("llama3:latest", "ollama", "simple"),
        ("deepseek-7b", "deepseek", "simple"),
        ("gpt-4", "openai", "medium"),
        ("gpt-4o", "openai", "medium"),
        ("claude-3-sonnet", "anthropic", "medium"),
        ("gemini-pro", "google", "medium"),
        ("deepseek-67b", "deepseek", "medium"),
        ("claude-3-opus", "anthropic", "high"),
        ("gemini-ultra", "google", "high"),
        ("o3", "openai", "high"),
        ("o3-mini", "openai", "simple"),
    ],
)
def test_models_are_for_tasks_as_their_names_say(name: str, provider: str, tier: str) -> None:
    assert candidate(name, provider=provider).tier == tier


@pytest.mark.parametrize(
    ("complexity", "best"),
    [("simple", "claude-3-haiku"), ("medium", "gpt-4o"), ("high", "gemini-ultra")],
)
def test_the_cheapest_of_the_right_strength_is_first(complexity: Complexity, best: str) -> None:
    choices = rank(ALL, Wish(complexity=complexity)).fitting

    assert choices[0].candidate.name == best
    assert choices[0].reasons[0] == f"made for {complexity} tasks"
    assert len(choices) == len(ALL)


def test_what_counts_more_changes_the_order() -> None:
    assert rank(ALL, Wish(prefer="quality")).fitting[0].candidate.tier == "high"
    assert rank(ALL, Wish(prefer="speed")).fitting[0].candidate.name == "gpt-4o"
    dear = (candidate("gpt-4", usd="60"), candidate("claude-3-opus", usd="10"))
    assert rank(dear, Wish(prefer="cost")).fitting[0].candidate.name == "claude-3-opus"
    assert rank(dear, Wish()).fitting[0].candidate.name == "gpt-4"


def test_what_cannot_be_asked_or_lacks_something_is_passed_over_with_the_reason() -> None:
    candidates = (
        candidate("keyless", obstacle="there is no key for it"),
        candidate("toolless", capabilities=Capabilities(tools=False, context_window=4000)),
        candidate("unknown"),
        candidate("able", capabilities=Capabilities(tools=True)),
    )
    choices = rank(candidates, Wish(needs=Capabilities(tools=True, context_window=8000)))

    assert [choice.candidate.name for choice in choices.fitting] == ["able", "unknown"]
    assert "not known whether it can: tools, context_window" in choices.fitting[1].reasons
    assert {one.name: why for one, why in choices.passed_over} == {
        "keyless": "there is no key for it",
        "toolless": "it cannot call tools; its context holds 4000 tokens, 8000 are wanted",
    }


@pytest.mark.parametrize(
    ("task", "tools", "complexity"),
    [
        ("What is the capital of France?", 0, "simple"),
        ("Compute 2+3", 1, "simple"),
        ("Compute 2+3", 3, "medium"),
        ("Compare tea and coffee", 0, "medium"),
        ("Analyse both contracts and evaluate the risk step by step", 0, "high"),
        ("word " * 120, 0, "medium"),
        ("word " * 1000, 0, "high"),
    ],
)
def test_how_hard_a_task_seems(task: str, tools: int, complexity: Complexity) -> None:
    assert complexity_of(task, tools=tools) == complexity
