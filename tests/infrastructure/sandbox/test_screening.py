"""What the screen refuses, with rule and place, and what it lets pass; it reads, it never runs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dynagent.core.tools import ToolPolicy
from dynagent.infrastructure.sandbox.inside.screening import screen
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import CHATBOT, REVERSE

LIBRARIES = ["httpx", "openai", "pydantic"]

REFUSED: dict[str, tuple[str, str, int]] = {
    "import os": ("import os\nasync def f(): pass", "import_blocked", 1),
    "import sys in the body": ("async def f():\n    import sys", "import_blocked", 2),
    "from subprocess": ("from subprocess import run\nasync def f(): pass", "import_blocked", 1),
    "os.path": ("import os.path as p\nasync def f(): pass", "import_blocked", 1),
    "os through a module": ("import logging\nasync def f(): return logging.os", "import_blocked", 2),
    "sys through two modules": ("import json\nasync def f(): return json.codecs.sys", "import_blocked", 2),
    "unknown module": ("import ctypes\nasync def f(): pass", "import_unknown", 1),
    "pickle": ("import pickle\nasync def f(): pass", "import_unknown", 1),
    "network without a grant": ("import httpx\nasync def f(): pass", "import_network", 1),
    "urllib without a grant": ("from urllib.request import urlopen\nasync def f(): pass", "import_network", 1),
    "relative import": ("from . import x\nasync def f(): pass", "import_relative", 1),
    "star import": ("from math import *\nasync def f(): pass", "import_star", 1),
    "private name": ("from random import _inst\nasync def f(): pass", "private_name", 1),
    "private attribute of a module": ("import random\nasync def f(): return random._inst", "private_name", 2),
    "eval as a default of its own name": ("async def f(x, eval=eval): return eval(x)", "banned_name", 1),
    "eval made global": ("async def f(x):\n    global eval\n    eval = eval\n    return eval(x)", "banned_name", 3),
    "eval": ("async def f(x): return eval(x)", "banned_name", 1),
    "exec by another name": ("e = exec\nasync def f(x): return e(x)", "banned_name", 1),
    "open": ("async def f():\n    with open('x') as g: return g.read()", "banned_name", 2),
    "__import__": ("async def f(): return __import__('os')", "banned_name", 1),
    "builtins": ("async def f(): return __builtins__", "dunder", 1),
    "subclasses": ("async def f(): return ().__class__.__base__.__subclasses__()", "dunder", 1),
    "globals of a function": ("async def f(): return f.__globals__", "dunder", 1),
    "generator frame": ("async def f():\n    g = (x for x in ())\n    return g.gi_frame", "frame_attribute", 3),
    "traceback frame": ("async def f(e):\n    return e.tb_frame.f_back", "frame_attribute", 2),
    "getattr computed": ("async def f(x, y): return getattr(x, y)", "computed_attribute", 1),
    "getattr private": ("async def f(x): return getattr(x, '_y')", "computed_attribute", 1),
    "getattr by another name": ("g = getattr\nasync def f(x): return g(x, 'y')", "computed_attribute", 1),
    "format walk": ("async def f(x): return '{0.__class__}'.format(x)", "dunder_text", 1),
    "format walk in bytes": ("async def f(x): return b'__globals__'", "dunder_text", 1),
    "in an f-string": ("async def f(x): return f'{x.__class__}'", "dunder", 1),
    "in a lambda's default": ("async def f(): return lambda x=().__class__: x", "dunder", 1),
    "in a comprehension": ("async def f(): return [x.__dict__ for x in ()]", "dunder", 1),
    "in a decorator": ("@print.__self__\nasync def f(): pass", "dunder", 1),
    "in a default": ("async def f(x=().__class__): pass", "dunder", 1),
    "in a pattern": ("async def f(x):\n    match x:\n        case object(__class__=c): return c", "dunder", 3),
    "full-width letters": ("async def f(): return ().__ｃlass__", "dunder", 1),
    "metaclass": ("class M(type): pass\nclass C(metaclass=M): pass\nasync def f(): pass", "metaclass", 2),
    "attribute hook": ("class C:\n    def __getattribute__(self, n): pass\nasync def f(): pass", "dunder", 2),
    "what makes code": ("from types import CodeType\nasync def f(): pass", "import_unknown", 1),
    "frames by inspect": ("import inspect\nasync def f(): return inspect.currentframe()", "import_unknown", 2),
    "a name that the stand-ins lack": ("from langchain.tools import load\nasync def f(): pass", "import_unknown", 1),
    "attrgetter private": (
        "import operator\nasync def f(x): return operator.attrgetter('a._b')(x)", "computed_attribute", 2,
    ),
    "attrgetter by name": (
        "from operator import attrgetter as g\nasync def f(x, y): return g(y)(x)", "computed_attribute", 2,
    ),
    "a guard with an else": (
        "if __name__ == '__main__':\n    pass\nelse:\n    print(1)\nasync def f(): pass", "module_level", 1,
    ),
    "a try that does": ("try:\n    print(1)\nexcept ValueError:\n    pass\nasync def f(): pass", "module_level", 1),
    "module level call": ("print('hi')\nasync def f(): pass", "module_level", 1),
    "module level loop": ("while True: pass\nasync def f(): pass", "module_level", 1),
    "too short": ("async def", "size", 1),
    "too long": ("async def f(): pass\n#" + "x" * 2000, "size", 1),
    "null byte": ("async def f():\x00 pass", "null_byte", 1),
    "bidi": ("async def f():\n    return '\u202e'", "bidi_control", 2),
    "surrogate": ("async def f(): return '\ud800'", "surrogate", 1),
    "syntax": ("async def f(:\n    pass", "syntax", 1),
    "no function at all": ("x = 'async def'\ny = [1, 2, 3]", "no_entry", 1),
    "class without a run": ("# async def\nclass T(BaseTool):\n    pass", "no_entry", 2),
    "class with needs": (
        "class T(BaseTool):\n    def __init__(self, key): pass\n    async def _arun(self): pass", "constructor", 2,
    ),
    "quoted nonsense annotation": ("async def f(x: 'a b c'): pass", "signature", 1),
}  # fmt: skip

PASSED = {
    "reverse_string": REVERSE,
    "chatbot_fn": CHATBOT,
    "super and dunder methods": (
        "class A:\n    def __init__(self): super().__init__()\n"
        "    def __len__(self): return 1\nasync def f(): return len(A())"
    ),
    "guards": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json\n"
        "try:\n    import math\nexcept ImportError:\n    math = None\nasync def f(): return 1\n"
        "if __name__ == '__main__':\n    print(f())"
    ),
    "finaliser": "class C:\n    def __del__(self): pass\nasync def f(): return C()",
    "the name of an object's class": "async def f(x): return x.__class__.__name__",
    "name of a type": "async def f(x):\n    return type(x).__name__",
    "getattr by a plain name": "async def f(x):\n    return getattr(x, 'real', None)",
    "docstring that speaks of dunders": "async def f():\n    'Calls __class__ nowhere.'\n    return 1",
    "module docstring and constants": (
        "'A tool.'\nfrom __future__ import annotations\nLIMIT: int = 3\nasync def f() -> int:\n    return LIMIT"
    ),
    "a parameter called input": "async def f(input: str, vars: int = 1) -> str:\n    return input * vars",
    "a variable called open": "async def f(x):\n    open = x > 1\n    return open",
    "markdown": "async def f(x):\n    return '__bold__ and __very bold__'",
    "network with a grant": "import httpx\nasync def f(): return 1",
}


def verdict(code: str, *, name: str = "f", network: bool = False, networked: tuple[str, ...] = ("httpx",)) -> Any:
    request = {
        "code": [ord(character) for character in code],
        "name": name,
        "network": network,
        "libraries": LIBRARIES,
        "networked": list(networked),
    }
    return screen(request)


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_with_rule_and_line(kind: str) -> None:
    code, rule, line = REFUSED[kind]
    told, program = verdict(code)
    assert program == b""
    assert (rule, line) in [(finding["rule"], finding["line"]) for finding in told["findings"]]
    assert all(finding["message"] and finding["column"] >= 0 for finding in told["findings"])


@pytest.mark.parametrize("kind", PASSED)
def test_passed_with_a_program(kind: str) -> None:
    told, program = verdict(PASSED[kind], network="grant" in kind)
    assert told["findings"] == []
    assert program


@pytest.mark.parametrize("name", ["nămé", "a-b", "", "9x", "x" * 65, "x\n"])
def test_names_are_ascii_identifiers(name: str) -> None:
    assert [finding["rule"] for finding in verdict(REVERSE, name=name)[0]["findings"]] == ["name"]


def test_findings_come_in_the_order_of_the_source() -> None:
    told, _ = verdict("import sys\nimport os\nasync def f():\n    eval('')\n    return f.__code__")
    assert [finding["line"] for finding in told["findings"]] == [1, 2, 4, 5]


@effort(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=200))
def test_any_text_gets_a_verdict(text: str) -> None:
    told, program = verdict("async def f(): pass\n" + text)
    assert bool(told["findings"]) != bool(program)


DEEP = {
    "parentheses": "async def f(): return " + "(" * 900 + ")" * 900,
    "minus signs": "async def f(): return " + "-" * 1900 + "1",
    "attributes": "async def f(x): return x" + ".a" * 950,
    "subscripts": "async def f(x): return x" + "[0]" * 600,
    "additions": "async def f(): return 1" + "+1" * 900,
    "powers": "async def f(): return " + "2**" * 600 + "2",
    "a constant that explodes": "async def f(): return " + "9**9" * 1 + "**9**9",
    "lambdas": "async def f(): return " + "lambda:" * 250 + "0",
    "annotation": "async def f(x: " + "list[" * 190 + "int" + "]" * 190 + "): pass",
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("kind", DEEP)
async def test_what_kills_a_parser_kills_only_a_child(sandbox: ZygoteSandbox, kind: str) -> None:
    screening = await sandbox.screen("f", DEEP[kind], ToolPolicy())
    assert bool(screening.findings) != bool(screening.program)
    after = await sandbox.screen("reverse_string", REVERSE, ToolPolicy())
    assert after.program


@pytest.mark.asyncio(loop_scope="module")
async def test_screening_never_runs_the_source(sandbox: ZygoteSandbox) -> None:
    code = "def boom(x):\n    raise ValueError('ran')\n@boom\nasync def f(x: int = boom(1)) -> boom(2):\n    pass"
    screening = await sandbox.screen("f", code, ToolPolicy())
    assert screening.findings == ()
    assert screening.reflection is not None
    assert screening.reflection.entry == "f"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_operators_grant_lets_openai_pass_and_nothing_else(sandbox: ZygoteSandbox) -> None:
    assert not (await sandbox.screen("chatbot_fn", CHATBOT, ToolPolicy())).findings
    findings = (await sandbox.screen("f", "import httpx\nasync def f(): pass", ToolPolicy())).findings
    assert [finding.rule for finding in findings] == ["import_network"]
