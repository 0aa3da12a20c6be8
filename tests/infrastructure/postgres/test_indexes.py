"""On a filled database no question that is asked often reads a whole table: PostgreSQL's own counters say so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime

import pytest
import pytest_asyncio

from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentFilter
from dynagent.core.executions import ChatFilter, ExecutionFilter
from dynagent.core.identity import AuditFilter
from dynagent.core.runs import RunStatus
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.model_usage import SUMS
from dynagent.infrastructure.postgres.outbox import LEFT_BEHIND
from dynagent.infrastructure.postgres.runs.chats import forget_chat
from dynagent.infrastructure.postgres.runs.dispatch import PostgresDispatch
from dynagent.infrastructure.postgres.runs.expiry import ExpiringQuestions
from dynagent.infrastructure.postgres.runs.leases import PostgresLeases
from dynagent.infrastructure.postgres.runs.model_calls import PostgresModelCalls
from dynagent.infrastructure.postgres.runs.queue import PENDING
from dynagent.infrastructure.postgres.runs.teams import PostgresTeams
from dynagent.infrastructure.postgres.runs.trace_log import READ
from dynagent.infrastructure.postgres.runs.workflows import PostgresWorkflowExecutions
from dynagent.infrastructure.postgres.workflows import PostgresWorkflows
from tests.conftest import connected_to
from tests.repositories import Repositories, RepositoryScopes
from tests.servers import TestPostgres

FILL = """
CREATE FUNCTION an_id(kind int, number int) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(extract(epoch FROM timestamptz '2026-03-01')::bigint * 1000 + number), 12, '0')
    || '7' || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(number), 15, '0'))::uuid
$$;
INSERT INTO users (id, username, email, created_at, updated_at)
SELECT an_id(1, n), 'user' || n, n || '@example.org', now(), now() FROM generate_series(1, 2000) n;
INSERT INTO agents SELECT an_id(2, n), an_id(1, n % 2000 + 1), 'agent_' || n, 'Agent ' || n, 'configured', 'active',
  1, jsonb_build_object('name', 'Agent ' || n), now(), now() FROM generate_series(1, 10000) n;
INSERT INTO agent_versions SELECT id, 1, configuration, now(), user_id FROM agents;
INSERT INTO custom_tools (id, user_id, name, description, code, reflection, policy, version, source_hash, created_at,
  updated_at) SELECT an_id(3, n), an_id(1, n % 2000 + 1), 'tool_' || n, '', '',
  '{"entry": "f", "shape": "sync", "description": "", "parameters": {}}', '{}', 1, '', now(), now()
  FROM generate_series(1, 10000) n;
INSERT INTO custom_tool_versions (tool_id, version, description, code, reflection, policy, source_hash, created_at)
SELECT id, 1, '', '', reflection, '{}', '', now() FROM custom_tools;
INSERT INTO runs (id, user_id, subject_id, subject_version, subject_name, input, chat_id, lane, status,
  usage, created_at, completed_at, worker, idempotency_key, schedule_key)
SELECT an_id(4, n), an_id(1, n % 2000 + 1), an_id(2, n % 10000 + 1), 1, 'A', '{"query": "q"}', 'c' || n % 3,
  'interactive',
  CASE WHEN n % 500 = 0 THEN 'pending' WHEN n % 501 = 0 THEN 'running' WHEN n % 502 = 0 THEN 'waiting'
    ELSE 'completed' END, '{}', now(), now(), an_id(9, n % 50), 'k' || n,
  CASE WHEN n % 10 = 0 THEN an_id(5, n % 1000 + 1)::text || ':' || n END
