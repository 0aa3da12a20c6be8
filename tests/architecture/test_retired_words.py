"""One word for one thing, and the field's word: what `docs/glossary.md` retires does not come back."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, name_of, python_files

RETIRED = {
    *("bell", "bells", "doorbell", "rung", "bury", "buried", "burial"),
    *("desk", "desks", "tell", "tells", "told", "kept", "figure", "figures", "story", "resting"),
    *("cage", "caged", "standing", "entitled", "entitlement", "entitlements", "stranger", "strangers", "nobody"),
}
RETIRED_PAIRS = re.compile(r"(?:^|_)(?:hand(?:s|ed|ing)?_backs?|put_away|give_back|key_test)(?:_|$)|KeyTest")
"""Words of identifiers, and of pairs of them."""
NEVER_RIGHT = re.compile(
    r"\bdoor-?bells?\b|\bbur(?:y|ied|ies|ials?)\b|\bhand(?:s|ed|ing)?[ -]backs?\b|\bputs? (?:it |them )?away\b"
    r"|\bcaged?\b|\bgiven a rest\b|\bbells? (?:over|rings?|is|are|for)\b|\bfigures:read\b",
    re.IGNORECASE,
)
"""Words of prose that are not what the field says, whatever is meant."""
ELSEWHERE = {
    ("tell", "src/dynagent/infrastructure/postgres/embedded/postmaster.py"),
    ("nobody", "src/dynagent/infrastructure/postgres/embedded/account.py"),
}
"""Words of other people's: a file tells its position, a system has an account of that name."""
NO_DOCUMENT = re.compile(r"\bSPEC\b|\b(?:EXECUTION|SANDBOX|STACK|RELIABILITY|PERFORMANCE)(?:\.md| §)|\([A-Z]{3}-\d\d\b")
"""References to documents that are not in the repository."""
COMPOUND = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
TEXTS = {".md", ".yml", ".yaml", ".json", ".conf", ".ts", ".tsx", ".css", ".py", ""}


def test_no_identifier_has_a_retired_word() -> None:
    found = {
        f"{name_of(file)}: {identifier}"
        for file in python_files("src")
        for identifier in (file.stem, *_identifiers(file))
        for word in _words(identifier)
        if (word, name_of(file)) not in ELSEWHERE and (word in RETIRED or RETIRED_PAIRS.search(identifier))
    }

    assert sorted(found) == []


def test_no_metric_setting_or_panel_has_a_retired_word() -> None:
    files = [*(ROOT / "docker").iterdir(), *(ROOT / "docs").glob("*.md"), ROOT / ".env.example"]
    found = {
        f"{name_of(file)}: {name}"
        for file in files
        if file.name != "glossary.md"
        for name in COMPOUND.findall(file.read_text())
        if not RETIRED.isdisjoint(_words(name)) or RETIRED_PAIRS.search(name)
    }

    assert sorted(found) == []


def test_no_text_has_a_word_that_is_never_right() -> None:
    assert [
        f"{place}: {match}" for place, match in _matches(NEVER_RIGHT, "src", "docs", "docker", "frontend/src")
    ] == []


def test_no_text_refers_to_a_document_that_is_not_here() -> None:
    assert [f"{place}: {match}" for place, match in _matches(NO_DOCUMENT, "src", "tests", "docs", "scripts")] == []


def test_the_glossary_names_every_retired_word() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text()

    assert [
        word for word in ("bell", "bury", "hand back", "tell", "kept", "story", "figures") if word not in glossary
    ] == []


def _identifiers(file: Path) -> Iterator[str]:
    """Yield names of code, and what in strings looks like one: of log events, columns, metrics."""
    for token in tokenize.generate_tokens(io.StringIO(file.read_text()).readline):
        if token.type == tokenize.NAME:
            yield token.string
        elif token.type == tokenize.STRING:
            yield from COMPOUND.findall(token.string)


def _words(identifier: str) -> list[str]:
    return [part.lower() for part in PARTS.findall(identifier)]


def _matches(pattern: re.Pattern[str], *places: str) -> Iterator[tuple[str, str]]:
    for place in places:
        for file in sorted((ROOT / place).rglob("*")):
            if not file.is_file() or file.suffix not in TEXTS or file.name == "glossary.md" or file == Path(__file__):
                continue
            for number, line in enumerate(file.read_text().splitlines(), 1):
                yield from ((f"{name_of(file)}:{number}", match[0]) for match in pattern.finditer(line))
