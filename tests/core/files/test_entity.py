"""What a file may be called."""

import pytest

from dynagent.core.files import clean_name
from dynagent.core.shared.errors import InvalidInput


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        (" Jahresübersicht \x00.txt", "Jahresübersicht \ufffd.txt"),
    ],
)
def test_a_name_is_its_last_part_without_what_deceives(given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", " ", "/", "..", "a/..", "x" * 256])
def test_what_leaves_no_name_is_refused(given: str) -> None:
    with pytest.raises(InvalidInput):
        clean_name(given)
