#include "store/sqlite/shared_view.h"

namespace muster::store::sqlite {

base::Result<SharedView> SharedView::open(Connection connection) {
  Statement look = MUSTER_TRY(connection.prepare("SELECT 1 FROM sqlite_schema"));
  return SharedView(std::move(connection), std::move(look));
}

void SharedView::hold() {
  look_.reset();
  static_cast<void>(look_.step());
}

void SharedView::release() {
  look_.reset();
}

}  // namespace muster::store::sqlite
