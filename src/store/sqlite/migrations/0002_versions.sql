R"sql(
-- Frozen: rows exist that were written under it. A change is a new file.
-- Counts the changes of an entity; entity tags are made of it. Rows that were there have had one.
ALTER TABLE enrollment_profiles ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
)sql"
