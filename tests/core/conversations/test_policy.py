"""Who may talk to whom."""

import pytest

from dynagent.core.conversations import CommunicationNotAllowed, CommunicationPolicy, CommunicationRule


def test_the_first_rule_that_is_about_both_counts_and_the_default_for_the_rest() -> None:
    rules = (
        CommunicationRule(from_agent="A", to_agent="B", allowed=True),
        CommunicationRule(from_agent="A", to_agent="*", allowed=False),
    )
    policy = CommunicationPolicy(rules=rules)
    assert policy.allows("A", "B")
    assert not policy.allows("A", "C")
    assert policy.allows("B", "A"), "a rule has a direction"
    assert not CommunicationPolicy(default="none", rules=rules).allows("B", "A")
    assert CommunicationPolicy(default="none", rules=rules).allows("A", "B")


def test_a_refusal_names_both() -> None:
    with pytest.raises(CommunicationNotAllowed) as refused:
        CommunicationPolicy(default="none").check("A", "B")
    assert refused.value.extra == {"from_agent": "A", "to_agent": "B"}
    CommunicationPolicy().check("A", "B")
