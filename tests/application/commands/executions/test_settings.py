"""How many executions may wait: the same words and the same advice whatever is started."""

import pytest

from dynagent.application.commands.executions import SubmitSettings
from dynagent.application.commands.teams import TeamSettings
from dynagent.application.commands.workflows.start import WorkflowSettings
from dynagent.core.executions import TooManyExecutions


@pytest.mark.parametrize(
    "settings",
    [
        SubmitSettings(max_waiting_per_user=2, queue_retry_after_s=7),
        WorkflowSettings(max_waiting_per_user=2, queue_retry_after_s=7),
        TeamSettings(max_waiting_teams_per_user=2, queue_retry_after_s=7),
    ],
)
def test_a_full_queue_is_refused_with_a_time_to_come_back(
    settings: SubmitSettings | WorkflowSettings | TeamSettings,
) -> None:
    settings.check_room(1)
    with pytest.raises(TooManyExecutions, match="2 of your executions are waiting; at most 2 may") as refused:
        settings.check_room(2)
    assert refused.value.retry_after_s == 7
