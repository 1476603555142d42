/* The ceiling of durable creates: rows of a profile's size into SQLite with nothing around it.
 *
 *   sqlite_loop FILE SECONDS ROWS_A_COMMIT      prints rows a second
 */
#include <stdint.h>
#include <string.h>

#include "bare_loop.h"

enum { kTextSize = 650, kPictureSize = 1000, kKeySize = 16 };

/* Rises with time, as the ids of Muster do; the tail differs. */
static void make_key(unsigned char* key, uint64_t number) {
  for (int i = 0; i < 8; ++i) key[i] = (unsigned char)(number >> (56 - 8 * i));
  for (int i = 8; i < kKeySize; ++i) key[i] = (unsigned char)(number * 2654435761u >> i);
}

static void insert(sqlite3_stmt* statement, uint64_t number, const char* text,
                   const char* picture) {
  unsigned char key[kKeySize];
  make_key(key, number);
  sqlite3_bind_blob(statement, 1, key, kKeySize, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, text, kTextSize, SQLITE_STATIC);
  sqlite3_bind_blob(statement, 3, picture, kPictureSize, SQLITE_STATIC);
  if (sqlite3_step(statement) != SQLITE_DONE) exit(1);
  sqlite3_reset(statement);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const double seconds = atof(argv[2]);
  const int group = atoi(argv[3]);
  sqlite3* db = NULL;
  if (sqlite3_open_v2(argv[1], &db,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      NULL) != SQLITE_OK) {
    return 1;
  }
  run(db,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
      "CREATE TABLE IF NOT EXISTS row (n INTEGER PRIMARY KEY, id BLOB UNIQUE, body TEXT, picture "
      "BLOB)");
  sqlite3_stmt* statement = NULL;
  sqlite3_prepare_v2(db, "INSERT INTO row (id, body, picture) VALUES (?, ?, ?)", -1, &statement,
                     NULL);
  char text[kTextSize];
  char picture[kPictureSize];
  memset(text, 't', sizeof text);
  memset(picture, 'p', sizeof picture);
  const double start = now();
  uint64_t rows = 0;
  while (now() - start < seconds) {
    run(db, "BEGIN IMMEDIATE");
    for (int i = 0; i < group; ++i) insert(statement, ++rows, text, picture);
    run(db, "COMMIT");
  }
  printf("%.0f\n", (double)rows / (now() - start));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return 0;
}
