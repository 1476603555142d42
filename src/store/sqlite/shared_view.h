// What makes reading cheap while nobody writes.
#pragma once

#include "store/sqlite/connection.h"

namespace muster::store::sqlite {

// The newest view of the file, held by a connection of its own. A reader of the log locks its view
// and lets go of it again, two system calls that cost as much as a read by key. The system is asked
// only by the first of a process that locks a view, so while this one is held, the others count in
// memory.
//
// The log cannot start anew while a view of it is held: who writes lets go of it before and takes
// hold of the newest after. One thread at a time.
class SharedView {
 public:
  [[nodiscard]] static base::Result<SharedView> open(Connection connection);

  // Without it reads are only dearer, so that failures do not matter.
  void hold();
  void release();

 private:
  SharedView(Connection connection, Statement look)
      : connection_(std::move(connection)), look_(std::move(look)) {}

  Connection connection_;
  Statement look_;  // a statement that was begun and not ended holds its view
};

}  // namespace muster::store::sqlite
