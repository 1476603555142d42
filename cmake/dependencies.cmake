# Every third-party library, all from Debian 12 packages (docs/dependencies.md names versions and
# licences, docs/decisions/ the reasons). Nothing is fetched at configure time.
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(simdjson REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(P11KIT REQUIRED IMPORTED_TARGET p11-kit-1)
# Reads the pictures that `device simulate` is given, and judges ours in the tests.
pkg_check_modules(ZXING REQUIRED IMPORTED_TARGET zxing)
pkg_check_modules(PNGREADER REQUIRED IMPORTED_TARGET libpng)
# Headers alone: loaded when a poster is drawn, a backup written or read.
pkg_check_modules(PANGOCAIRO REQUIRED pangocairo)
pkg_check_modules(ARCHIVE REQUIRED libarchive)

if(MUSTER_TESTS)
  find_package(GTest REQUIRED)
  # Judges of the QR pictures; never linked into the product.
  pkg_check_modules(QRORACLE REQUIRED IMPORTED_TARGET qrcodegencpp)
  pkg_check_modules(ZBAR REQUIRED IMPORTED_TARGET zbar)
endif()
