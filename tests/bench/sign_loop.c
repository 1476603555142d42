/* The ceiling of enrolments: an ECDSA signature and a row of their size, durable, with nothing
 * around.
 *
 *   sign_loop FILE SECONDS ROWS_A_COMMIT      prints rows a second
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "bare_loop.h"

enum { kTextSize = 700, kCertificateSize = 550, kSignedSize = 480, kKeySize = 16 };

/* Writes the signature to the end of the certificate, so that it is not left out. */
static void sign(EVP_PKEY* key, unsigned char* certificate, uint64_t number) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  unsigned char signature[80];
  size_t size = sizeof signature;
  memcpy(certificate, &number, sizeof number);
  if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
      EVP_DigestSign(context, signature, &size, certificate, kSignedSize) != 1) {
    exit(1);
  }
  memcpy(certificate + kSignedSize, signature, kCertificateSize - kSignedSize);
  EVP_MD_CTX_free(context);
}

static void insert(sqlite3_stmt* statement, uint64_t number, const char* text,
                   const unsigned char* certificate) {
  unsigned char key[kKeySize] = {0};
  const uint64_t mixed = number * 0x9E3779B97F4A7C15u; /* identities are in no order */
  memcpy(key, &mixed, sizeof mixed);
  sqlite3_bind_blob(statement, 1, key, kKeySize, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, text, kTextSize, SQLITE_STATIC);
  sqlite3_bind_blob(statement, 3, certificate, kCertificateSize, SQLITE_STATIC);
  if (sqlite3_step(statement) != SQLITE_DONE) exit(1);
  sqlite3_reset(statement);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const double seconds = atof(argv[2]);
  const int group = atoi(argv[3]);
  EVP_PKEY* key = EVP_EC_gen("P-256");
  sqlite3* db = NULL;
  if (key == NULL ||
      sqlite3_open_v2(argv[1], &db,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      NULL) != SQLITE_OK) {
    return 1;
  }
  run(db,
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
      "CREATE TABLE IF NOT EXISTS row (id BLOB PRIMARY KEY, body TEXT, certificate BLOB) WITHOUT "
      "ROWID");
  sqlite3_stmt* statement = NULL;
  sqlite3_prepare_v2(db, "INSERT INTO row (id, body, certificate) VALUES (?, ?, ?)", -1, &statement,
                     NULL);
  char text[kTextSize];
  unsigned char certificate[kCertificateSize] = {0};
  memset(text, 't', sizeof text);
  const double start = now();
  uint64_t rows = 0;
  while (now() - start < seconds) {
    run(db, "BEGIN IMMEDIATE");
    for (int i = 0; i < group; ++i) {
      sign(key, certificate, ++rows);
      insert(statement, rows, text, certificate);
    }
    run(db, "COMMIT");
  }
  printf("%.0f\n", (double)rows / (now() - start));
  sqlite3_finalize(statement);
  sqlite3_close(db);
  EVP_PKEY_free(key);
  return 0;
}
