// For tests: a file layer between SQLite and the system that fails when told to, so that a full
// disk or a failing sync needs neither root nor luck.
#pragma once

#include <atomic>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <utility>

#include <sqlite3.h>

namespace muster::store::sqlite {

enum class Fault : std::uint8_t {
  kNone,
  kFull,        // writes: no space left
  kWriteError,  // writes: I/O error
  kSyncError,   // syncs: I/O error
  kReadOnly,    // files open for reading only
  kOpenError,   // files do not open
};

// Registered under name() while it lives; connections must be closed before it goes. Faults concern
// the database and its log. Thread-safe.
class FaultVfs {
 public:
  FaultVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_, this) {
    static std::atomic<int> count{0};
    name_ = "fault-" + std::to_string(++count);
    vfs_.zName = name_.c_str();
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 0);
  }
  ~FaultVfs() { sqlite3_vfs_unregister(&vfs_); }
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  void set(Fault fault) { fault_ = fault; }
  // Called before each write; set before files are opened.
  void on_write(std::function<void()> call) { on_write_ = std::move(call); }
  [[nodiscard]] unsigned log_syncs() const { return log_syncs_; }
  [[nodiscard]] unsigned database_opens() const { return database_opens_; }

 private:
  struct Vfs : sqlite3_vfs {
    Vfs(const sqlite3_vfs& of, FaultVfs* by) : sqlite3_vfs(of), owner(by) {}
    FaultVfs* owner;
  };
  struct File : sqlite3_file {
    FaultVfs* owner;
    bool log;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static File* own(sqlite3_file* file) { return static_cast<File*>(file); }

  static int open(sqlite3_vfs* vfs, sqlite3_filename path, sqlite3_file* file, int flags,
                  int* out_flags) {
    FaultVfs* const owner = static_cast<Vfs*>(vfs)->owner;
    File* const mine = new (file) File{};
    mine->owner = owner;
    mine->log = (flags & SQLITE_OPEN_WAL) != 0;
    const bool main = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    if (owner->fault_ == Fault::kOpenError) return SQLITE_CANTOPEN;
    if (owner->fault_ == Fault::kReadOnly) {
      flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    if (main) ++owner->database_opens_;
    const int code = owner->real_->xOpen(owner->real_, path, mine->real(), flags, out_flags);
    if (mine->real()->pMethods != nullptr) mine->pMethods = main || mine->log ? &kFaulty : &kPlain;
    return code;
  }

  static int faulty_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    const FaultVfs& owner = *own(file)->owner;
    if (owner.on_write_) owner.on_write_();
    const Fault fault = owner.fault_;
    if (fault == Fault::kFull) return SQLITE_FULL;
    if (fault == Fault::kWriteError) return SQLITE_IOERR_WRITE;
    return write(file, data, size, offset);
  }
  static int faulty_sync(sqlite3_file* file, int flags) {
    if (own(file)->owner->fault_ == Fault::kSyncError) return SQLITE_IOERR_FSYNC;
    if (own(file)->log) ++own(file)->owner->log_syncs_;
    return sync(file, flags);
  }

  static int close(sqlite3_file* f) { return on(f)->xClose(real(f)); }
  static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
    return on(f)->xRead(real(f), to, size, at);
  }
  static int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
    return on(f)->xWrite(real(f), data, size, at);
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    return on(f)->xTruncate(real(f), size);
  }
  static int sync(sqlite3_file* f, int flags) { return on(f)->xSync(real(f), flags); }
  static int file_size(sqlite3_file* f, sqlite3_int64* size) {
    return on(f)->xFileSize(real(f), size);
  }
  static int lock(sqlite3_file* f, int level) { return on(f)->xLock(real(f), level); }
  static int unlock(sqlite3_file* f, int level) { return on(f)->xUnlock(real(f), level); }
  static int reserved(sqlite3_file* f, int* out) { return on(f)->xCheckReservedLock(real(f), out); }
  static int control(sqlite3_file* f, int op, void* arg) {
    return on(f)->xFileControl(real(f), op, arg);
  }
  static int sector(sqlite3_file* f) { return on(f)->xSectorSize(real(f)); }
  static int device(sqlite3_file* f) { return on(f)->xDeviceCharacteristics(real(f)); }
  static int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
    return on(f)->xShmMap(real(f), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
    return on(f)->xShmLock(real(f), offset, n, flags);
  }
  static void shm_barrier(sqlite3_file* f) { on(f)->xShmBarrier(real(f)); }
  static int shm_unmap(sqlite3_file* f, int remove) { return on(f)->xShmUnmap(real(f), remove); }
  static int fetch(sqlite3_file* f, sqlite3_int64 at, int size, void** out) {
    return on(f)->xFetch(real(f), at, size, out);
  }
  static int unfetch(sqlite3_file* f, sqlite3_int64 at, void* page) {
    return on(f)->xUnfetch(real(f), at, page);
  }

  static sqlite3_file* real(sqlite3_file* file) { return own(file)->real(); }
  static const sqlite3_io_methods* on(sqlite3_file* file) { return real(file)->pMethods; }

  static const sqlite3_io_methods kPlain;
  static const sqlite3_io_methods kFaulty;

  sqlite3_vfs* real_;
  Vfs vfs_;
  std::string name_;
  std::function<void()> on_write_;
  std::atomic<Fault> fault_{Fault::kNone};
  std::atomic<unsigned> log_syncs_{0};
  std::atomic<unsigned> database_opens_{0};
};

inline const sqlite3_io_methods FaultVfs::kPlain = {
    3,       close,  read,   write,   truncate, sync,        file_size, lock,  unlock, reserved,
    control, sector, device, shm_map, shm_lock, shm_barrier, shm_unmap, fetch, unfetch};
inline const sqlite3_io_methods FaultVfs::kFaulty = {
    3,        close,       read,      faulty_write, truncate, faulty_sync, file_size,
    lock,     unlock,      reserved,  control,      sector,   device,      shm_map,
    shm_lock, shm_barrier, shm_unmap, fetch,        unfetch};

}  // namespace muster::store::sqlite
