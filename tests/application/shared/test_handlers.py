"""Handlers are found by the folder of their noun."""

from dynagent.application.commands import chats as chat_commands
from dynagent.application.commands.agents import lifecycle
from dynagent.application.queries import chats as chat_queries
from dynagent.application.shared.handlers import handlers_in, handlers_of


def test_a_noun_of_two_modules_has_the_handlers_of_both() -> None:
    assert set(handlers_of("chats")) == {*handlers_in(chat_commands), *handlers_in(chat_queries)}


def test_a_noun_in_a_folder_has_those_of_all_its_modules() -> None:
    found = handlers_of("agents")

    assert set(handlers_in(lifecycle)) < set(found)
    assert len(found) == len(set(found))
    assert {handler.__module__.split(".")[3] for handler in found} == {"agents"}
