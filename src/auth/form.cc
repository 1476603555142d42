#include "auth/form.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/secret.h"

namespace muster::auth {
namespace {

constexpr std::size_t kLongestBody = 64UL * 1024UL;
constexpr std::size_t kMostParameters = 100;

}  // namespace

std::optional<Form> Form::parse(std::string_view body) {
  if (body.size() > kLongestBody) return std::nullopt;
  Form form;
  std::size_t count = 0;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('&'), body.size());
    const std::string_view pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    if (++count > kMostParameters) return std::nullopt;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = base::percent_decode(pair.substr(0, equals), true);
    auto value = base::percent_decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return std::nullopt;
    if (value->empty()) continue;
    const auto [place, is_new] = form.values_.try_emplace(*name, *std::move(value));
    if (!is_new) form.repeated_.insert(place->first);
  }
  return form;
}

std::string_view Form::get(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view{} : std::string_view(found->second);
}

Form::~Form() {
  // Secret wipes what it is given.
  for (auto& entry : values_) static_cast<void>(base::Secret(std::move(entry.second)));
}

}  // namespace muster::auth
