// One side of `muster copy`: where records are, and under which key their secrets.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "app/settings.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/vault.h"
#include "store/store.h"

namespace muster::app {

class CopySide {
 public:
  // `text` is sqlite:DIR, sqlite:FILE or a URL that begins with postgres://. kConfiguration naming
  // `option`; no message holds a URL, for there may be a password in it. `pooled`: as the setting
  // store_pooled.
  [[nodiscard]] static base::Result<CopySide> parse(const std::string& option,
                                                    const std::string& text, bool pooled = false);

  // For messages: the file, or the database of the option.
  [[nodiscard]] std::string name() const;
  // The folder of the file; empty for a database.
  [[nodiscard]] std::string folder() const;
  [[nodiscard]] bool is_file() const { return !file_.empty(); }
  [[nodiscard]] bool same_as(const CopySide& other) const;

  // As it is: kConfiguration when it is not there or has another schema than this program's.
  [[nodiscard]] base::Result<std::unique_ptr<store::Store>> open(
      std::shared_ptr<const base::Vault> vault) const;
  // The same for what is to be filled: made if absent, brought up to date.
  [[nodiscard]] base::Result<std::unique_ptr<store::Store>> make(
      std::shared_ptr<const base::Vault> vault) const;

 private:
  [[nodiscard]] base::Result<std::unique_ptr<store::Store>> open_store(
      std::shared_ptr<const base::Vault> vault, bool as_it_is) const;

  std::string option_;
  std::string file_;  // empty for a database
  base::Secret url_;
  bool pooled_ = false;
};

// The key file of the installation: beside the source's file, else beside the destination's, else
// in the data directory. kConfiguration when there is none, or when both sides have one and they
// differ.
[[nodiscard]] base::Result<std::string> key_file_of(const Settings& settings, const CopySide& from,
                                                    const CopySide& to);

}  // namespace muster::app
