"""The contexts of runs that hold sealed values, read and written when these are sealed anew."""

import sqlalchemy as sa

SEALED = sa.text("""
SELECT id, user_id, 0 AS version, input::text AS configuration FROM runs
WHERE (input -> 'context')::text LIKE '%"$sealed"%' FOR UPDATE
""")
WRITE = sa.text("UPDATE runs SET input = CAST(:configuration AS json) WHERE id = :id")
