"""What a tool was granted does not come back from it: not in results, errors, tracebacks or prints."""

import pytest

from dynagent.core.shared.secret_names import MASK
from dynagent.core.tools import ToolFailed
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import run, settings, smuggle

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = 'pa"ss\\wörd/of+the-house'


@pytest.mark.parametrize(
    "body",
    [
        "return {key: [key, 'and ' + key]}",
        "print(key); return repr(key) + json.dumps(key) + json.dumps(key, ensure_ascii=False)",
        "return quote(key) + quote_plus(key) + quote(key, safe='')",
        "print('x' * (8 << 10), end=''); print(key); raise KeyError(key)",
        "print('x' * ((8 << 10) - 12) + key); raise ValueError(key)",
        "raise RuntimeError('x' * 1990 + key)",
        "raise type(key[:90], (Exception,), {})(key)",
    ],
)
async def test_granted_secrets_do_not_come_back(body: str) -> None:
    code = (
        "import json, os\nfrom urllib.parse import quote, quote_plus\n"
        f"async def attack():\n    key = os.environ['THE_KEY']\n    {body}"
    )
    sandbox = ZygoteSandbox(settings(secrets={"THE_KEY": SECRET, "SHORT": "12345"}))
    try:
        outcome = await run(sandbox, smuggle(sandbox, code, secrets=("THE_KEY", "SHORT")))
        said = f"{outcome.result}{outcome.logs}"
    except ToolFailed as error:
        said = f"{error.detail}{error.extra}"
    finally:
        await sandbox.stop()
    assert MASK in said
    assert 'pa"ss' not in said
    assert "of+the" not in said
    assert "of%2Bthe" not in said
