"""Every setting is named in .env.example, and the example names no setting that is not there."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

import dynagent
from tests.architecture.source import ROOT

# Read by other programs that we start or by make, not by a settings model of ours.
OF_OTHERS = {"FORWARDED_ALLOW_IPS"}
VALUE = re.compile(r"^# ?([A-Z][A-Z0-9_]+)=([^#\n]*?)(?:\s+#.*)?$", re.MULTILINE)
EXAMPLE = re.compile(r"^# ?([A-Z][A-Z0-9_]+)=", re.MULTILINE)


def test_the_example_lists_exactly_the_settings() -> None:
    listed = set(EXAMPLE.findall((ROOT / ".env.example").read_text()))
    there = {name for model in _models() for names in _names(model) for name in names}
    needed = {names[0] for model in _models() for names in _names(model)}

    assert needed - listed == set(), "settings that .env.example does not name"
    assert listed - there - OF_OTHERS == set(), "names in .env.example that nothing reads"


def test_the_example_names_each_setting_once() -> None:
    named = EXAMPLE.findall((ROOT / ".env.example").read_text())
    assert sorted(name for name in set(named) if named.count(name) > 1) == []


def test_settings_are_frozen() -> None:
    assert [model.__name__ for model in _models() if not model.model_config.get("frozen")] == []


def test_settings_ignore_what_others_put_into_the_env_file() -> None:
    assert [model.__name__ for model in _models() if model.model_config.get("extra") != "ignore"] == []


def test_an_empty_setting_counts_as_unset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for model in _models():
        unset = model().model_dump()
        with monkeypatch.context() as empty:
            for names in _names(model):
                empty.setenv(names[0], "")
            assert model().model_dump() == unset, model.__name__


def test_the_examples_can_be_used_as_they_stand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in VALUE.findall((ROOT / ".env.example").read_text()):
        monkeypatch.setenv(name, value)
    for model in _models():
        model()


def _models() -> Iterator[type[BaseSettings]]:
    for module in pkgutil.walk_packages(dynagent.__path__, "dynagent."):
        if not module.name.endswith("__main__") and ".sandbox.inside" not in module.name:
            importlib.import_module(module.name)
    waiting = list(BaseSettings.__subclasses__())
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if model.__module__.startswith("dynagent."):
            yield model


def _names(model: type[BaseSettings]) -> Iterator[list[str]]:
    prefix = str(model.model_config.get("env_prefix", ""))
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            yield [str(choice).upper() for choice in alias.choices]
        elif isinstance(alias, str):
            yield [alias.upper()]
        else:
            yield [f"{prefix}{name}".upper()]
