-- Muster's schema for sqlite, version 8, for an empty file.

BEGIN;
PRAGMA application_id = 1299412082;

-- Version 1: initial.
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
INSERT INTO schema_version (version, name) VALUES (1, 'initial');

-- Version 2: versions.
-- Frozen: rows exist that were written under it. A change is a new file.
-- Counts the changes of an entity; entity tags are made of it. Rows that were there have had one.
ALTER TABLE enrollment_profiles ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
INSERT INTO schema_version (version, name) VALUES (2, 'versions');

-- Version 3: folded display names.
-- The octets of a text in ASCII lower case: lists are sorted by them and names are found by their
-- beginning through the index, the same on every engine, without collations. SQLite's lower()
-- knows ASCII only, as base::ascii_lower does.
ALTER TABLE enrollment_profiles ADD COLUMN display_name_folded BLOB;
UPDATE enrollment_profiles SET display_name_folded = CAST(lower(display_name) AS BLOB);
CREATE INDEX enrollment_profiles_by_display_name
  ON enrollment_profiles (tenant, display_name_folded, id);
INSERT INTO schema_version (version, name) VALUES (3, 'folded display names');

-- Version 4: graph sets.
-- Frozen: rows exist that were written under it. A change is a new file.
-- The successor's profiles, the settings of managed Google Play, devices, and what Graph's audit
-- events have beside what was kept. Rules as in 0001; folded columns as in 0003.

ALTER TABLE audit_events ADD COLUMN component TEXT;
ALTER TABLE audit_events ADD COLUMN activity TEXT;
UPDATE audit_events SET component = category;

