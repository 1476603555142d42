#include "http/message.h"

#include "base/encoding.h"

namespace muster::http {

void Headers::add(std::string_view name, std::string_view value) {
  const auto name_at = static_cast<std::uint32_t>(text_.size());
  text_.append(name);
  const auto value_at = static_cast<std::uint32_t>(text_.size());
  text_.append(value);
  slots_.push_back({name_at, static_cast<std::uint32_t>(name.size()), value_at,
                    static_cast<std::uint32_t>(value.size())});
}

Field Headers::operator[](std::size_t index) const {
  const Slot& slot = slots_[index];
  const std::string_view text = text_;
  return {text.substr(slot.name_at, slot.name_size), text.substr(slot.value_at, slot.value_size)};
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (slots_[index].name_size != name.size()) continue;
    const Field field = (*this)[index];
    if (base::equal_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::string_view Headers::get(std::string_view name) const {
  return find(name).value_or(std::string_view());
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    if (base::equal_ignoring_case((*this)[index].name, name)) ++found;
  }
  return found;
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

namespace {

class FunctionSink final : public ResponseSink {
 public:
  explicit FunctionSink(std::function<void(Response&&)> receiver)
      : receiver_(std::move(receiver)) {}
  void answer(Response&& response) override { receiver_(std::move(response)); }
  void abandon() override {
    Response response;
    response.status = 500;
    receiver_(std::move(response));
  }
  bool post(std::function<void()> task) override {
    task();
    return true;
  }

 private:
  std::function<void(Response&&)> receiver_;
};

}  // namespace

Responder Responder::to(std::function<void(Response&&)> receiver) {
  return Responder(std::make_shared<FunctionSink>(std::move(receiver)));
}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    if (const auto old = std::exchange(sink_, std::move(other.sink_))) old->abandon();
  }
  return *this;
}

Responder::~Responder() {
  if (sink_) sink_->abandon();
}

Responder::Poster Responder::poster() const {
  return [sink = sink_](std::function<void()> task) { return sink->post(std::move(task)); };
}

void Responder::operator()(Response response) {
  if (const auto sink = std::exchange(sink_, nullptr)) sink->answer(std::move(response));
}

}  // namespace muster::http
