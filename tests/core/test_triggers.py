"""Signed messages: only who has the secret is believed, and nothing old."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dynagent.core.triggers import BadSignature, OutsideReplayWindow, SignedMessage, new_secret, signature_of

NOW = datetime(2021, 1, 31, 23, 0, tzinfo=UTC)


def test_signatures_are_those_of_standard_webhooks() -> None:
    # Example of the reference implementation.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert signature_of(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def signed(secret: str, body: bytes = b"{}", *, at: datetime = NOW) -> SignedMessage:
    stamp = str(int(at.timestamp()))
    return SignedMessage(body, "msg_1", stamp, f"v1,bm90aGluZw== {signature_of(secret, 'msg_1', stamp, body)}")


def test_one_of_several_signatures_must_fit() -> None:
    secret = new_secret()
    assert signed(secret).check(secret, now=NOW, window_s=300) == "msg_1"


@pytest.mark.parametrize(
    "changed",
    [
        {"body": b"[]"},
        {"id": "msg_2"},
        {"timestamp": "1612134001"},
        {"signature": "v1,bm90aGluZw=="},
        {"signature": "ü"},
        {"id": None},
        {"timestamp": None},
        {"signature": None},
        {"id": "with blank"},
        {"timestamp": "yesterday"},
    ],
)
def test_what_was_changed_on_the_way_is_refused(changed: dict[str, object]) -> None:
    secret = new_secret()
    message = replace(signed(secret), **changed)
    with pytest.raises(BadSignature):
        message.check(secret, now=NOW, window_s=300)


def test_another_secret_signs_nothing() -> None:
    with pytest.raises(BadSignature):
        signed(new_secret()).check(new_secret(), now=NOW, window_s=300)


@pytest.mark.parametrize("apart_s", [-301, 301])
def test_what_is_too_old_or_too_early_is_refused(apart_s: int) -> None:
    secret = new_secret()
    message = signed(secret, at=NOW + timedelta(seconds=apart_s))
    with pytest.raises(OutsideReplayWindow):
        message.check(secret, now=NOW, window_s=300)
    assert message.check(secret, now=NOW, window_s=301) == "msg_1"