FROM generate_series(1, 40000) n;
INSERT INTO run_events SELECT id, seq, 1, 'token', now(), '{}' FROM runs, generate_series(1, 2) seq;
INSERT INTO run_model_calls
SELECT id, key, 1, 1, now(), '{"lane": "wire", "model": "m", "left_out": [], "bytes": 1, "complete": true}', '', '', ''
FROM runs, unnest(ARRAY['a', 'b']) key;
INSERT INTO run_model_call_parts SELECT id, decode(hash, 'hex'), '{}' FROM runs, unnest(ARRAY['00', '01']) hash;
INSERT INTO run_annotations (run_id, user_id, rating, tags)
SELECT id, user_id, 'up', ARRAY['t' || n % 100] FROM (SELECT *, row_number() OVER () AS n FROM runs LIMIT 20000) AS r;
INSERT INTO interrupts (id, execution_id, call_key, reason, value, response_schema, expires_at)
SELECT an_id(6, n), an_id(4, n), 'k', 'approval', '{}', '{}', now() + interval '1 day' FROM generate_series(1, 40000) n;
INSERT INTO schedules (id, user_id, agent_id, name, cron, time_zone, query, context, paused, next_fire, created_at,
  updated_at) SELECT an_id(5, n), an_id(1, n % 2000 + 1), an_id(2, n), 's', '* * * * *', 'UTC', 'q', '{}', false,
  now() + interval '1 day', now(), now() FROM generate_series(1, 10000) n;
INSERT INTO audit_log (id, at, action, outcome, actor_id, target_kind, target_id)
SELECT an_id(7, n), now(), CASE WHEN n % 100 = 0 THEN 'agent.deleted' ELSE 'tool.called' END,
  CASE WHEN n % 100 = 0 THEN 'incident' ELSE 'done' END, an_id(1, n % 2000 + 1), 'tool', an_id(3, n % 10000 + 1)::text
FROM generate_series(1, 40000) n;
INSERT INTO refresh_tokens (id, family_id, user_id, token_hash, issued_at, expires_at)
SELECT an_id(8, n), an_id(8, n / 5), an_id(1, n % 2000 + 1), 'h' || n, now(), now() + interval '1 day'
FROM generate_series(1, 10000) n;
INSERT INTO access_keys (id, user_id, name, hint, key_hash, scopes, created_at)
SELECT an_id(10, n), an_id(1, n % 2000 + 1), 'k', 'h', 'h' || n, '{}', now() FROM generate_series(1, 10000) n;
INSERT INTO provider_keys (id, user_id, provider, label, hint, key_encrypted, created_at)
SELECT an_id(11, n), an_id(1, n % 2000 + 1), 'openai', 'l' || n, 'h', '', now() FROM generate_series(1, 10000) n;
INSERT INTO language_models (id, user_id, name, provider, model_identifier, key_id, version, created_at, updated_at)
SELECT an_id(12, n), an_id(1, n % 2000 + 1), 'm' || n, 'openai', 'm', an_id(11, n), 1, now(), now()
FROM generate_series(1, 10000) n;
INSERT INTO model_usage SELECT an_id(1, n % 2000 + 1), date '2026-01-01' + n / 2000, 'p', 'm', 1, 0, 1, 1, 0
FROM generate_series(1, 40000) n;
INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint) SELECT id::text, 'c', '{}' FROM runs LIMIT 20000;
INSERT INTO checkpoint_blobs (thread_id, channel, version, type)
SELECT id::text, 'c', 'v', 't' FROM runs LIMIT 20000;
INSERT INTO checkpoint_writes (thread_id, checkpoint_id, task_id, idx, channel, blob)
SELECT id::text, 'c', 't', 0, 'c', '' FROM runs LIMIT 20000;
INSERT INTO chats (user_id, chat_id, title) SELECT an_id(1, n), 'c1', 't' FROM generate_series(1, 2000) n;
INSERT INTO outbox SELECT an_id(13, n), 'e', '{}', now(), now() FROM generate_series(1, 10000) n;
INSERT INTO workers (id, name, lease_until, started_at) SELECT an_id(9, n), 'w', now() + interval '1 day', now()
  FROM generate_series(0, 49) n;
