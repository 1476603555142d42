R"sql(
-- Frozen: rows exist that were written under it. A change is a new file. Rules as in 0001.
-- The keys under which secrets are sealed, each wrapped under a key that is not here.

CREATE TABLE data_keys (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  created_at      BIGINT NOT NULL,
  created_at_form BIGINT NOT NULL,
  wrapped_under   BYTEA NOT NULL,
  wrapped_key     BYTEA NOT NULL,
  PRIMARY KEY (tenant, id)
);
)sql"
