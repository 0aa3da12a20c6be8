"""Words of a request: stems that match `calculate` with `calculator`, and the small vocabulary the demo model knows."""

import re
from functools import lru_cache


def vocabulary(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


WORD = re.compile(r"[^\W_]+")
QUOTED = re.compile(r"```([^`]+)```|`([^`\n]+)`|\"([^\"\n]*)\"|“([^“”\n]*)”|(?<![\w])'([^'\n]*)'(?![\w])")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)")
URL = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w")
DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
REFERENCE = re.compile(
    r"\b(?:the (?:previous |last |first |final )?(?:result|answer|output|outcome|sum|product|number|value|text|summary)"
    r"(?: of (?:that|it)\b|(?! of\b))|its result|it|that|this)\b",
    re.IGNORECASE,
)
IMPERATIVES = vocabulary(
    """add ask calculate call check compare compute convert count create describe divide double draw evaluate explain
    fetch find flip generate get give greet list look make multiply open print read repeat reply reverse run say search
    send shorten show solve sort spell square subtract sum summarise summarize tell translate uppercase use write"""
)
QUESTIONS = vocabulary("what who when where why how which whose is are can does do did will was were")
FILLERS = vocabulary(
    """a an and any are at be by can do for from have i in into is it its me my of on one or our please that the their
    this to up us use used using want what when which will with would you your"""
)
_SYNONYMS = {
    "comput": "calcul",
    "evalu": "calcul",
    "solv": "calcul",
    "math": "calcul",
    "arithmetic": "calcul",
    "mathematic": "calcul",
    "mathematical": "calcul",
    "flip": "revers",
    "backward": "revers",
    "backwards": "revers",
    "googl": "search",
    "internet": "web",
    "onlin": "web",
    "shorten": "summar",
    "condens": "summar",
    "upp": "uppercas",
    "capital": "uppercas",
    "mail": "email",
}
_SUFFIXES = tuple(
    suffix
    for suffixes in (
        "ization isation ations ation ators ator izers izer isers iser izing ising ized ised izes ises ize ise ating",
        "ated ates ate ings ing ries ers er ors or ary ies ied ed es ry s y e",
    )
    for suffix in suffixes.split()
)


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return what related words have in common: `summarizer`, `summarize` and `summary` give `summar`."""
    word = word.lower()
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    if len(word) > 4 and word[-1] == word[-2]:
        word = word[:-1]
    return _SYNONYMS.get(word, word)


def stems(text: str) -> set[str]:
    """Return the stems of the words that mean something."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return {stem(word) for word in WORD.findall(spaced.replace("_", " ")) if word.lower() not in FILLERS}


def quoted(text: str) -> list[str]:
    """Return the quoted passages, without their quotes."""
    return [next(group for group in match.groups() if group is not None) for match in QUOTED.finditer(text)]


def is_request(clause: str) -> bool:
    """Say whether a clause asks for something: an order or a question."""
    first = WORD.search(clause)
    return clause.rstrip().endswith("?") or (first is not None and first[0].lower() in IMPERATIVES | QUESTIONS)
