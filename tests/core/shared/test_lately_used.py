"""What was used lately stays, and no more than there is room for."""

from dynagent.core.shared.lately_used import LatelyUsed


def test_what_was_not_used_for_longest_goes() -> None:
    kept = LatelyUsed[str, int](2)
    assert kept.put("a", 1) == 1
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)
    kept.put("a", 4)
    kept.put("d", 5)
    assert "c" not in kept and kept.get("a") == 4
