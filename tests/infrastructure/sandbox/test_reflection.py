"""Entry, shape, description and JSON Schema, read from the tree."""

import ast
from typing import Any

import pytest

from dynagent.infrastructure.sandbox.inside.reflection import reflect


def reflected(code: str, name: str = "f") -> dict[str, Any]:
    return reflect(ast.parse(code), name)


def parameter(annotation: str, default: str = "", before: str = "") -> Any:
    told = reflected(f"{before}\nasync def f(x: {annotation}{default}): pass")["parameters"]
    return told["properties"]["x"], "required" in told


TYPES: dict[str, Any] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "None": {"type": "null"},
    "list": {"type": "array"},
    "list[int]": {"type": "array", "items": {"type": "integer"}},
    "List[str]": {"type": "array", "items": {"type": "string"}},
    "typing.List[str]": {"type": "array", "items": {"type": "string"}},
    "tuple[int, str]": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "string"}],
        "minItems": 2,
        "maxItems": 2,
    },
    "tuple[int, ...]": {"type": "array", "items": {"type": "integer"}},
    "set[str]": {"type": "array", "uniqueItems": True, "items": {"type": "string"}},
    "dict": {"type": "object"},
    "dict[str, int]": {"type": "object", "additionalProperties": {"type": "integer"}},
    "dict[str, Any]": {"type": "object", "additionalProperties": True},
    "Any": {},
    "Optional[int]": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "int | str | None": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
    "Union[int, str]": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
    "Literal['a', 'b']": {"enum": ["a", "b"], "type": "string"},
    "Literal[1, 'b']": {"enum": [1, "b"]},
    "Annotated[int, Field(ge=1, le=3, description='n')]": {
        "type": "integer",
        "minimum": 1,
        "maximum": 3,
        "description": "n",
    },
    "Annotated[str, 'what it is']": {"type": "string", "description": "what it is"},
    "Annotated[list[int], Field(min_length=1)]": {"type": "array", "items": {"type": "integer"}, "minItems": 1},
    "'int'": {"type": "integer"},
    "datetime.date": {"type": "string", "format": "date"},
    "Unheard": {},
}


@pytest.mark.parametrize("annotation", TYPES)
def test_annotations(annotation: str) -> None:
    assert parameter(annotation) == (TYPES[annotation], True)


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        (" = 3", {"type": "integer", "default": 3}),
        (" = -1", {"type": "integer", "default": -1}),
        (" = None", {"type": "integer", "default": None}),
        (" = (1, 2)", {"type": "integer", "default": [1, 2]}),
        (" = compute()", {"type": "integer"}),
        (" = Field(3, ge=1)", {"type": "integer", "default": 3, "minimum": 1}),
    ],
)
def test_defaults_are_taken_when_literal(default: str, expected: Any) -> None:
    assert parameter("int", default) == (expected, False)


def test_an_alias_and_an_enum_of_the_source() -> None:
    assert parameter("Ids", before="Ids = list[int]")[0] == {"type": "array", "items": {"type": "integer"}}
    told = reflected("class C(Enum):\n    R = 'r'\n    G = 'g'\nasync def f(x: C): pass")["parameters"]
    assert told["$defs"]["C"] == {"enum": ["r", "g"], "title": "C"}


def test_models_inherit_and_may_hold_themselves() -> None:
    told = reflected(
        "class A(BaseModel):\n    x: int\nclass B(A):\n    y: list['B'] = Field(default_factory=list)\n"
        "    n: ClassVar[int] = 1\nasync def f(b: B): pass"
    )["parameters"]
    assert told["properties"]["b"] == {"$ref": "#/$defs/B"}
    assert told["$defs"]["B"]["required"] == ["x"]
    assert set(told["$defs"]["B"]["properties"]) == {"x", "y"}
    assert told["$defs"]["B"]["properties"]["y"]["items"] == {"$ref": "#/$defs/B"}


@pytest.mark.parametrize(
    "docstring",
    [
        "Adds.\n\n    Args:\n        x: the first\n        y (int): the second\n    ",
        "Adds.\n\n    :param x: the first\n    :param int y: the second\n    ",
        (
            "Adds.\n\n    Parameters\n    ----------\n"
            "    x : int\n        the first\n    y : int\n        the second\n    "
        ),
    ],
    ids=["google", "sphinx", "numpy"],
)
def test_docstrings_describe(docstring: str) -> None:
    told = reflected(f'async def f(x: int, y: int = 0):\n    """{docstring}"""')
    assert told["description"] == "Adds."
    assert [part["description"] for part in told["parameters"]["properties"].values()] == ["the first", "the second"]


@pytest.mark.parametrize(
    ("code", "entry", "shape"),
    [
        ("async def g(): pass\nasync def f(): pass", "f", "async"),
        ("async def _h(): pass\ndef g(): pass\nasync def other(): pass", "other", "async"),
        ("def f(): pass\nasync def g(): pass", "f", "sync"),
        ("async def f():\n    def g(): yield 1\n    return g()", "f", "async"),
        ("async def f():\n    yield 1", "f", "generator"),
        ("@tool('x')\nasync def g(): pass\nasync def h(): pass", "g", "langchain"),
        ("class A(BaseTool):\n    async def _arun(self): pass\nasync def g(): pass", "A", "class"),
        ("class B(BaseTool):\n    async def _arun(self): pass\nclass C(B): pass", "B", "class"),
    ],
)
def test_the_entry(code: str, entry: str, shape: str) -> None:
    told = reflected(code)
    assert (told["entry"], told["shape"]) == (entry, shape)


def test_class_tools_take_description_and_schema_from_their_attributes() -> None:
    told = reflected(
        "class In(BaseModel):\n    q: str\nclass T(BaseTool):\n"
        "    name: str = 't'\n    description: str = 'Looks it up'\n"
        "    args_schema: Type[BaseModel] = In\n    def _run(self, **kw): pass"
    )
    assert told["description"] == "Looks it up"
    assert told["parameters"]["properties"] == {"q": {"type": "string"}}


def test_class_tools_leave_out_self_and_callbacks() -> None:
    told = reflected("class T(BaseTool):\n    async def _arun(self, q: str, run_manager=None): pass")
    assert set(told["parameters"]["properties"]) == {"q"}


def test_extra_arguments_only_where_the_signature_takes_them() -> None:
    assert reflected("async def f(*a, **k): pass")["parameters"]["additionalProperties"] is True
    assert reflected("async def f(*, a: int): pass")["parameters"] == {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    }
