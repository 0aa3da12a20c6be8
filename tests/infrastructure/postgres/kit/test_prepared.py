"""Statements are compiled once, with a number for each name and the values that never change."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from dynagent.infrastructure.postgres.kit.mapping import json_of
from dynagent.infrastructure.postgres.kit.prepared import parameter, prepared

words = Table("words", MetaData(), Column("id", Integer), Column("text", Text), Column("more", JSONB))
BUILT: list[sa.ColumnElement[bool]] = []


def named(*conditions: sa.ColumnElement[bool]) -> sa.ClauseElement:
    BUILT.extend(conditions)
    return sa.select(words.c.id).where(*conditions)


def test_one_name_has_one_number_and_a_constant_its_value() -> None:
    text = parameter(words.c.text)
    made = prepared(named, sa.or_(words.c.text == text, words.c.text.ilike(text)), words.c.id > 3)
    assert made.names == ("text", "id_1")
    assert dict(made.constants) == {"id_1": 3}
    assert made.text.count("$1::VARCHAR") == 2


def test_a_constant_condition_is_compiled_once_and_another_one_by_itself() -> None:
    same, other = words.c.id == parameter(words.c.id), words.c.id == parameter(words.c.id, "other")
    BUILT.clear()
    assert prepared(named, same) is prepared(named, same) is not prepared(named, other)
    assert len(BUILT) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [({"a": (1, "ü")}, '{"a":[1,"ü"]}'), ({"a": 10**30}, '{"a": 1' + "0" * 30 + "}"), ("\ud800", '"\ud800"')],
    ids=["plain", "large", "half-a-character"],
)
def test_json_is_the_text_of_whatever_a_column_holds(value: Any, text: str) -> None:
    assert json_of(value) == text
