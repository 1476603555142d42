/* The ceiling of lists: the rows of pages of 100 out of Muster's own file, by SQLite and nothing
 * around it, with no secret opened and no JSON written.
 *
 *   list_loop FILE SECONDS list|keys      prints the plan, pages a second and CPU us a page
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COLUMNS                                                                        \
  "id, account_id, display_name, description, created_at, created_at_form, "           \
  "last_modified_at, last_modified_at_form, token_expires_at, token_expires_at_form, " \
  "enrolled_device_count, sealed, version"
#define WHERE \
  " FROM enrollment_profiles WHERE tenant = (SELECT tenant FROM enrollment_profiles LIMIT 1)"

static double seconds(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static sqlite3_stmt* prepared(sqlite3* db, const char* before, const char* sql) {
  char* text = sqlite3_mprintf("%s%s", before, sql);
  sqlite3_stmt* statement = NULL;
  if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) != SQLITE_OK) {
    fprintf(stderr, "%s: %s\n", text, sqlite3_errmsg(db));
    exit(1);
  }
  sqlite3_free(text);
  return statement;
}

static size_t page(sqlite3_stmt* statement, int letter) {
  char from[] = {(char)('a' + letter)};
  char to[] = {(char)('b' + letter)};
  size_t octets = 0;
  if (sqlite3_bind_parameter_count(statement) > 0) {
    sqlite3_bind_blob(statement, 1, from, 1, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, to, 1, SQLITE_STATIC);
  }
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      if (sqlite3_column_type(statement, i) == SQLITE_INTEGER) {
        octets += sqlite3_column_int64(statement, i) != 0;
      } else if (sqlite3_column_blob(statement, i) != NULL) {
        octets += (size_t)sqlite3_column_bytes(statement, i);
      }
    }
  }
  sqlite3_reset(statement);
  return octets;
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  sqlite3* db = NULL;
  if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) !=
      SQLITE_OK) {
    return 1;
  }
  sqlite3_exec(db, "PRAGMA mmap_size=2147418112; PRAGMA cache_size=-8192; BEGIN", NULL, NULL, NULL);
  const char* sql = "SELECT " COLUMNS WHERE " ORDER BY id LIMIT 101";
  if (strcmp(argv[3], "list") == 0) {
    sql = "SELECT " COLUMNS WHERE
          " AND (display_name_folded >= ? AND display_name_folded < ?)"
          " ORDER BY display_name_folded, id LIMIT 101";
  }
  sqlite3_stmt* plan = prepared(db, "EXPLAIN QUERY PLAN ", sql);
  while (sqlite3_step(plan) == SQLITE_ROW) printf("  plan: %s\n", sqlite3_column_text(plan, 3));
  sqlite3_finalize(plan);
  sqlite3_stmt* statement = prepared(db, "", sql);
  const double length = atof(argv[2]);
  const double start = seconds(CLOCK_MONOTONIC);
  const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  size_t pages = 0;
  size_t octets = 0;
  while (seconds(CLOCK_MONOTONIC) - start < length) {
    octets += page(statement, (int)(pages++ * 7 % 26));
  }
  printf("  SQLite alone, %s: %.0f pages/s, %.1f us CPU a page, %zu octets a page\n", argv[3],
         (double)pages / (seconds(CLOCK_MONOTONIC) - start),
         (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e6 / (double)pages, octets / pages);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return 0;
}
