"""What every route needs: problems, streams, pages, limits."""
