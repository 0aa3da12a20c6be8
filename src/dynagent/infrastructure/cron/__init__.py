"""Times from cron expressions."""
