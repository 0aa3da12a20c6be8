"""Routes and bodies of workflows, their tasks and their runs."""
