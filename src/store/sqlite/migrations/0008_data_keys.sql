R"sql(
-- Frozen: rows exist that were written under it. A change is a new file.
-- The keys under which secrets are sealed, each wrapped under a key that is not here. Rules as in
-- 0001.

CREATE TABLE data_keys (
  tenant          BLOB NOT NULL,
  id              TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  created_at_form INTEGER NOT NULL,
  wrapped_under   TEXT NOT NULL,
  wrapped_key     BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX data_keys_key ON data_keys (tenant, id);
)sql"