CREATE TABLE device_owner_profiles (
  tenant                  BLOB NOT NULL,
  id                      BLOB NOT NULL,
  account_id              TEXT,
  display_name            TEXT,
  display_name_folded     BLOB,
  description             TEXT,
  enrollment_mode         INTEGER NOT NULL,
  token_type              INTEGER NOT NULL,
  created_at              INTEGER NOT NULL,
  created_at_form         INTEGER NOT NULL,
  last_modified_at        INTEGER NOT NULL,
  last_modified_at_form   INTEGER NOT NULL,
  token_created_at        INTEGER NOT NULL,
  token_created_at_form   INTEGER NOT NULL,
  token_expires_at        INTEGER NOT NULL,
  token_expires_at_form   INTEGER NOT NULL,
  token_usage_count       INTEGER NOT NULL,
  enrolled_device_count   INTEGER NOT NULL,
  role_scope_tag_ids      TEXT NOT NULL,
  configure_wifi          INTEGER NOT NULL,
  wifi_ssid               TEXT,
  wifi_security_type      INTEGER NOT NULL,
  wifi_hidden             INTEGER NOT NULL,
  is_teams_device_profile INTEGER NOT NULL,
  device_name_template    TEXT,
  version                 INTEGER NOT NULL,
  sealed                  BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX device_owner_profiles_key ON device_owner_profiles (tenant, id);
CREATE INDEX device_owner_profiles_by_display_name
  ON device_owner_profiles (tenant, display_name_folded, id);

CREATE TABLE for_work_settings (
  tenant                BLOB NOT NULL,
  id                    TEXT NOT NULL,
  bind_status           INTEGER NOT NULL,
  last_app_sync_at      INTEGER,
  last_app_sync_at_form INTEGER,
  last_app_sync_status  INTEGER NOT NULL,
  owner_upn             TEXT,
  owner_organization    TEXT,
  last_modified_at      INTEGER,
  last_modified_at_form INTEGER,
  enrollment_target     INTEGER NOT NULL,
  target_group_ids      TEXT NOT NULL,
  device_owner_enabled  INTEGER NOT NULL,
  version               INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX for_work_settings_key ON for_work_settings (tenant, id);

CREATE TABLE store_settings (
  tenant                BLOB NOT NULL,
  id                    TEXT NOT NULL,
  bind_status           INTEGER NOT NULL,
  enterprise_type       INTEGER NOT NULL,
  last_app_sync_at      INTEGER,
  last_app_sync_at_form INTEGER,
  last_app_sync_status  INTEGER NOT NULL,
  owner_upn             TEXT,
  owner_organization    TEXT,
  last_modified_at      INTEGER,
  last_modified_at_form INTEGER,
  enrollment_target     INTEGER NOT NULL,
  target_group_ids      TEXT NOT NULL,
  device_owner_enabled  INTEGER NOT NULL,
  fully_managed_enabled INTEGER NOT NULL,
  initial_scope_tag_ids TEXT NOT NULL,
  company_codes         TEXT NOT NULL,
  version               INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX store_settings_key ON store_settings (tenant, id);

CREATE TABLE managed_devices (
  tenant                      BLOB NOT NULL,
  id                          BLOB NOT NULL,
  device_name                 TEXT,
  device_name_folded          BLOB,
  managed_device_name         TEXT,
  user_id                     TEXT,
  user_principal_name         TEXT,
  user_display_name           TEXT,
  email_address               TEXT,
  enrolled_by                 TEXT,
  enrolled_at                 INTEGER NOT NULL,
  enrolled_at_form            INTEGER NOT NULL,
  last_sync_at                INTEGER NOT NULL,
  last_sync_at_form           INTEGER NOT NULL,
  enrollment_profile_name     TEXT,
  device_enrollment_type      INTEGER NOT NULL,
  management_agent            INTEGER NOT NULL,
  management_state            INTEGER NOT NULL,
  certificate_expires_at      INTEGER NOT NULL,
  certificate_expires_at_form INTEGER NOT NULL,
  managed_device_owner_type   INTEGER NOT NULL,
  owner_type                  INTEGER NOT NULL,
  device_type                 INTEGER NOT NULL,
  device_registration_state   INTEGER NOT NULL,
  join_type                   INTEGER NOT NULL,
  compliance_state            INTEGER NOT NULL,
  compliance_grace_until      INTEGER NOT NULL,
  compliance_grace_until_form INTEGER NOT NULL,
  category                    TEXT,
  manufacturer                TEXT,
  model                       TEXT,
  serial_number               TEXT,
  serial_number_folded        BLOB,
  imei                        TEXT,
  meid                        TEXT,
  udid                        TEXT,
  iccid                       TEXT,
  phone_number                TEXT,
  subscriber_carrier          TEXT,
  wifi_mac_address            TEXT,
  ethernet_mac_address        TEXT,
  azure_ad_device_id          TEXT,
  azure_ad_registered         INTEGER,
  operating_system            TEXT,
  os_version                  TEXT,
  patch_level                 TEXT,
  is_encrypted                INTEGER NOT NULL,
  is_supervised               INTEGER NOT NULL,
  jail_broken                 TEXT,
  storage_octets              INTEGER NOT NULL,
  free_storage_octets         INTEGER NOT NULL,
  memory_octets               INTEGER NOT NULL,
  requires_approval           INTEGER,
  notes                       TEXT,
  role_scope_tag_ids          TEXT NOT NULL,
  action_results              TEXT NOT NULL,
  enrollment_profile_id       BLOB,
  version                     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX managed_devices_key ON managed_devices (tenant, id);
CREATE INDEX managed_devices_by_device_name ON managed_devices (tenant, device_name_folded, id);
CREATE INDEX managed_devices_by_serial_number
  ON managed_devices (tenant, serial_number_folded, id);
INSERT INTO schema_version (version, name) VALUES (4, 'graph sets');

-- Version 5: repeatable requests.
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
INSERT INTO schema_version (version, name) VALUES (5, 'repeatable requests');

-- Version 6: device plane.
-- Frozen: rows exist that were written under it. A change is a new file.
-- Devices enrol: what profiles demand, every enrolment, the authorities of tenants, their
-- certificates and what of them was revoked. Rules as in 0001; folded columns as in 0003.

ALTER TABLE tenants ADD COLUMN label TEXT;
ALTER TABLE tenants ADD COLUMN label_folded BLOB;
CREATE INDEX tenants_by_label ON tenants (tenant, label_folded, id);

-- The type of the profile that a token enrols into, and how many enrolled with it.
ALTER TABLE enrollment_tokens ADD COLUMN profile_set TEXT NOT NULL
  DEFAULT 'androidForWorkEnrollmentProfiles';
UPDATE enrollment_tokens SET profile_set = 'androidDeviceOwnerEnrollmentProfiles'
  WHERE EXISTS (SELECT 1 FROM device_owner_profiles p
                WHERE p.tenant = enrollment_tokens.tenant AND p.id = enrollment_tokens.profile_id);
ALTER TABLE enrollment_tokens ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;

CREATE TABLE enrollment_policies (
  tenant                BLOB NOT NULL,
  profile_id            BLOB NOT NULL,
  token_usage_limit     INTEGER NOT NULL,
  approval              INTEGER NOT NULL,
  key_attestation       INTEGER NOT NULL,
  last_modified_at      INTEGER NOT NULL,
  last_modified_at_form INTEGER NOT NULL,
  version               INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX enrollment_policies_key ON enrollment_policies (tenant, profile_id);

CREATE TABLE device_enrollments (
  tenant                      BLOB NOT NULL,
  id                          BLOB NOT NULL,
  kind                        INTEGER NOT NULL,
  state                       INTEGER NOT NULL,
  device_id                   TEXT NOT NULL,
  device_id_folded            BLOB NOT NULL,
  profile_id                  BLOB,
  profile_name                TEXT,
  serial_number               TEXT,
  manufacturer                TEXT,
  model                       TEXT,
  key_fingerprint             TEXT NOT NULL,
  key_attestation             INTEGER NOT NULL,
  certificate_serial          TEXT,
  certificate_expires_at      INTEGER,
  certificate_expires_at_form INTEGER,
  requested_at                INTEGER NOT NULL,
  requested_at_form           INTEGER NOT NULL,
  decided_at                  INTEGER,
  decided_at_form             INTEGER,
  issued_at                   INTEGER,
  issued_at_form              INTEGER,
  remote_address              TEXT,
  version                     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX device_enrollments_key ON device_enrollments (tenant, id);
CREATE INDEX device_enrollments_by_device ON device_enrollments (tenant, device_id_folded, id);

CREATE TABLE certificate_authorities (
  tenant              BLOB NOT NULL,
  generation          TEXT NOT NULL,
  created_at          INTEGER NOT NULL,
  created_at_form     INTEGER NOT NULL,
  root_certificate    BLOB NOT NULL,
  issuing_certificate BLOB NOT NULL,
  old_with_new        BLOB,
  new_with_old        BLOB,
  sealed              BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX certificate_authorities_key ON certificate_authorities (tenant, generation);

CREATE TABLE certificates (
  tenant           BLOB NOT NULL,
  serial           TEXT NOT NULL,
  generation       TEXT NOT NULL,
  device_id        TEXT NOT NULL,
  device_id_folded BLOB NOT NULL,
  expires_at       INTEGER NOT NULL,
  expires_at_form  INTEGER NOT NULL,
  certificate      BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX certificates_key ON certificates (tenant, serial);
CREATE INDEX certificates_by_device ON certificates (tenant, device_id_folded, serial);

CREATE TABLE revocations (
  tenant          BLOB NOT NULL,
  id              TEXT NOT NULL,
  revoked_at      INTEGER NOT NULL,
  revoked_at_form INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  expires_at_form INTEGER NOT NULL,
  reason          INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX revocations_key ON revocations (tenant, id);

CREATE TABLE counted_devices (
  tenant          BLOB NOT NULL,
  id              BLOB NOT NULL,
  counted_at      INTEGER NOT NULL,
  counted_at_form INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX counted_devices_key ON counted_devices (tenant, id);
INSERT INTO schema_version (version, name) VALUES (6, 'device plane');

-- Version 7: store copies.
-- Frozen: rows exist that were written under it. A change is a new file.
-- A row says that the store is being filled from another and is not to be served yet.
CREATE TABLE store_copies (
  tenant          BLOB NOT NULL,
  id              TEXT NOT NULL,
  started_at      INTEGER NOT NULL,
  started_at_form INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX store_copies_key ON store_copies (tenant, id);
INSERT INTO schema_version (version, name) VALUES (7, 'store copies');

-- Version 8: data keys.
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
INSERT INTO schema_version (version, name) VALUES (8, 'data keys');

COMMIT;
