#include "app/copy_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "app/copy_output.h"
#include "app/copy_side.h"
#include "app/data_keys.h"
#include "app/progress_bar.h"
#include "edm/copy_model.h"
#include "edm/system_model.h"
#include "store/transfer.h"

namespace muster::app {
namespace {

using base::ErrorCode;
namespace row = edm::store_copy;
using Tenants = std::vector<std::string>;

base::Error refuse(const std::string& message, const std::string& target) {
  return base::fail(ErrorCode::kConfiguration, message, target);
}

base::Result<bool> is_marked(store::Store& store) {
  const auto mark =
      MUSTER_TRY(store::get(store, edm::kStoreCopies, edm::kSystemTenant, row::kOnlyId));
  return mark.has_value();
}

base::Status mark(store::Store& store, base::Timestamp now) {
  edm::Record record(edm::kStoreCopyType);
  record.put(row::kId, std::string(row::kOnlyId));
  record.put(row::kStarted, now);
  return store::write_and_wait(store, edm::kSystemTenant, [&](store::Transaction& transaction) {
    base::Status status = transaction.insert(edm::kStoreCopies, edm::kSystemTenant, record);
    const bool marked = !status && status.error().code == ErrorCode::kConflict;
    return marked ? base::done() : status;
  });
}

base::Status unmark(store::Store& store) {
  return store::write_and_wait(store, edm::kSystemTenant, [&](store::Transaction& transaction) {
    base::Status status = transaction.remove(edm::kStoreCopies, edm::kSystemTenant, row::kOnlyId);
    const bool unmarked = !status && status.error().code == ErrorCode::kNotFound;
    return unmarked ? base::done() : status;
  });
}

// What is on a side before the copy.
struct Stock {
  Tenants tenants;
  bool empty = true;
  bool marked = false;  // a copy that is not finished
};

base::Status take_stock(store::Reader& reader, Stock& stock, const CopySide& side,
                        const std::string& key) {
  stock.tenants = MUSTER_TRY(store::tenants_of(reader));
  // Where anything is, the system's tenant lists whose it is.
  stock.empty = MUSTER_TRY(store::count_records(reader, {stock.tenants.front()})) == 0;
  const auto opened = store::opens_sealed(reader, stock.tenants);
  if (opened) return base::done();
  if (opened.error().code != ErrorCode::kInternal) return opened.error();
  return refuse("The key '" + key + "' does not open the secrets of " + side.name() +
                    ": it is another installation's.",
                key);
}

base::Result<Stock> stock_of(store::Store& store, const CopySide& side, const std::string& key) {
  Stock stock;
  stock.marked = MUSTER_TRY(is_marked(store));
  const base::Status taken =
      store.read([&](store::Reader& reader) { return take_stock(reader, stock, side, key); });
  if (!taken) return taken.error();
  return stock;
}

Tenants without(const Tenants& all, const Tenants& known) {
  Tenants rest;
  std::ranges::set_difference(all, known, std::back_inserter(rest));
  return rest;
}

class Copy {
 public:
  Copy(const CopyOptions& options, CopySide from, CopySide to)
      : options_(options),
        from_(std::move(from)),
        to_(std::move(to)),
        watched_(errors_on_terminal()),
        bar_(std::cerr, watched_, options.verify ? "Comparing" : "Copying") {
    transfer_.progress = [this] { bar_.show(++done_, all_); };
    // Databases come back after a failover; a disk without room does not get any by itself.
    transfer_.patience = to_.is_file() ? std::chrono::seconds(3) : std::chrono::seconds(30);
  }

  base::Status run(const Settings& settings, const base::Clock& clock) {
    const base::Timestamp now = clock.now();
    KeyEncryption encryption = MUSTER_TRY(encryption_of(settings));
    // Both sides have the source's data keys, which are among what is copied.
    const auto vault = base::Vault::empty();
    source_ = MUSTER_TRY(from_.open(vault));
    MUSTER_TRY(open_keys(vault, std::move(encryption), clock));
    MUSTER_TRY(judge_source());
    destination_ = MUSTER_TRY(options_.verify ? to_.open(vault) : to_.make(vault));
    MUSTER_TRY(judge_destination());
    if (!options_.verify) MUSTER_TRY(mark(*destination_, now));
    base::Status status = pass();
    bar_.clear();
    if (!status) return stopped(std::move(status).error());
    if (options_.finish && !outcome_.compared.first) {
      MUSTER_TRY(unmark(*destination_));
      outcome_.finished = true;
    }
    std::cout << shown(outcome_, options_, from_.name(), to_.name()) << std::flush;
    return verdict();
  }

 private:
  // By the settings, else by the key file.
  base::Result<KeyEncryption> encryption_of(const Settings& settings) {
    Settings of_keys = settings;
    auto& named = of_keys.key_encryption_keys;
    if (named.empty()) {
      key_ = MUSTER_TRY(key_file_of(settings, from_, to_));
      named.push_back("file:" + key_);
    } else {
      key_ = "key_encryption_keys";
    }
    return KeyEncryption::open(of_keys);
  }

  base::Status open_keys(const std::shared_ptr<base::Vault>& vault, KeyEncryption encryption,
                         const base::Clock& clock) {
    const auto any = [&](const edm::EntitySet& set) -> base::Result<bool> {
      const store::Page page = MUSTER_TRY(
          store::list(*source_, {.set = &set, .tenant = edm::kSystemTenant, .limit = 1}));
      return !page.records.empty();
    };
    if (!MUSTER_TRY(any(edm::kDataKeys))) {
      if (!MUSTER_TRY(any(edm::kTenants))) return base::done();  // judge_source() says it
      return refuse("The source, " + from_.name() +
                        ", has no keys yet: start this program on it once before.",
                    "--from");
    }
    auto keys = DataKeys::open(*source_, vault, std::move(encryption), clock, key_);
    if (keys) {
      keys_ = std::move(keys).value();
      return base::done();
    }
    if (keys.error().code != ErrorCode::kConfiguration) return keys.error();
    return refuse("The key '" + key_ + "' does not open the secrets of " + from_.name() + ": " +
                      keys.error().message,
                  key_);
  }

