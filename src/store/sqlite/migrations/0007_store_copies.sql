R"sql(
-- Frozen: rows exist that were written under it. A change is a new file.
-- A row says that the store is being filled from another and is not to be served yet.
CREATE TABLE store_copies (
  tenant          BLOB NOT NULL,
  id              TEXT NOT NULL,
  started_at      INTEGER NOT NULL,
  started_at_form INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX store_copies_key ON store_copies (tenant, id);
)sql"