INSERT INTO user_slots SELECT an_id(1, n), 0 FROM generate_series(1, 2000) n;
INSERT INTO agent_context (id, user_id, agent_id, content, version, created_at, updated_at)
SELECT an_id(14, n), an_id(1, n % 2000 + 1), an_id(2, n), '{}', 1, now(), now() FROM generate_series(1, 10000) n;
INSERT INTO guardrails (id, user_id, agent_id, name, kind, stage, action, config, hold_back, enabled, created_at,
  updated_at) SELECT an_id(15, n), an_id(1, n % 2000 + 1), an_id(2, n), 'g', 'pattern', 'input', 'block', '{}', true,
  true, now(), now() FROM generate_series(1, 10000) n;
INSERT INTO handoffs (id, user_id, agent_id, target_agent_id, description, input_mapping, created_at, updated_at)
SELECT an_id(16, n), an_id(1, n % 2000 + 1), an_id(2, n), an_id(2, n % 10000 + 1), 'd', '{}', now(), now()
FROM generate_series(1, 10000) n;
INSERT INTO triggers (id, user_id, agent_id, name, query, inputs, replay_window_s, enabled, secret_encrypted,
  created_at, updated_at) SELECT an_id(17, n), an_id(1, n % 2000 + 1), an_id(2, n), 't', 'q', '{}', 300, true, '',
  now(), now() FROM generate_series(1, 10000) n;
INSERT INTO runs (id, user_id, kind, subject_id, subject_version, subject_name, input, lane, status, usage, created_at)
SELECT an_id(18, n), an_id(1, n % 2000 + 1), CASE WHEN n % 2 = 0 THEN 'team' ELSE 'workflow' END, an_id(19, n), 1, 'W',
  '{"query": "q"}', 'interactive', 'completed', '{}', now() FROM generate_series(1, 10000) n;
INSERT INTO workflows (id, user_id, name, description, process_type, definition, version, created_at, updated_at)
SELECT an_id(19, n), an_id(1, n % 2000 + 1), 'w', '', 'graph', '{}', 1, now(), now() FROM generate_series(1, 10000) n;
INSERT INTO workflow_versions (workflow_id, version, name, description, definition, created_at, created_by)
SELECT id, 1, name, description, definition, now(), user_id FROM workflows;
INSERT INTO workflow_agents (workflow_agent_id, workflow_id, agent_id)
SELECT an_id(20, n), an_id(19, n), an_id(2, n) FROM generate_series(1, 10000) n;
INSERT INTO tasks (task_id, workflow_id, assigned_workflow_agent_id, description, expected_output, context_task_ids,
  config_json, sequence_order, created_at, updated_at)
SELECT an_id(21, n), an_id(19, n), an_id(20, n), '', '', '[]', '{}', 1, now(), now() FROM generate_series(1, 10000) n;
INSERT INTO file_store (id, user_id, name, content_type, size, content_hash, object_key, created_at, updated_at)
SELECT an_id(18, n), an_id(1, n % 2000 + 1), 'f', 'text/plain', 1, 'h' || n, 'k' || n, now(), now()
FROM generate_series(1, 10000) n;
INSERT INTO agentfiles SELECT an_id(2, n), an_id(18, n), now() FROM generate_series(1, 10000) n;
INSERT INTO workflow_files SELECT an_id(19, n), an_id(18, n), now() FROM generate_series(1, 10000) n;
INSERT INTO knowledge_bases (id, user_id, name, description, source_type, status, vector_db_collection_name,
  collection_id, embedding_model, language, chunk_size, chunk_overlap, weights, created_at, updated_at)
SELECT an_id(22, n), an_id(1, n % 2000 + 1), 'k' || n, '', 'upload', 'ready', 'c' || n, an_id(23, n), 'm', 'english',
  1000, 100, '{}', now(), now() FROM generate_series(1, 10000) n;
