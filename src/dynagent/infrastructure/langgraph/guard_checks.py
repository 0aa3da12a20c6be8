"""What guard rules find in a text without asking anybody: lengths, patterns, JSON, personal data, injected orders.

Every check takes time linear in the text: patterns of users run on Rust's regex engine, which never backtracks.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import jsonschema_rs

from dynagent.core.shared.errors import Violation
from dynagent.core.shared.guards import (
    CONFIGS,
    GuardRule,
    Judge,
    MaxLength,
    Pattern,
    PersonalData,
    PromptInjection,
    Schema,
)
from dynagent.infrastructure.langgraph.structured import read_output

REMOVED = "[removed]"
MAX_COMPILED_BYTES = 1_000_000

# Bounded repetitions only: a longer run of letters cannot make them slow.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_DIGITS = re.compile(r"(?<![\w+])\+?\(?\d(?:[ ()./-]{0,2}\d){6,18}(?!\w)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_SPACES = re.compile(r"[\W_]+")
_ORDERS = (
    r"(?:ignore|disregard|forget|override) (?:all |any |the |your |my |these |those |of )*"
    r"(?:previous|prior|above|earlier|preceding|former|system|original) "
    r"(?:\w+ )?(?:instructions?|prompts?|rules|messages?|directions|context)",
    r"(?:reveal|print|show|repeat|output|tell me|leak) (?:me |us )?(?:your |the |all )*"
    r"(?:system|hidden|secret|initial|original) (?:prompt|instructions?|message|rules)",
    r"you are (?:now|no longer) (?:in |an? |the |bound |dan\b|developer|jailbroken|unrestricted|free)",
    r"(?:enable|enter|activate|switch to) (?:developer|debug|god|dan|jailbreak|unrestricted) mode",
    r"(?:act|behave|respond|answer) (?:as|like) (?:if )?(?:you have|you had|there were|an?) "
    r"(?:no|without|unrestricted|unfiltered|jailbroken)",
    r"new (?:system )?instructions? (?:follow|from (?:the )?(?:system|developer|admin))",
    r"do not (?:follow|obey) (?:your|the|any) (?:\w+ )?(?:instructions?|rules|guidelines)",
)
_ORDER = re.compile("|".join(f"(?:{order})" for order in _ORDERS))
_MARKERS = re.compile(r"<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]|<</?SYS>>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule has found: why in words for people (without the found text itself), and the text without it."""

    reason: str
    without: str = REMOVED


def find(rule: GuardRule, text: str) -> Finding | None:
    """Return what the rule finds in a text, None when it passes. Not for judges: a model is asked for those."""
    match CONFIGS[rule.kind].model_validate(rule.config):
        case MaxLength(max_chars=most):
            if len(text) <= most:
                return None
            return Finding(f"{len(text)} characters; at most {most} are allowed", text[:most])
        case Pattern(pattern=pattern):
            return _by_pattern(pattern, text, denies=rule.kind == "regex_deny")
        case Schema(json_schema=schema):
            reading = read_output(schema, text)
            return None if reading.text is not None else Finding(f"does not fit the schema: {reading.reported()}")
        case PersonalData(entities=wanted):
            return _personal(frozenset(wanted), text)
        case PromptInjection(phrases=phrases):
            return _orders(phrases, text)
        case _:
            return None


def config_fault(rule: GuardRule) -> Violation | None:
    """Return what keeps a rule's pattern or schema from being used, with a pointer from `/config` on."""
    match CONFIGS[rule.kind].model_validate(rule.config):
        case Pattern(pattern=pattern):
            try:
                _compiled(pattern)
            except ValueError:
                words = "no regular expression of the linear kind (no lookaround, no back references, of modest size)"
                return Violation("/config/pattern", "regex", words)
        case Schema(json_schema=schema):
            try:
                jsonschema_rs.validator_for(schema, offline=True)
            except ValueError as error:
                return Violation("/config/json_schema", "json_schema", str(error).partition("\n")[0][:300])
        case _:
            pass
    return None


def is_judge(rule: GuardRule) -> bool:
    """Say whether a model is asked."""
    return CONFIGS[rule.kind] is Judge


def _by_pattern(pattern: str, text: str, *, denies: bool) -> Finding | None:
    compiled = _compiled(pattern)
    if compiled.is_valid(text) != denies:
        return None
    if not denies:
        return Finding(f"does not match the pattern {pattern!r}")
    # The engine says whether, not where: the lines that match go, or all of it where a match spans lines.
    without = "\n".join(REMOVED if compiled.is_valid(line) else line for line in text.split("\n"))
    return Finding(f"matches the pattern {pattern!r}", REMOVED if compiled.is_valid(without) else without)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> jsonschema_rs.Validator:
    options = jsonschema_rs.RegexOptions(size_limit=MAX_COMPILED_BYTES, dfa_size_limit=MAX_COMPILED_BYTES)
    return jsonschema_rs.validator_for({"type": "string", "pattern": pattern}, pattern_options=options)


def _personal(wanted: frozenset[str], text: str) -> Finding | None:
    found: dict[str, int] = {}

    def noted(kind: str) -> str:
        found[kind] = found.get(kind, 0) + 1
        return f"[{kind}]"

    def number(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        if "card" in wanted and 13 <= len(digits) <= 19 and not match[0].startswith("+") and _luhn(digits):
            return noted("card")
        return noted("phone") if "phone" in wanted and _is_phone(match[0], digits) else match[0]

    without = text
    if "email" in wanted:
        without = _EMAIL.sub(lambda _: noted("email"), without)
    if "iban" in wanted:
        without = _IBAN.sub(lambda match: noted("iban") if _is_iban(match[0]) else match[0], without)
    if wanted & {"card", "phone"}:
        without = _DIGITS.sub(number, without)
    if not found:
        return None
    return Finding("holds " + ", ".join(f"{count} × {kind}" for kind, count in sorted(found.items())), without)


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def _is_phone(text: str, digits: str) -> bool:
    """Take international numbers, and others that are written in groups; dates and plain numbers are none."""
    if text.startswith("+"):
        return 8 <= len(digits) <= 15
    if re.fullmatch(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}", text):
        return False
    return 9 <= len(digits) <= 15 and (text.startswith(("0", "(")) or bool(re.search(r"\d[ )/-]+\d", text)))


def _orders(phrases: tuple[str, ...], text: str) -> Finding | None:
    if _MARKERS.search(text):
        return Finding("holds control marks of chat templates")
    plain = _plain(text)
    if _ORDER.search(plain):
        return Finding("reads like an order to leave the instructions")
    if any(_plain(phrase).strip() in plain for phrase in phrases if _plain(phrase).strip()):
        return Finding("holds one of the rule's phrases")
    return None


def _plain(text: str) -> str:
    """Return a text without case, accents, invisible signs and spacing, so that disguises look alike."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    shown = "".join(sign for sign in folded if unicodedata.category(sign) not in ("Mn", "Cf"))
    return _SPACES.sub(" ", shown)
