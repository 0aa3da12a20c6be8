"""Beginnings for agents: common patterns, each as a configuration that can be saved as it is."""

from pydantic import BaseModel, ConfigDict

from dynagent.core.agents.configuration import AgentConfiguration


class AgentTemplate(BaseModel):
    """A pattern: what it is for, and the configuration to begin with."""

    model_config = ConfigDict(frozen=True)

    name: str
    summary: str
    configuration: AgentConfiguration


TEMPLATES: tuple[AgentTemplate, ...] = (
    AgentTemplate(
        name="Demo Agent",
        summary="Calculates and explains: the agent of the first run.",
        configuration=AgentConfiguration(
            name="Demo Agent",
            description="Calculates and explains",
            instructions="You are precise. Use the calculator for every computation and the chatbot for every "
            "explanation. Answer in one or two sentences.",
            tools=("calculator", "chatbot"),
            memory_flag=True,
        ),
    ),
    AgentTemplate(
        name="Researcher",
        summary="Searches, compares, names its sources.",
        configuration=AgentConfiguration(
            name="Researcher",
            description="Finds things out and says where",
            role="Researcher",
            goal="Answer with facts that can be checked.",
            instructions="Search before you answer. Compare at least two sources, say where each fact comes from, and "
            "say so when the sources disagree or you found nothing.",
            tools=("web_search", "summarizer"),
            memory_flag=True,
            temperature=0.1,
        ),
    ),
    AgentTemplate(
        name="Summariser",
        summary="Long text in, few sentences out.",
        configuration=AgentConfiguration(
            name="Summariser",
            description="Makes long texts short",
            instructions="Summarise what you are given in at most five sentences: the point first, then what supports "
            "it. Add nothing that is not in the text.",
            tools=("summarizer",),
            temperature=0.0,
        ),
    ),
    AgentTemplate(
        name="Support",
        summary="Answers politely, asks when unsure.",
        configuration=AgentConfiguration(
            name="Support",
            description="Answers questions of customers",
            role="Support agent",
            goal="Solve the customer's problem in as few messages as possible.",
            backstory="You have answered such questions for years and never make up a policy.",
            instructions="Ask one question when something is unclear. Give steps as a numbered list. When you cannot "
            "help, say who can.",
            tools=("chatbot",),
            memory_flag=True,
        ),
    ),
)
