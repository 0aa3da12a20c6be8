"""Dynagent: agents, tools and workflows made at run time, executed on LangGraph, every step traced for ever."""

__version__ = "0.1.0"
