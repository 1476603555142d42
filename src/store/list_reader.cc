#include "store/list_reader.h"

#include <algorithm>
#include <compare>
#include <limits>
#include <utility>

#include "odata/evaluate.h"
#include "store/row_codec.h"

namespace muster::store {
namespace {

std::int64_t as_sql(std::size_t number) {
  constexpr auto kMax = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(number, kMax));
}

std::size_t sum(std::size_t a, std::size_t b) {
  return a > SIZE_MAX - b ? SIZE_MAX : a + b;
}

// Keeps the first so many of the positions that it is shown.
class Best {
 public:
  Best(const odata::Order& order, std::size_t room) : order_(order), room_(room) {}

  void offer(odata::Position position) {
    const auto before = [this](const odata::Position& a, const odata::Position& b) {
      return std::is_lt(odata::compare(order_, a, b));
    };
    if (heap_.size() == room_) {
      if (room_ == 0 || !before(position, heap_.front())) return;
      std::pop_heap(heap_.begin(), heap_.end(), before);
      heap_.pop_back();
    }
    heap_.push_back(std::move(position));
    std::push_heap(heap_.begin(), heap_.end(), before);
  }

  [[nodiscard]] std::vector<odata::Position> take() {
    std::sort(heap_.begin(), heap_.end(), [this](const auto& a, const auto& b) {
      return std::is_lt(odata::compare(order_, a, b));
    });
    return std::move(heap_);
  }

 private:
  const odata::Order& order_;
  std::size_t room_;
  std::vector<odata::Position> heap_;
};

void erase_beyond(edm::Record& record, edm::PropertyMask wanted) {
  for (std::size_t i = 1; i < record.type().properties.size(); ++i) {
    if ((wanted >> i & 1) == 0) record.erase(i);
  }
}

base::Error bad_key() {
  return base::fail(base::ErrorCode::kInternal, "A tenant or key has no form in a store.");
}

// One list, from its query to its page.
class ListRun {
 public:
  ListRun(const Dialect& dialect, const base::Vault& vault, ListSource& source, const Query& query,
          const Cell& tenant)
      : dialect_(dialect), vault_(vault), source_(source), query_(query), tenant_(tenant) {}

  base::Result<Page> read();

 private:
  using Window = ListSource::Window;
  template <typename Take>
  base::Status each_taken(const ListStatement& list, Window window, Take take);
  base::Status read_walk(const Walk& walk);
  base::Status read_stretch(const ListStatement& list, bool only, std::size_t& skip);
  base::Status read_ranked();
  base::Result<std::size_t> count(const ListStatement& list);

  const Dialect& dialect_;
  const base::Vault& vault_;
  ListSource& source_;
  const Query& query_;
  const Cell& tenant_;
  Page page_;
};

// Shows `take` the records that the filter takes, with what `list` reads of them, until it gives
// false.
template <typename Take>
base::Status ListRun::each_taken(const ListStatement& list, Window window, Take take) {
  std::optional<odata::Evaluator> judge;
  if (!list.exact) judge.emplace(*query_.filter);
  return source_.rows(
      list, tenant_, window, [&](std::span<const Cell> cells) -> base::Result<bool> {
        edm::Record record = MUSTER_TRY(
            decode_row(*query_.set, query_.tenant, list.properties, list.columns, cells, vault_));
        if (judge && !judge->matches(record)) return true;
        return take(std::move(record));
      });
}

base::Status ListRun::read_stretch(const ListStatement& list, bool only, std::size_t& skip) {
  Window window;
  if (list.limited) {
    const std::size_t offset = only ? std::exchange(skip, 0) : 0;
    // One row more than asked for tells whether there are more.
    const std::size_t rows = sum(query_.limit - page_.records.size(), sum(skip, 1));
    window = {.limit = as_sql(rows), .offset = as_sql(offset)};
  }
  return each_taken(list, window, [&](edm::Record record) {
    if (skip > 0) {
      --skip;
      return true;
    }
    if (page_.records.size() == query_.limit) {
      page_.more = true;
      return false;
    }
    if (!list.exact) erase_beyond(record, query_.properties);
    page_.records.push_back(std::move(record));
    return true;
  });
}

base::Status ListRun::read_walk(const Walk& walk) {
  constexpr std::size_t kRoom = 1'000;
  page_.records.reserve(std::min(query_.limit, kRoom));
  std::size_t skip = query_.skip;
  const auto stretches =
      stretches_after(dialect_, *query_.set, walk, query_.after, kFirstParameter);
  for (const Stretch& stretch : stretches) {
    const ListStatement list = walk_statement(dialect_, query_, walk, stretch);
    page_.scanned = query_.filter != nullptr && !list.indexed;
    MUSTER_TRY(read_stretch(list, stretches.size() == 1, skip));
    if (page_.more) break;
  }
  return base::done();
}

base::Status ListRun::read_ranked() {
  const ListStatement list = rank_statement(dialect_, query_);
  page_.scanned = !list.indexed;
  Best best(*query_.order, sum(query_.skip, sum(query_.limit, 1)));
  odata::Ranker ranker(*query_.order);
  std::size_t count = 0;
  MUSTER_TRY(each_taken(list, {}, [&](const edm::Record& record) {
    ++count;
    odata::Position position = ranker.position(record);
    const bool before =
        query_.after && std::is_lteq(odata::compare(*query_.order, position, *query_.after));
    if (!before) best.offer(std::move(position));
    return true;
  }));
  if (query_.count) page_.count = count;
  const std::vector<odata::Position> positions = best.take();
  for (std::size_t i = query_.skip; i < positions.size(); ++i) {
    if (page_.records.size() == query_.limit) {
      page_.more = true;
      break;
    }
    auto record =
        MUSTER_TRY(source_.record(*query_.set, query_.tenant, positions[i].key, query_.properties));
    if (record) page_.records.push_back(*std::move(record));
  }
  return base::done();
}

base::Result<std::size_t> ListRun::count(const ListStatement& list) {
  std::size_t count = 0;
  if (!list.exact) {
    MUSTER_TRY(each_taken(list, {}, [&count](const edm::Record&) {
      ++count;
      return true;
    }));
    return count;
  }
  MUSTER_TRY(source_.rows(list, tenant_, {}, [&](std::span<const Cell> cells) {
    count = static_cast<std::size_t>(cells[0].integer);
    return base::Result<bool>(false);
  }));
  return count;
}

base::Result<Page> ListRun::read() {
  if (query_.limit == 0 && query_.count && !query_.after) {
    const ListStatement statement = count_statement(dialect_, query_);
    page_.count = MUSTER_TRY(count(statement));
    page_.more = *page_.count > query_.skip;
    page_.scanned = query_.filter != nullptr && !statement.indexed;
    return std::move(page_);
  }
  if (const auto walk = walk_of(*query_.set, query_.order)) {
    MUSTER_TRY(read_walk(*walk));
  } else {
    MUSTER_TRY(read_ranked());
  }
  if (query_.count && !page_.count) {
    page_.count = MUSTER_TRY(count(count_statement(dialect_, query_)));
  }
  return std::move(page_);
}

}  // namespace

base::Result<Page> read_list(const Dialect& dialect, const base::Vault& vault, ListSource& source,
                             const Query& query) {
  const KeyCell tenant(query.tenant);
  if (!tenant.ok()) return bad_key();
  if (query.after && !KeyCell(*query.set, query.after->key).ok()) return bad_key();
  return ListRun(dialect, vault, source, query, tenant.cell()).read();
}

}  // namespace muster::store
