#include "store/sqlite/shared_view.h"

#include <string>

#include "store/store_fixture.h"

namespace muster::store::sqlite {
namespace {

class View : public testing::Test {
 protected:
  [[nodiscard]] Connection connect() const {
    auto connection = Connection::open(folder_.file("view.db"), OpenMode::kCreate, "",
                                       std::chrono::milliseconds(20));
    EXPECT_TRUE(connection.ok());
    return std::move(connection).value();
  }
  void write() { ASSERT_TRUE(writer_.execute("INSERT INTO t VALUES (zeroblob(20000))").ok()); }
  void SetUp() override {
    ASSERT_TRUE(writer_
                    .execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
                             "CREATE TABLE t (filler BLOB)")
                    .ok());
    view_ = std::make_unique<SharedView>(SharedView::open(connect()).value());
  }
  // "0" when the whole log was moved and emptied, which needs that nobody holds a view of it.
  [[nodiscard]] std::string empty_log() {
    return writer_.text_of("PRAGMA wal_checkpoint(TRUNCATE)").value();
  }
  TemporaryFolder folder_;
  Connection writer_ = connect();
  std::unique_ptr<SharedView> view_;
};

TEST_F(View, KeepsTheLogWhileHeldAndNoLonger) {
  write();
  view_->hold();
  EXPECT_EQ(empty_log(), "1");
  view_->release();
  EXPECT_EQ(empty_log(), "0");
  write();
  EXPECT_EQ(empty_log(), "0") << "let go of for good";
}

TEST_F(View, IsTheNewestWhenHeldAnew) {
  write();
  view_->hold();
  write();
  view_->hold();
  // Pages in the log and pages moved: all of them, though the view is held.
  Statement moved = writer_.prepare("PRAGMA wal_checkpoint(PASSIVE)").value();
  ASSERT_TRUE(moved.step().ok());
  EXPECT_EQ(moved.column(1).integer, moved.column(2).integer);
  EXPECT_GT(moved.column(2).integer, 10);
}

}  // namespace
}  // namespace muster::store::sqlite
