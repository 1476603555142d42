R"sql(
-- Frozen: rows exist that were written under it. A change is a new file. No semicolon but at the
-- end of a statement.
-- A row says that the store is being filled from another and is not to be served yet.
CREATE TABLE store_copies (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  started_at      BIGINT NOT NULL,
  started_at_form BIGINT NOT NULL,
  PRIMARY KEY (tenant, id)
);
)sql"
