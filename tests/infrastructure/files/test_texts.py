"""The text of files that are text."""

import pytest

from dynagent.core.files import TextUnreadable
from dynagent.infrastructure.files.texts import PlainTexts, decoded
from tests.fakes.files import FakeObjects, a_file

GERMAN = "Die Bücher über Käse kosten fünf Öre, schöne Grüße"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("grüße, 日本".encode(), "grüße, 日本"),
        ("\ufeffwith a mark".encode(), "with a mark"),
        ("hello there, utf sixteen".encode("utf-16"), "hello there, utf sixteen"),
        (
            GERMAN.encode("latin-1"),
            GERMAN,
        ),
    ],
)
def test_text_in_any_encoding_is_read(content: bytes, text: str) -> None:
    assert decoded(content) == text


async def test_no_more_is_read_than_wanted_and_no_character_is_cut_in_half() -> None:
    objects = FakeObjects()
    content = ("日" * 100).encode()
    file = a_file(size=len(content))
    objects.stored[file.object_key] = content

    assert await PlainTexts(objects).read(file, max_chars=10) == "日" * 10
    assert decoded(content[:11], cut=True) == "日" * 3


async def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TextUnreadable):
        await PlainTexts(FakeObjects()).read(a_file(content_type="application/pdf"), max_chars=10)
