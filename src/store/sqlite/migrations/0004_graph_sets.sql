R"sql(
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
)sql"
