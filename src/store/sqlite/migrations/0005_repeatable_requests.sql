R"sql(
-- Frozen: rows exist that were written under it. A change is a new file.
-- What was done for requests that clients may send again. The second index leads to what is to be
-- forgotten, so that nothing has to be looked for.
CREATE TABLE repeatable_requests (
  tenant            BLOB NOT NULL,
  request_id        TEXT NOT NULL,
  first_sent        TEXT NOT NULL,
  first_sent_folded BLOB NOT NULL,
  entity_key        TEXT NOT NULL,
  sealed            BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX repeatable_requests_key ON repeatable_requests (tenant, request_id);
CREATE INDEX repeatable_requests_by_first_sent
  ON repeatable_requests (tenant, first_sent_folded, request_id);
)sql"
