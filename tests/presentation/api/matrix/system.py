"""The system: what the routes need, and bodies that they take."""

PERMISSIONS = {
    "get_health": "anybody",
    "get_readiness": "anybody",
    "get_metrics": "metrics:read",
    "get_api_information": "anybody",
    "get_information": "anybody",
}
