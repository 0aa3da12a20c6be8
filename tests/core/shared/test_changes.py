"""What changed, by field: nested, masked, bounded."""

import json

from dynagent.core.shared.changes import MOST_BYTES_OF_A_VALUE, MOST_FIELDS, bounded, differences

KEY = "sk-planted-0123456789"


def test_only_what_differs_is_told_at_its_place() -> None:
    before = {"id": "1", "updated_at": 1, "configuration": {"goal": "old", "tools": ["a"], "max_iter": 3}}
    after = {"id": "1", "updated_at": 2, "configuration": {"goal": "new", "tools": ["a", "b"], "max_iter": 3}}
    assert differences(before, after) == {
        "/configuration/goal": {"before": "old", "after": "new"},
        "/configuration/tools": {"before": ["a"], "after": ["a", "b"]},
    }


def test_what_is_new_has_no_before_and_what_is_gone_no_after() -> None:
    assert differences(None, {"name": "a"}) == {"/name": {"after": "a"}}
    assert differences({"name": "a"}, None) == {"/name": {"before": "a"}}
    assert differences(None, {"configuration": {"goal": "g"}, "tags": {}}) == {
        "/configuration/goal": {"after": "g"},
        "/tags": {"after": {}},
    }


def test_no_secret_is_told_at_any_depth() -> None:
    before = {"sealed_key": KEY, "key_hash": KEY, "tools": [{"config": {"api_key": KEY}}], "headers": {}}
    after = {"sealed_key": KEY + "1", "key_hash": KEY + "1", "tools": [], "headers": {"Authorization": f"Bearer {KEY}"}}
    shown = differences(before, after)
    assert KEY not in json.dumps(shown)
    assert shown["/sealed_key"] == {"before": "***", "after": "***"}
    assert shown["/headers/Authorization"] == {"after": "***"}
    assert KEY not in json.dumps(bounded({"password": KEY, "settings": {"token": KEY}}))


def test_long_values_and_many_fields_are_cut() -> None:
    shown = differences({"code": ""}, {"code": "é" * 5000})["/code"]
    assert shown["before"] == ""
    assert len(shown["after"].encode()) < MOST_BYTES_OF_A_VALUE + 40 and "(10000 bytes)" in shown["after"]
    many = differences({}, {f"f{n}": n for n in range(MOST_FIELDS + 5)})
    assert len(many) == MOST_FIELDS + 1 and many[""] == "and 5 more fields"


def test_half_a_character_is_no_obstacle() -> None:
    assert "bytes" in differences({}, {"text": "\ud800" * 2000})["/text"]["after"]
