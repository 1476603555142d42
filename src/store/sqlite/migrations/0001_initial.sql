R"sql(
-- Frozen: rows exist that were written under it. A change is a new file.
-- Rules: every key begins with the tenant, so that the same tables can be distributed by tenant;
-- plain tables with a unique index, since rows are too large for a tree of keys; no triggers, no
-- sequences, no generated columns. Dates are 100 ns ticks since 0001-01-01T00:00:00Z and the form
-- in which they were written. UUIDs are their 16 octets.

CREATE TABLE schema_version (
  version INTEGER NOT NULL PRIMARY KEY,
  name    TEXT NOT NULL
) STRICT;

-- Holds nothing: whether the disk takes more is found out by writing here.
CREATE TABLE store_probe (
  filler BLOB NOT NULL
) STRICT;

CREATE TABLE enrollment_profiles (
  tenant                BLOB NOT NULL,
  id                    BLOB NOT NULL,
  account_id            TEXT,
  display_name          TEXT,
  description           TEXT,
  created_at            INTEGER NOT NULL,
  created_at_form       INTEGER NOT NULL,
  last_modified_at      INTEGER NOT NULL,
  last_modified_at_form INTEGER NOT NULL,
  token_expires_at      INTEGER NOT NULL,
  token_expires_at_form INTEGER NOT NULL,
  enrolled_device_count INTEGER NOT NULL,
  sealed                BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX enrollment_profiles_key ON enrollment_profiles (tenant, id);

CREATE TABLE tenants (
  tenant          BLOB NOT NULL,
  id              BLOB NOT NULL,
  name            TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  created_at_form INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tenants_key ON tenants (tenant, id);

CREATE TABLE applications (
  tenant          BLOB NOT NULL,
  client_id       BLOB NOT NULL,
  name            TEXT NOT NULL,
  secret_hash     BLOB NOT NULL,
  roles           TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  created_at_form INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX applications_key ON applications (tenant, client_id);

CREATE TABLE signing_keys (
  tenant          BLOB NOT NULL,
  key_id          TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  created_at_form INTEGER NOT NULL,
  retires_at      INTEGER NOT NULL,
  retires_at_form INTEGER NOT NULL,
  sealed          BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX signing_keys_key ON signing_keys (tenant, key_id);

CREATE TABLE enrollment_tokens (
  tenant          BLOB NOT NULL,
  hash            BLOB NOT NULL,
  profile_id      BLOB NOT NULL,
  created_at      INTEGER NOT NULL,
  created_at_form INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  expires_at_form INTEGER NOT NULL,
  revoked_at      INTEGER NOT NULL,
  revoked_at_form INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX enrollment_tokens_key ON enrollment_tokens (tenant, hash);

CREATE TABLE audit_events (
  tenant           BLOB NOT NULL,
  id               BLOB NOT NULL,
  display_name     TEXT,
  category         TEXT,
  activity_type    TEXT,
  operation        TEXT,
  result           TEXT,
  activity_at      INTEGER NOT NULL,
  activity_at_form INTEGER NOT NULL,
  correlation_id   BLOB NOT NULL,
  actor            TEXT,
  resources        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_events_key ON audit_events (tenant, id);
)sql"
