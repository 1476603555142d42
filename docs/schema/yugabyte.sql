-- Muster's schema for yugabyte, version 3.
-- May be run again. No statement needs a transaction around it.

CREATE TABLE IF NOT EXISTS muster_schema (
  version BIGINT NOT NULL PRIMARY KEY,
  name    TEXT NOT NULL
);
ALTER TABLE muster_schema ADD COLUMN IF NOT EXISTS works_with BIGINT;
ALTER TABLE muster_schema ADD COLUMN IF NOT EXISTS begun BIGINT;
ALTER TABLE muster_schema ADD COLUMN IF NOT EXISTS engine TEXT;
INSERT INTO muster_schema (version, name) VALUES (0, 'lock') ON CONFLICT (version) DO NOTHING;
UPDATE muster_schema SET begun = 3, works_with = 3, engine = 'yugabyte' WHERE version = 0;

-- Version 1: initial.
CREATE TABLE IF NOT EXISTS tenant_turns (
  tenant BYTEA NOT NULL PRIMARY KEY,
  number BIGINT NOT NULL,
  mark   BYTEA
);
CREATE TABLE IF NOT EXISTS store_probe (
  tenant BYTEA NOT NULL PRIMARY KEY,
  filler BYTEA NOT NULL
);
CREATE TABLE IF NOT EXISTS enrollment_profiles (
  tenant                BYTEA NOT NULL,
  id                    BYTEA NOT NULL,
  account_id            BYTEA,
  display_name          BYTEA,
  description           BYTEA,
  created_at            BIGINT NOT NULL,
  created_at_form       BIGINT NOT NULL,
  last_modified_at      BIGINT NOT NULL,
  last_modified_at_form BIGINT NOT NULL,
  token_expires_at      BIGINT NOT NULL,
  token_expires_at_form BIGINT NOT NULL,
  enrolled_device_count BIGINT NOT NULL,
  sealed                BYTEA NOT NULL,
  version               BIGINT NOT NULL,
  display_name_folded   BYTEA,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE INDEX IF NOT EXISTS enrollment_profiles_by_display_name
  ON enrollment_profiles (tenant HASH, display_name_folded ASC NULLS FIRST, id ASC);
CREATE TABLE IF NOT EXISTS tenants (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  name            BYTEA NOT NULL,
  created_at      BIGINT NOT NULL,
  created_at_form BIGINT NOT NULL,
  label           BYTEA,
  label_folded    BYTEA,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE INDEX IF NOT EXISTS tenants_by_label ON tenants (tenant HASH, label_folded ASC NULLS FIRST, id ASC);
CREATE TABLE IF NOT EXISTS applications (
  tenant          BYTEA NOT NULL,
  client_id       BYTEA NOT NULL,
  name            BYTEA NOT NULL,
  secret_hash     BYTEA NOT NULL,
  roles           BYTEA NOT NULL,
  created_at      BIGINT NOT NULL,
  created_at_form BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, client_id ASC)
);
CREATE TABLE IF NOT EXISTS signing_keys (
  tenant          BYTEA NOT NULL,
  key_id          BYTEA NOT NULL,
  created_at      BIGINT NOT NULL,
  created_at_form BIGINT NOT NULL,
  retires_at      BIGINT NOT NULL,
  retires_at_form BIGINT NOT NULL,
  sealed          BYTEA NOT NULL,
  PRIMARY KEY ((tenant) HASH, key_id ASC)
);
CREATE TABLE IF NOT EXISTS enrollment_tokens (
  tenant          BYTEA NOT NULL,
  hash            BYTEA NOT NULL,
  profile_id      BYTEA NOT NULL,
  created_at      BIGINT NOT NULL,
  created_at_form BIGINT NOT NULL,
  expires_at      BIGINT NOT NULL,
  expires_at_form BIGINT NOT NULL,
  revoked_at      BIGINT NOT NULL,
  revoked_at_form BIGINT NOT NULL,
  profile_set     BYTEA NOT NULL,
  uses            BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, hash ASC)
);
CREATE TABLE IF NOT EXISTS audit_events (
  tenant           BYTEA NOT NULL,
  id               BYTEA NOT NULL,
  display_name     BYTEA,
  category         BYTEA,
  activity_type    BYTEA,
  operation        BYTEA,
  result           BYTEA,
  activity_at      BIGINT NOT NULL,
  activity_at_form BIGINT NOT NULL,
  correlation_id   BYTEA NOT NULL,
  actor            BYTEA,
  resources        BYTEA NOT NULL,
  component        BYTEA,
  activity         BYTEA,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE TABLE IF NOT EXISTS device_owner_profiles (
  tenant                  BYTEA NOT NULL,
  id                      BYTEA NOT NULL,
  account_id              BYTEA,
  display_name            BYTEA,
  display_name_folded     BYTEA,
  description             BYTEA,
  enrollment_mode         BIGINT NOT NULL,
  token_type              BIGINT NOT NULL,
  created_at              BIGINT NOT NULL,
  created_at_form         BIGINT NOT NULL,
  last_modified_at        BIGINT NOT NULL,
  last_modified_at_form   BIGINT NOT NULL,
  token_created_at        BIGINT NOT NULL,
  token_created_at_form   BIGINT NOT NULL,
  token_expires_at        BIGINT NOT NULL,
  token_expires_at_form   BIGINT NOT NULL,
  token_usage_count       BIGINT NOT NULL,
  enrolled_device_count   BIGINT NOT NULL,
  role_scope_tag_ids      BYTEA NOT NULL,
  configure_wifi          BIGINT NOT NULL,
  wifi_ssid               BYTEA,
  wifi_security_type      BIGINT NOT NULL,
  wifi_hidden             BIGINT NOT NULL,
  is_teams_device_profile BIGINT NOT NULL,
  device_name_template    BYTEA,
  version                 BIGINT NOT NULL,
  sealed                  BYTEA NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE INDEX IF NOT EXISTS device_owner_profiles_by_display_name
  ON device_owner_profiles (tenant HASH, display_name_folded ASC NULLS FIRST, id ASC);
CREATE TABLE IF NOT EXISTS for_work_settings (
  tenant                BYTEA NOT NULL,
  id                    BYTEA NOT NULL,
  bind_status           BIGINT NOT NULL,
  last_app_sync_at      BIGINT,
  last_app_sync_at_form BIGINT,
  last_app_sync_status  BIGINT NOT NULL,
  owner_upn             BYTEA,
  owner_organization    BYTEA,
  last_modified_at      BIGINT,
  last_modified_at_form BIGINT,
  enrollment_target     BIGINT NOT NULL,
  target_group_ids      BYTEA NOT NULL,
  device_owner_enabled  BIGINT NOT NULL,
  version               BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE TABLE IF NOT EXISTS store_settings (
  tenant                BYTEA NOT NULL,
  id                    BYTEA NOT NULL,
  bind_status           BIGINT NOT NULL,
  enterprise_type       BIGINT NOT NULL,
  last_app_sync_at      BIGINT,
  last_app_sync_at_form BIGINT,
  last_app_sync_status  BIGINT NOT NULL,
  owner_upn             BYTEA,
  owner_organization    BYTEA,
  last_modified_at      BIGINT,
  last_modified_at_form BIGINT,
  enrollment_target     BIGINT NOT NULL,
  target_group_ids      BYTEA NOT NULL,
  device_owner_enabled  BIGINT NOT NULL,
  fully_managed_enabled BIGINT NOT NULL,
  initial_scope_tag_ids BYTEA NOT NULL,
  company_codes         BYTEA NOT NULL,
  version               BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE TABLE IF NOT EXISTS managed_devices (
  tenant                      BYTEA NOT NULL,
  id                          BYTEA NOT NULL,
  device_name                 BYTEA,
  device_name_folded          BYTEA,
  managed_device_name         BYTEA,
  user_id                     BYTEA,
  user_principal_name         BYTEA,
  user_display_name           BYTEA,
  email_address               BYTEA,
  enrolled_by                 BYTEA,
  enrolled_at                 BIGINT NOT NULL,
  enrolled_at_form            BIGINT NOT NULL,
  last_sync_at                BIGINT NOT NULL,
  last_sync_at_form           BIGINT NOT NULL,
  enrollment_profile_name     BYTEA,
  device_enrollment_type      BIGINT NOT NULL,
  management_agent            BIGINT NOT NULL,
  management_state            BIGINT NOT NULL,
  certificate_expires_at      BIGINT NOT NULL,
  certificate_expires_at_form BIGINT NOT NULL,
  managed_device_owner_type   BIGINT NOT NULL,
  owner_type                  BIGINT NOT NULL,
  device_type                 BIGINT NOT NULL,
  device_registration_state   BIGINT NOT NULL,
  join_type                   BIGINT NOT NULL,
  compliance_state            BIGINT NOT NULL,
  compliance_grace_until      BIGINT NOT NULL,
  compliance_grace_until_form BIGINT NOT NULL,
  category                    BYTEA,
  manufacturer                BYTEA,
  model                       BYTEA,
  serial_number               BYTEA,
  serial_number_folded        BYTEA,
  imei                        BYTEA,
  meid                        BYTEA,
  udid                        BYTEA,
  iccid                       BYTEA,
  phone_number                BYTEA,
  subscriber_carrier          BYTEA,
  wifi_mac_address            BYTEA,
  ethernet_mac_address        BYTEA,
  azure_ad_device_id          BYTEA,
  azure_ad_registered         BIGINT,
  operating_system            BYTEA,
  os_version                  BYTEA,
  patch_level                 BYTEA,
  is_encrypted                BIGINT NOT NULL,
  is_supervised               BIGINT NOT NULL,
  jail_broken                 BYTEA,
  storage_octets              BIGINT NOT NULL,
  free_storage_octets         BIGINT NOT NULL,
  memory_octets               BIGINT NOT NULL,
  requires_approval           BIGINT,
  notes                       BYTEA,
  role_scope_tag_ids          BYTEA NOT NULL,
  action_results              BYTEA NOT NULL,
  enrollment_profile_id       BYTEA,
  version                     BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE INDEX IF NOT EXISTS managed_devices_by_device_name
  ON managed_devices (tenant HASH, device_name_folded ASC NULLS FIRST, id ASC);
CREATE INDEX IF NOT EXISTS managed_devices_by_serial_number
  ON managed_devices (tenant HASH, serial_number_folded ASC NULLS FIRST, id ASC);
CREATE TABLE IF NOT EXISTS repeatable_requests (
  tenant            BYTEA NOT NULL,
  request_id        BYTEA NOT NULL,
  first_sent        BYTEA NOT NULL,
  first_sent_folded BYTEA NOT NULL,
  entity_key        BYTEA NOT NULL,
  sealed            BYTEA NOT NULL,
  PRIMARY KEY ((tenant) HASH, request_id ASC)
);
CREATE INDEX IF NOT EXISTS repeatable_requests_by_first_sent
  ON repeatable_requests (tenant HASH, first_sent_folded ASC, request_id ASC);
CREATE TABLE IF NOT EXISTS enrollment_policies (
  tenant                BYTEA NOT NULL,
  profile_id            BYTEA NOT NULL,
  token_usage_limit     BIGINT NOT NULL,
  approval              BIGINT NOT NULL,
  key_attestation       BIGINT NOT NULL,
  last_modified_at      BIGINT NOT NULL,
  last_modified_at_form BIGINT NOT NULL,
  version               BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, profile_id ASC)
);
CREATE TABLE IF NOT EXISTS device_enrollments (
  tenant                      BYTEA NOT NULL,
  id                          BYTEA NOT NULL,
  kind                        BIGINT NOT NULL,
  state                       BIGINT NOT NULL,
  device_id                   BYTEA NOT NULL,
  device_id_folded            BYTEA NOT NULL,
  profile_id                  BYTEA,
  profile_name                BYTEA,
  serial_number               BYTEA,
  manufacturer                BYTEA,
  model                       BYTEA,
  key_fingerprint             BYTEA NOT NULL,
  key_attestation             BIGINT NOT NULL,
  certificate_serial          BYTEA,
  certificate_expires_at      BIGINT,
  certificate_expires_at_form BIGINT,
  requested_at                BIGINT NOT NULL,
  requested_at_form           BIGINT NOT NULL,
  decided_at                  BIGINT,
  decided_at_form             BIGINT,
  issued_at                   BIGINT,
  issued_at_form              BIGINT,
  remote_address              BYTEA,
  version                     BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE INDEX IF NOT EXISTS device_enrollments_by_device ON device_enrollments (tenant HASH, device_id_folded ASC, id ASC);
CREATE TABLE IF NOT EXISTS certificate_authorities (
  tenant              BYTEA NOT NULL,
  generation          BYTEA NOT NULL,
  created_at          BIGINT NOT NULL,
  created_at_form     BIGINT NOT NULL,
  root_certificate    BYTEA NOT NULL,
  issuing_certificate BYTEA NOT NULL,
  old_with_new        BYTEA,
  new_with_old        BYTEA,
  sealed              BYTEA NOT NULL,
  PRIMARY KEY ((tenant) HASH, generation ASC)
);
CREATE TABLE IF NOT EXISTS certificates (
  tenant           BYTEA NOT NULL,
  serial           BYTEA NOT NULL,
  generation       BYTEA NOT NULL,
  device_id        BYTEA NOT NULL,
  device_id_folded BYTEA NOT NULL,
  expires_at       BIGINT NOT NULL,
  expires_at_form  BIGINT NOT NULL,
  certificate      BYTEA NOT NULL,
  PRIMARY KEY ((tenant) HASH, serial ASC)
);
CREATE INDEX IF NOT EXISTS certificates_by_device ON certificates (tenant HASH, device_id_folded ASC, serial ASC);
CREATE TABLE IF NOT EXISTS revocations (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  revoked_at      BIGINT NOT NULL,
  revoked_at_form BIGINT NOT NULL,
  expires_at      BIGINT NOT NULL,
  expires_at_form BIGINT NOT NULL,
  reason          BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
CREATE TABLE IF NOT EXISTS counted_devices (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  counted_at      BIGINT NOT NULL,
  counted_at_form BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
INSERT INTO muster_schema (version, name, works_with) VALUES (1, 'initial', 1) ON CONFLICT (version) DO NOTHING;

-- Version 2: store copies.
CREATE TABLE IF NOT EXISTS store_copies (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  started_at      BIGINT NOT NULL,
  started_at_form BIGINT NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
INSERT INTO muster_schema (version, name, works_with) VALUES (2, 'store copies', 2) ON CONFLICT (version) DO NOTHING;

-- Version 3: data keys.
CREATE TABLE IF NOT EXISTS data_keys (
  tenant          BYTEA NOT NULL,
  id              BYTEA NOT NULL,
  created_at      BIGINT NOT NULL,
  created_at_form BIGINT NOT NULL,
  wrapped_under   BYTEA NOT NULL,
  wrapped_key     BYTEA NOT NULL,
  PRIMARY KEY ((tenant) HASH, id ASC)
);
INSERT INTO muster_schema (version, name, works_with) VALUES (3, 'data keys', 3) ON CONFLICT (version) DO NOTHING;
