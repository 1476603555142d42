R"sql(
-- The octets of a text in ASCII lower case: lists are sorted by them and names are found by their
-- beginning through the index, the same on every engine, without collations. SQLite's lower()
-- knows ASCII only, as base::ascii_lower does.
ALTER TABLE enrollment_profiles ADD COLUMN display_name_folded BLOB;
UPDATE enrollment_profiles SET display_name_folded = CAST(lower(display_name) AS BLOB);
CREATE INDEX enrollment_profiles_by_display_name
  ON enrollment_profiles (tenant, display_name_folded, id);
)sql"