INSERT INTO agent_knowledge_bases (agent_id, kb_id) SELECT an_id(2, n), an_id(22, n) FROM generate_series(1, 10000) n;
INSERT INTO team_pauses (run_id, user_id) SELECT id, user_id FROM runs LIMIT 20000;
INSERT INTO team_iterations (user_id, run_id, iteration, news) SELECT user_id, id, 1, '{}' FROM runs LIMIT 20000;
"""
SCANS = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname <> ALL($1)"
SMALL = ["roles", "user_roles", "workers", "alembic_version", "schema_version", "checkpoint_migrations", "setup_links"]
"""Tables with few rows, where reading all of them is the quickest way."""
PAGE = PageRequest(limit=20)

Ask = Callable[[Database, Repositories, "Ids"], Awaitable[object]]


class Ids:
    """Ids of the filled database."""

    def __init__(self, ids: list[str]) -> None:
        self.user, self.agent, self.tool, self.execution, self.schedule, self.family, self.key, self.model = ids[:8]
        self.workflow = ids[8]


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


OFTEN: dict[str, Ask] = {
    "an agent": lambda d, s, i: s.agents.get_by_id(i.agent),
    "a run's model calls": lambda d, s, i: PostgresModelCalls(s.session, i.user).list(i.execution, PAGE),
    "agents": lambda d, s, i: s.agents.find(AgentFilter(), PAGE),
    "agents searched": lambda d, s, i: s.agents.find(AgentFilter(search="7", tool="calculator", model="m"), PAGE),
    "agents by name or slug": lambda d, s, i: s.agents.named(["agent_1"]),
    "an agent's dependencies": lambda d, s, i: s.agents.named(),
    "an agent's versions": lambda d, s, i: s.agents.versions(i.agent, PAGE),
    "an agent's removal": lambda d, s, i: s.agents.delete(i.agent),
    "tools": lambda d, s, i: s.custom_tools.list_all(),
    "tools by name": lambda d, s, i: s.custom_tools.get_by_names(["tool_1", "tool_2"]),
    "a tool's versions": lambda d, s, i: s.custom_tools.versions(i.tool, PAGE),
    "an execution": lambda d, s, i: s.executions.get_by_id(i.execution),
    "executions": lambda d, s, i: s.executions.find(ExecutionFilter(), PAGE),
    "executions searched": lambda d, s, i: s.executions.find(ExecutionFilter(search="nothing"), PAGE),
    "executions tagged": lambda d, s, i: s.executions.find(ExecutionFilter(tag="a", feedback="up"), PAGE),
    "executions with a tag": lambda d, s, i: s.executions.find(ExecutionFilter(tag="t1"), PAGE),
    "runs of teams": lambda d, s, i: PostgresTeams(s.session, i.user).find(PAGE),
    "runs of a workflow": lambda d, s, i: PostgresWorkflowExecutions(s.session, i.user).find(i.workflow, PAGE),
    "a workflow's removal": lambda d, s, i: PostgresWorkflows(s.session, i.user).delete(i.workflow),
    "executions of an agent": lambda d, s, i: s.executions.find(ExecutionFilter(agent_id=i.agent), PAGE),
    "executions of a schedule": lambda d, s, i: s.executions.find(ExecutionFilter(schedule_id=i.schedule), PAGE),
    "executions that failed": lambda d, s, i: s.executions.find(ExecutionFilter(status=(RunStatus.FAILED,)), PAGE),
    "executions of a time": lambda d, s, i: s.executions.find(
        ExecutionFilter(created_from=at(1), created_to=at(2)), PAGE
    ),
    "an execution by its key": lambda d, s, i: s.executions.by_idempotency_key("k1"),
    "executions that wait": lambda d, s, i: s.executions.waiting(100),
    "chats": lambda d, s, i: s.executions.chats(ChatFilter(), PAGE),
    "chats with an agent": lambda d, s, i: s.executions.chats(ChatFilter(agent_id=i.agent, search="7"), PAGE),
    "a chat with what is said of it": lambda d, s, i: s.executions.chat("c1"),
    "a chat": lambda d, s, i: s.executions.find(ExecutionFilter(chat_id="c1"), PAGE),
    "a chat's history": lambda d, s, i: s.executions.history("c1", 10),
    "a chat's removal": lambda d, s, i: forget_chat(s.session, i.user, "c1"),
    "questions": lambda d, s, i: s.executions.open_questions(PAGE),
    "an execution's questions": lambda d, s, i: s.executions.interrupts(i.execution),
    "an execution's removal": lambda d, s, i: s.executions.delete(i.execution),
    "a trace": lambda d, s, i: d.pool.fetch(READ, i.execution, 0, 100),
    "schedules": lambda d, s, i: s.schedules.find(None, PAGE),
    "schedules of an agent": lambda d, s, i: s.schedules.find(i.agent, PAGE),
    "users": lambda d, s, i: s.identity.users.by_login("user1"),
    "sessions": lambda d, s, i: s.identity.refresh_tokens.sessions(i.user, datetime.now(UTC)),
    "a family": lambda d, s, i: s.identity.refresh_tokens.revoke_family(i.family, i.user, datetime.now(UTC)),
    "access keys": lambda d, s, i: s.identity.access_keys.list_own(),
    "provider keys": lambda d, s, i: s.identity.provider_keys.list_own(),
    "a provider key's removal": lambda d, s, i: s.identity.provider_keys.remove(i.key),
    "models": lambda d, s, i: s.identity.models.find(None, None, PAGE),
    "a model": lambda d, s, i: s.identity.models.get_by_id(i.model),
    "the audit log of a person": lambda d, s, i: s.identity.audit.find(AuditFilter(actor_id=i.user), PAGE),
    "the audit log of an action": lambda d, s, i: s.identity.audit.find(AuditFilter(action="agent.deleted"), PAGE),
    "incidents of a tool": lambda d, s, i: s.identity.audit.count_incidents("tool", i.tool, at(1)),
    "what models cost a person": lambda d, s, i: d.pool.fetch(SUMS, date(2026, 1, 1), i.user),
    "claims": lambda d, s, i: PostgresDispatch(d.pool, user_cap=10).claim(i.execution, i.agent),
    "what is due": lambda d, s, i: PostgresLeases(d.pool).due(10),
    "what a worker holds": lambda d, s, i: PostgresLeases(d.pool).held(i.agent, [i.execution]),
    "the dead": lambda d, s, i: PostgresLeases(d.pool).expire(i.agent),
    "questions that expire": lambda d, s, i: ExpiringQuestions(d.pool, lambda *_: None, lambda *_: None).sweep(),
    "the queue's metrics": lambda d, s, i: d.pool.fetch(PENDING),
    "the outbox": lambda d, s, i: d.pool.fetch(LEFT_BEHIND, ["e"], 30.0, 10),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled_url(postgres: TestPostgres) -> AsyncIterator[str]:
    """A database with ten thousands of rows of two thousand people."""
    name, url = await postgres.clone()
    database = connected_to(url)
    await database.connect()
    await database.pool.execute(FILL)
    await database.pool.execute("ANALYZE")
    await database.close()
    yield url
    await postgres.drop(name)


async def scans(url: str) -> dict[str, int]:
    database = connected_to(url)
    await database.connect()
    try:
        return {row["relname"]: row["seq_scan"] for row in await database.pool.fetch(SCANS, SMALL)}
    finally:
        await database.close()


@pytest.mark.parametrize("what", OFTEN)
async def test_what_is_asked_often_reads_no_whole_table(filled_url: str, what: str) -> None:
    before = await scans(filled_url)
    database = connected_to(filled_url)
    await database.connect()
    try:
        kinds = [1, 2, 3, 4, 5, 8, 11, 12, 19]
        ids = Ids(
            [str(await database.pool.fetchval(f"SELECT an_id({kind}, {778 if kind == 1 else 777})")) for kind in kinds]
        )
        async with RepositoryScopes(database, deliver=lambda _: None).open(Caller(ids.user)) as scope:
            await OFTEN[what](database, scope, ids)
    finally:
        # A closed connection has told all of its metrics.
        await database.close()
    after = await scans(filled_url)
    assert {name for name, count in after.items() if count > before[name]} == set()


async def test_the_counters_do_count(filled_url: str) -> None:
    before = await scans(filled_url)
    database = connected_to(filled_url)
    await database.connect()
    await database.pool.fetch("SELECT count(*) FROM agents WHERE name LIKE '%7%'")
    await database.close()
    assert (await scans(filled_url))["agents"] == before["agents"] + 1
