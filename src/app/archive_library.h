// libarchive, loaded by `backup` and `restore` and by nothing else: linked, every start of the
// program would pay for it and the libraries it brings along (docs/decisions/0015-backup.md). Known
// to archive.cc alone.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "base/result.h"

// The functions that are used: `USE(name)` for each.
#define MUSTER_ARCHIVE_FUNCTIONS(USE)    \
  USE(archive_entry_filetype)            \
  USE(archive_entry_free)                \
  USE(archive_entry_new)                 \
  USE(archive_entry_pathname)            \
  USE(archive_entry_perm)                \
  USE(archive_entry_set_filetype)        \
  USE(archive_entry_set_mtime)           \
  USE(archive_entry_set_pathname)        \
  USE(archive_entry_set_perm)            \
  USE(archive_entry_set_size)            \
  USE(archive_entry_size)                \
  USE(archive_error_string)              \
  USE(archive_read_data)                 \
  USE(archive_read_free)                 \
  USE(archive_read_new)                  \
  USE(archive_read_next_header)          \
  USE(archive_read_open_fd)              \
  USE(archive_read_support_format_tar)   \
  USE(archive_write_close)               \
  USE(archive_write_data)                \
  USE(archive_write_free)                \
  USE(archive_write_header)              \
  USE(archive_write_new)                 \
  USE(archive_write_open_fd)             \
  USE(archive_write_set_bytes_per_block) \
  USE(archive_write_set_format_pax_restricted)

namespace muster::app {

// Each member is the function of its name.
struct ArchiveLibrary {
// A name that is declared stands in no parentheses.
#define MUSTER_ARCHIVE_MEMBER(name) decltype(&::name) name = nullptr;  // NOLINT
  MUSTER_ARCHIVE_FUNCTIONS(MUSTER_ARCHIVE_MEMBER)
#undef MUSTER_ARCHIVE_MEMBER
};

// Loaded once and kept. Thread-safe. kConfiguration, naming the package, when it is not installed.
[[nodiscard]] base::Result<const ArchiveLibrary*> archive_library();

}  // namespace muster::app
