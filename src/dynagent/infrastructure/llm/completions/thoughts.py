"""Thoughts that stand in a reply's text: `<think> … </think>` at its beginning, told apart from the answer."""

import json

_OPENINGS = ("<think>", "<thinking>", "<thought>", "<reasoning>", "<seed:think>", "[think]", "◁think▷")
"""In lower case; endpoints write them in any."""
_LONGEST = max(map(len, _OPENINGS))
_CLOSINGS = ("</think>", "</thinking>", "</thought>", "</seed:think>", "[/THINK]", "◁/think▷")
_BRACKETS = ("<", "[", "◁")
_NAMES = ("think", "thought", "THINK")
"""Every tag has one of each: looking for these costs a tenth of looking for the tags from behind."""
_QUOTES = "`'\"\\"


class ThoughtSplitter:
    """Feed the text as it streams, get the text of the answer back. Once an answer has begun, all is answer."""

    __slots__ = ("_closing", "_held", "answering", "thoughts")

    def __init__(self) -> None:
        self.answering = False
        self.thoughts: list[str] = []
        self._held: str = ""
        self._closing: str = ""

    def feed(self, text: str) -> str:
        """Return what of the text so far is the answer's."""
        self._held += text
        while True:
            if self._closing:
                if not self._close():
                    return ""
            elif not self._open():
                return self._taken() if self.answering else ""

    def finish(self) -> str:
        """Return what was held back; what was thought to the very end stays a thought."""
        if self._closing:
            self.thoughts.append(self._taken())
        return self._taken()

    def _open(self) -> bool:
        """Say whether thoughts begin here; without enough text to know, nothing is decided."""
        bare = self._held.lstrip()
        begin = bare[:_LONGEST].lower()
        for opening in _OPENINGS:
            if begin.startswith(opening):
                # It ends as it began: the same tag in the same letters, with a slash.
                self._closing = f"{bare[0]}/{bare[1 : len(opening)]}"
                self._held = bare[len(opening) :]
                return True
        if bare and (len(bare) >= _LONGEST or not any(opening.startswith(begin) for opening in _OPENINGS)):
            self.answering = True
            if self.thoughts:
                self._held = bare
        return False

    def _close(self) -> bool:
        inside, tag, rest = self._held.partition(self._closing)
        if not tag:
            # All but what may be the first half of the tag is a thought already: nothing is searched twice.
            stored = len(self._closing) - 1
            if len(self._held) > stored:
                self.thoughts.append(self._held[:-stored])
                self._held = self._held[-stored:]
            return False
        self.thoughts.append(inside)
        self._held, self._closing = rest, ""
        return True

    def _taken(self) -> str:
        text, self._held = self._held, ""
        return text


def split_unopened(text: str) -> tuple[str, str]:
    """Return thoughts and answer where only the end of thoughts is marked: some templates open them in the prompt.

    A tag inside JSON or quotes is spoken of, it ends nothing.
    """
    if not any(sign in text for sign in _BRACKETS) or not any(name in text for name in _NAMES):
        return "", text
    for closing in _CLOSINGS:
        at = text.rfind(closing)
        if at < 0:
            continue
        rest = text[at + len(closing) :]
        quoted = (text[at - 1 : at] in _QUOTES[:-1] and at > 0) or rest[:1] in tuple(_QUOTES)
        if not quoted and not _is_json(text):
            return text[:at], rest.lstrip()
    return "", text


def _is_json(text: str) -> bool:
    bare = text.strip()
    if bare[:1] not in ("{", "["):
        return False
    try:
        json.loads(bare)
    except (ValueError, RecursionError):
        return False
    return True
