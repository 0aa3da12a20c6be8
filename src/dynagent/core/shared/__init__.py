"""What every noun needs: ids, time, errors, pages, the generic repository, the unit of work, events."""
