"""Every route of the API, what it needs, and a body that it would take: a route that is not here fails the test."""

from typing import Any

PASSWORD = "a long sentence, really"

PERMISSIONS: dict[str, str] = {
    # open to anybody
    "get_health": "anybody",
    "get_readiness": "anybody",
    "get_metrics": "anybody",
    "get_api_information": "anybody",
    "get_information": "anybody",
    "get_sign_in_options": "anybody",
    "complete_setup": "anybody",
    "register": "anybody",
    "log_in": "anybody",
    "refresh_session": "anybody",
    "log_out": "anybody",
    # agents
    "list_agents": "agents:read",
    "get_agent": "agents:read",
    "list_agent_versions": "agents:read",
    "get_agent_version": "agents:read",
    "create_agent": "agents:write",
    "create_platform_agent": "agents:write",
    "update_agent": "agents:write",
    "delete_agent": "agents:write",
    "clone_agent": "agents:write",
    "restore_agent_version": "agents:write",
    "set_agents_status": "agents:write",
    # tools
    "list_attachable_tools": "tools:read",
    "list_tools": "tools:read",
    "get_tool": "tools:read",
    "register_tool": "tools:write",
    "update_tool": "tools:write",
    "remove_tool": "tools:write",
    "execute_tool": "tools:run",
    # executions and schedules
    "list_executions": "executions:read",
    "get_execution": "executions:read",
    "read_trace": "executions:read",
    "follow_trace": "executions:read",
    "list_interrupts": "executions:read",
    "run_agent": "executions:run",
    "start_execution": "executions:run",
    "stream_agent": "executions:run",
    "cancel_execution": "executions:run",
    "resume_execution": "executions:run",
    "replay_execution": "executions:run",
    "retry_execution": "executions:run",
    "fork_execution": "executions:run",
    "list_chats": "executions:read",
    "read_chat": "executions:read",
    "forget_chat": "executions:run",
    "list_schedules": "executions:read",
    "get_schedule": "executions:read",
    "create_schedule": "executions:run",
    "change_schedule": "executions:run",
    "remove_schedule": "executions:run",
    "issue_stream_ticket": "tickets:write",
    # models
    "list_providers": "models:read",
    "list_provider_models": "models:read",
    "get_provider_capabilities": "models:read",
    "list_models": "models:read",
    "get_model": "models:read",
    "create_model": "models:write",
    "update_model": "models:write",
    "delete_model": "models:write",
    "list_provider_keys": "keys:read",
    "add_provider_key": "keys:write",
    "test_provider_key": "keys:write",
    "remove_provider_key": "keys:write",
    # people
    "get_profile": "account:read",
    "list_sessions": "account:read",
    "list_access_keys": "account:read",
    "update_profile": "account:write",
    "change_password": "account:write",
    "create_access_key": "account:write",
    "revoke_access_key": "account:write",
    "log_out_everywhere": "account:write",
    "list_users": "users:read",
    "get_user": "users:read",
    "create_user": "users:write",
    "set_user_role": "users:write",
    "set_user_status": "users:write",
    "list_audit_entries": "audit:read",
}

CODE = "async def shout(text: str) -> str:\n    return text.upper()"

BODIES: dict[str, Any] = {
    "create_agent": {"name": "B"},
    "create_platform_agent": {"name": "B", "instructions": "Be brief."},
    "update_agent": {"description": "changed"},
    "set_agents_status": {"ids": ["{agent_id}"], "action": "enable"},
    "run_agent": {"input": "compute 2+2"},
    "register_tool": {"name": "whisper", "description": "Lower the text", "code": CODE.replace("shout", "whisper")},
    "update_tool": {"description": "Raises the text"},
    "execute_tool": {"name": "calculator", "arguments": {"expression": "1+1"}},
    "start_execution": {"agent_id": "{agent_id}", "query": "compute 2+2"},
    "resume_execution": {"answers": {"01a1fc32-9ca9-734d-8d46-264d8f1c20bf": True}},
    "fork_execution": {"after_seq": 1},
    "create_schedule": {"name": "Daily", "agent_id": "{agent_id}", "query": "compute 2+2", "cron": "0 5 * * *"},
    "change_schedule": {"paused": True},
    "create_model": {"name": "other", "provider": "openai", "model_identifier": "gpt-4o-mini"},
    "update_model": {"max_rpm": 5},
    "add_provider_key": {"provider": "deepseek", "api_key": "sk-for-the-test-0000"},
    "test_provider_key": {"provider": "openai-compatible", "endpoint_url": "http://127.0.0.1:1/v1"},
    "complete_setup": {"token": "x", "username": "nobody", "email": "no@example.org", "password": PASSWORD},
    "register": {"username": "another", "email": "another@example.org", "password": PASSWORD},
    "log_in": {"login": "nobody", "password": "nothing"},
    "update_profile": {"first_name": "X"},
    "change_password": {"current_password": "wrong", "new_password": "another long sentence"},
    "create_access_key": {"name": "k", "scopes": ["agents:read"]},
    "create_user": {"username": "made", "email": "made@example.org", "password": PASSWORD},
    "set_user_role": {"role": "user"},
    "set_user_status": {"disabled": False},
}

LAST = ("forget_", "delete_", "remove_", "revoke_", "change_password", "set_user", "log_out")
"""What is called last, in this order, because others would miss it."""

OTHERS_THINGS = frozenset({"set_agents_status", "list_provider_models", "get_provider_capabilities", "get_tool"})
"""Routes with an id or a name in them that answer a second tenant without giving anything away."""
