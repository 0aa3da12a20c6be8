"""Whether the scripted model speaks as OpenAI does: the client that `requirements.lock` pins makes sense of it."""

from benchmarks.scripted_model import ScriptedModel

from tests.infrastructure.llm.servers.openai_calls import EXPECTED, ask_everything


def test_openais_own_client_reads_all_that_is_scripted() -> None:
    with ScriptedModel() as model:
        answers = ask_everything(model.url)
    assert answers | {"version": None} == EXPECTED
