#include "http/mailbox.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "http/connection.h"

namespace muster::http {
namespace {

thread_local const Mailbox* mailbox_of_this_thread = nullptr;

void hand_over(Connection& connection, std::optional<Response>&& response) {
  if (response) {
    connection.answer(std::move(*response));
  } else {
    connection.abandon();
  }
}

}  // namespace

void Mailbox::bind_to_this_thread() {
  mailbox_of_this_thread = this;
}

bool Mailbox::on_loop_thread() const {
  return mailbox_of_this_thread == this;
}

void Mailbox::push(std::weak_ptr<Connection> to, std::optional<Response> response) {
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return;
  letters_.push_back({std::move(to), std::move(response)});
  if (letters_.size() > 1) return;
  boost::asio::post(*loop_, [self = shared_from_this()] { self->deliver(); });
}

bool Mailbox::post(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  if (loop_ == nullptr) return false;
  boost::asio::post(*loop_, std::move(task));
  return true;
}

void Mailbox::deliver() {
  {
    const std::lock_guard lock(mutex_);
    being_delivered_.swap(letters_);
  }
  for (Letter& letter : being_delivered_) {
    if (const auto connection = letter.to.lock()) {
      hand_over(*connection, std::move(letter.response));
    }
  }
  being_delivered_.clear();
}

void Mailbox::close() {
  const std::lock_guard lock(mutex_);
  loop_ = nullptr;
  letters_.clear();
}

void ConnectionSink::settle(std::optional<Response> response) {
  if (mailbox_->on_loop_thread()) {
    const auto connection = connection_.lock();
    if (connection == nullptr) return;
    // Inside the connection's own handler; elsewhere on the loop a direct answer could run
    // other handlers from within a handler.
    if (connection->in_handler()) return hand_over(*connection, std::move(response));
  }
  mailbox_->push(connection_, std::move(response));
}

void ConnectionSink::answer(Response&& response) {
  settle(std::move(response));
}

void ConnectionSink::abandon() {
  settle(std::nullopt);
}

}  // namespace muster::http
