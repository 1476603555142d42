// Session: lists. An order that an index has is read along the index; any other is found by ranking
// what the filter takes, in memory that grows with skip and limit only.
#include <algorithm>
#include <compare>
#include <limits>
#include <utility>

#include "odata/evaluate.h"
#include "store/sqlite/execution.h"
#include "store/sqlite/session.h"

namespace muster::store::sqlite {
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

}  // namespace

base::Result<Session::Prepared*> Session::prepared(const ListStatement& list) {
  const auto found = queries_.find(list.sql);
  if (found != queries_.end()) return &found->second;
  if (queries_.size() >= kMaxQueries) queries_.clear();
  auto statement = connection_.prepare(list.sql);
  if (!statement) return note(std::move(statement).error());
  return &queries_.emplace(list.sql, Prepared{std::move(statement).value(), list.columns})
              .first->second;
}

base::Result<Session::Prepared*> Session::bound(const ListStatement& list, const KeyCell& tenant) {
  Prepared* const select = MUSTER_TRY(prepared(list));
  select->statement.bind(1, tenant.cell());
  int number = kFirstParameter;
  for (const Parameter& parameter : list.parameters) {
    select->statement.bind(number++, parameter.cell());
  }
  return select;
}

// Shows the records of a statement that is bound and that the filter takes, with what `list` reads
// of them, until `show` gives false.
template <typename Show>
base::Status Session::each_taken(const Query& query, const ListStatement& list, Prepared& select,
                                 Show show) {
  std::optional<odata::Evaluator> judge;
  if (!list.exact) judge.emplace(*query.filter);
  while (true) {
    auto step = select.statement.step();
    if (!step) return note(std::move(step).error());
    if (*step == Step::kDone) return base::done();
    edm::Record record = MUSTER_TRY(row(select, *query.set, query.tenant, list.properties));
    if (judge && !judge->matches(record)) continue;
    if (!show(std::move(record))) return base::done();
  }
}

// The same from a statement's beginning to its end.
template <typename Show>
base::Status Session::each_taken(const Query& query, const ListStatement& list, Show show) {
  const KeyCell tenant(query.tenant);
  if (!tenant.ok()) return bad_key();
  Prepared& select = *MUSTER_TRY(bound(list, tenant));
  const Execution execution(select.statement);
  return each_taken(query, list, select, [&show](const edm::Record& record) {
    show(record);
    return true;
  });
}

base::Status Session::read_stretch(const Query& query, const ListStatement& list, bool only,
                                   std::size_t& skip, Page& page) {
  const KeyCell tenant(query.tenant);
  if (!tenant.ok()) return bad_key();
  Prepared& select = *MUSTER_TRY(bound(list, tenant));
  const Execution execution(select.statement);
  if (list.limited) {
    const std::size_t offset = only ? std::exchange(skip, 0) : 0;
    // One row more than asked for tells whether there are more.
    const std::size_t rows = sum(query.limit - page.records.size(), sum(skip, 1));
    select.statement.bind(2, as_sql(rows));
    select.statement.bind(3, as_sql(offset));
  }
  return each_taken(query, list, select, [&](edm::Record record) {
    if (skip > 0) {
      --skip;
      return true;
    }
    if (page.records.size() == query.limit) {
      page.more = true;
      return false;
    }
    if (!list.exact) erase_beyond(record, query.properties);
    page.records.push_back(std::move(record));
    return true;
  });
}

base::Status Session::read_walk(const Query& query, const Walk& walk, Page& page) {
  constexpr std::size_t kRoom = 1'000;
  page.records.reserve(std::min(query.limit, kRoom));
  std::size_t skip = query.skip;
  const auto stretches = stretches_after(dialect(), *query.set, walk, query.after, kFirstParameter);
  for (const Stretch& stretch : stretches) {
    const ListStatement list = walk_statement(query, walk, stretch);
    page.scanned = query.filter != nullptr && !list.indexed;
    MUSTER_TRY(read_stretch(query, list, stretches.size() == 1, skip, page));
    if (page.more) break;
  }
  return base::done();
}

base::Status Session::read_ranked(const Query& query, Page& page) {
  const ListStatement list = rank_statement(query);
  page.scanned = !list.indexed;
  Best best(*query.order, sum(query.skip, sum(query.limit, 1)));
  odata::Ranker ranker(*query.order);
  std::size_t count = 0;
  MUSTER_TRY(each_taken(query, list, [&](const edm::Record& record) {
    ++count;
    odata::Position position = ranker.position(record);
    if (query.after && std::is_lteq(odata::compare(*query.order, position, *query.after))) return;
    best.offer(std::move(position));
  }));
  if (query.count) page.count = count;
  const std::vector<odata::Position> positions = best.take();
  for (std::size_t i = query.skip; i < positions.size(); ++i) {
    if (page.records.size() == query.limit) {
      page.more = true;
      break;
    }
    auto record = MUSTER_TRY(get(*query.set, query.tenant, positions[i].key, query.properties));
    if (record) page.records.push_back(*std::move(record));
  }
  return base::done();
}

base::Result<std::size_t> Session::count(const Query& query, const ListStatement& list) {
  const KeyCell tenant(query.tenant);
  if (!list.exact) {
    std::size_t count = 0;
    MUSTER_TRY(each_taken(query, list, [&count](const edm::Record&) { ++count; }));
    return count;
  }
  if (!tenant.ok()) return bad_key();
  Prepared& select = *MUSTER_TRY(bound(list, tenant));
  const Execution execution(select.statement);
  auto step = select.statement.step();
  if (!step) return note(std::move(step).error());
  return static_cast<std::size_t>(select.statement.column(0).integer);
}

base::Result<Page> Session::list(const Query& query) {
  MUSTER_TRY(hold_view());
  if (query.after && !KeyCell(*query.set, query.after->key).ok()) return bad_key();
  Page page;
  if (query.limit == 0 && query.count && !query.after) {
    const ListStatement statement = count_statement(query);
    page.count = MUSTER_TRY(count(query, statement));
    page.more = *page.count > query.skip;
    page.scanned = query.filter != nullptr && !statement.indexed;
    return page;
  }
  if (const auto walk = walk_of(*query.set, query.order)) {
    MUSTER_TRY(read_walk(query, *walk, page));
  } else {
    MUSTER_TRY(read_ranked(query, page));
  }
  if (query.count && !page.count) page.count = MUSTER_TRY(count(query, count_statement(query)));
  return page;
}

}  // namespace muster::store::sqlite
