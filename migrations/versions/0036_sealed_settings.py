"""Secret settings of agents, encrypted where they stand: in the agents and in all their versions.

Needs the secret key only where there is something to encrypt. Down: the plain values again, which an older program
reads; what refers to a key by name, or was sealed with a key that is gone, stays as it is.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from alembic import op

from dynagent.core.shared.secret_names import SEALED, reference_in, sealed_in, with_secrets
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.security.keyring import SecretSettings, load_keyring
from dynagent.infrastructure.security.secret_box import SecretBox, SecretUnreadable
from dynagent.infrastructure.security.settings import AuthSettings

revision = "0036_sealed_settings"
down_revision = "0035_executions_answered_model"
branch_labels = None
depends_on = None

BATCH = 500
# One version of one agent a row; version 0 is the agent itself. Read by key, so that no more than a batch is in memory.
ROWS = sa.text("""
WITH stored AS (
  SELECT id, user_id, 0 AS version, configuration FROM agents
  UNION ALL
  SELECT v.agent_id, a.user_id, v.version, v.configuration FROM agent_versions v JOIN agents a ON a.id = v.agent_id
)
SELECT id, user_id, version, configuration::text AS configuration FROM stored
WHERE (id, version) > (CAST(:id AS uuid), :version)
  AND (configuration -> 'tools_config' <> '[]'::jsonb OR configuration -> 'config_data' <> '{}'::jsonb)
ORDER BY id, version LIMIT :batch
""")
WRITE_AGENT = sa.text("UPDATE agents SET configuration = CAST(:configuration AS jsonb) WHERE id = :id AND :version = 0")
WRITE_VERSION = sa.text("""
UPDATE agent_versions SET configuration = CAST(:configuration AS jsonb) WHERE agent_id = :id AND version = :version
""")

Change = Callable[[Any, str], Any]


def upgrade() -> None:
    """Seal what is plain."""
    box = cache(_box)

    def seal(value: Any, owner: str) -> Any:
        if sealed_in(value) is not None or reference_in(value) is not None:
            return value
        return {SEALED: box().seal(json.dumps(value), row=owner)}

    _rewrite(seal)


def downgrade() -> None:
    """Open what is sealed."""
    box = cache(_box)

    def opened(value: Any, owner: str) -> Any:
        sealed = sealed_in(value)
        try:
            return value if sealed is None else json.loads(box().open(sealed, row=owner))
        except SecretUnreadable:
            return value

    _rewrite(opened)


def _box() -> SecretBox:
    local = AuthSettings().auth_mode == "local"
    return SecretBox(load_keyring(SecretSettings(), DatabaseSettings().data_dir, may_generate=local))


def _rewrite(change: Change) -> None:
    connection = op.get_bind()
    last = {"id": "00000000-0000-0000-0000-000000000000", "version": 0}
    while rows := connection.execute(ROWS, {**last, "batch": BATCH}).mappings().all():
        for row in rows:
            before = json.loads(row["configuration"])
            after = _changed(before, change, str(row["user_id"]))
            if after != before:
                values = {"id": row["id"], "version": row["version"], "configuration": json.dumps(after)}
                connection.execute(WRITE_VERSION if row["version"] else WRITE_AGENT, values)
        last = {"id": str(rows[-1]["id"]), "version": rows[-1]["version"]}


def _changed(configuration: dict[str, Any], change: Change, owner: str) -> dict[str, Any]:
    def at(value: Any, _kept: Any, _place: Any) -> Any:
        return change(value, owner)

    tools = [
        item | {"config": with_secrets(item.get("config", {}), at)} for item in configuration.get("tools_config", [])
    ]
    data = with_secrets(configuration.get("config_data", {}), at)
    return configuration | {"tools_config": tools, "config_data": data}
