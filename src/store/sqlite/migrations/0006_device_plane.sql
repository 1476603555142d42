R"sql(
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
)sql"