  base::Status judge_source() {
    const Stock stock = MUSTER_TRY(stock_of(*source_, from_, key_));
    if (stock.marked) {
      return refuse("The source, " + from_.name() + ", is itself a copy that is not finished.",
                    "--from");
    }
    if (stock.tenants.size() == 1) {
      return refuse("The source, " + from_.name() + ", has no tenants: there is nothing to copy.",
                    "--from");
    }
    tenants_ = stock.tenants;
    return base::done();
  }

  base::Status judge_destination() {
    const Stock stock = MUSTER_TRY(stock_of(*destination_, to_, key_));
    others_ = without(stock.tenants, tenants_);
    if (options_.verify || options_.replace) return base::done();
    if (!others_.empty()) {
      return refuse("The destination, " + to_.name() + ", has tenant " + others_.front() +
                        ", which the source has not; --replace removes such tenants.",
                    "--to");
    }
    if (!stock.empty && !stock.marked) {
      return refuse("The destination, " + to_.name() +
                        ", is in use: it holds records and no copy to it is unfinished. --verify "
                        "compares, --replace makes it what the source is.",
                    "--to");
    }
    return base::done();
  }

  // One view of the source. Reads the tenants anew, for more may have come.
  base::Status in_view(const std::function<base::Status(store::Reader&, const Tenants&)>& work) {
    const std::uint64_t before = done_;
    return source_->read([&](store::Reader& reader) -> base::Status {
      done_ = before;  // an engine may begin anew
      Tenants tenants = MUSTER_TRY(store::tenants_of(reader));
      const Tenants gone = without(others_, tenants);
      tenants.insert(tenants.end(), gone.begin(), gone.end());
      if (watched_) {
        all_ = MUSTER_TRY(store::count_records(reader, tenants)) * (options_.verify ? 1 : 2);
      }
      return work(reader, tenants);
    });
  }

  base::Status transfer(store::Reader& reader, const Tenants& tenants) {
    outcome_.changes = MUSTER_TRY(store::transfer(reader, *destination_, tenants, transfer_));
    return base::done();
  }

  base::Status compare(store::Reader& reader, const Tenants& tenants) {
    outcome_.compared = MUSTER_TRY(store::compare(reader, *destination_, tenants, transfer_));
    return base::done();
  }

  // Without --finish both are compared in one view: what is written meanwhile is the next pass's.
  // With it the comparison has a view of its own, which would show that somebody still writes.
  base::Status pass() {
    const bool one_view = !options_.finish;
    base::Status status =
        in_view([&](store::Reader& reader, const Tenants& tenants) -> base::Status {
          if (!options_.verify) MUSTER_TRY(transfer(reader, tenants));
          return one_view ? compare(reader, tenants) : base::done();
        });
    if (!status || one_view) return status;
    return in_view(
        [&](store::Reader& reader, const Tenants& tenants) { return compare(reader, tenants); });
  }

  [[nodiscard]] base::Error stopped(base::Error error) const {
    error.code = ErrorCode::kConfiguration;
    if (!options_.verify) {
      error.message += " The copy is not finished; the same command goes on with it.";
    }
    return error;
  }

  [[nodiscard]] base::Status verdict() const {
    const auto& first = outcome_.compared.first;
    if (!first) return base::done();
    return refuse("The stores differ: " + shown(*first) + "." +
                      (options_.finish ? " Does a service still write to one of them? Stop it and "
                                         "run the command again."
                                       : ""),
                  std::string(first->set->name));
  }

  const CopyOptions& options_;
  const CopySide from_;
  const CopySide to_;
  std::string key_;
  std::unique_ptr<store::Store> source_;
  std::unique_ptr<DataKeys> keys_;  // of the source
  std::unique_ptr<store::Store> destination_;
  Tenants tenants_;     // of the source, as it was found
  Tenants others_;      // of the destination alone
  const bool watched_;  // somebody sees how far it is
  ProgressBar bar_;
  std::uint64_t done_ = 0;
  std::uint64_t all_ = 0;
  store::TransferOptions transfer_;
  CopyOutcome outcome_;
};

// A service that was stopped has taken the file away.
base::Status must_be_stopped(const CopySide& side) {
  const std::string run_file = side.folder() + "/run.json";
  std::error_code fault;
  if (side.folder().empty() || !std::filesystem::exists(run_file, fault)) return base::done();
  return refuse("The service of '" + side.folder() +
                    "' runs, or was killed: stop it before the last pass. If none runs, remove '" +
                    run_file + "'.",
                run_file);
}

}  // namespace

base::Status run_copy(const Settings& settings, const CopyOptions& options,
                      const base::Clock& clock) {
  CopySide from = MUSTER_TRY(CopySide::parse("--from", options.from, settings.store_pooled));
  CopySide to = MUSTER_TRY(CopySide::parse("--to", options.to, settings.store_pooled));
  if (from.same_as(to)) return refuse("--from and --to are the same store.", "--to");
  if (options.finish) MUSTER_TRY(must_be_stopped(from));
  return Copy(options, std::move(from), std::move(to)).run(settings, clock);
}

}  // namespace muster::app
