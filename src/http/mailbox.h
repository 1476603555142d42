// Answers from other threads on their way to a loop.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "http/message.h"

namespace muster::http {

class Connection;

// One for each loop. Outlives the loop as long as Responders refer to it; then it swallows what
// comes.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  explicit Mailbox(boost::asio::io_context& loop) : loop_(&loop) {}

  // Any thread. No response stands for an abandoned request. The loop is woken only if the box
  // was empty, so that a batch of answers costs one wake-up.
  void push(std::weak_ptr<Connection> to, std::optional<Response> response);

  // Any thread: runs `task` on the loop, later. False when the loop is gone.
  bool post(std::function<void()> task);

  // Loop thread: makes on_loop_thread() true there.
  void bind_to_this_thread();
  [[nodiscard]] bool on_loop_thread() const;

  // Later pushes are dropped. After this the loop may go.
  void close();

 private:
  struct Letter {
    std::weak_ptr<Connection> to;
    std::optional<Response> response;
  };

  void deliver();

  std::mutex mutex_;
  boost::asio::io_context* loop_;  // nullptr once closed
  std::vector<Letter> letters_;
  std::vector<Letter> being_delivered_;  // loop thread only; keeps its memory
};

// The sink behind the Responders of one connection.
class ConnectionSink final : public ResponseSink {
 public:
  ConnectionSink(std::shared_ptr<Mailbox> mailbox, std::weak_ptr<Connection> connection)
      : mailbox_(std::move(mailbox)), connection_(std::move(connection)) {}
  void answer(Response&& response) override;
  void abandon() override;
  bool post(std::function<void()> task) override { return mailbox_->post(std::move(task)); }

 private:
  void settle(std::optional<Response> response);

  std::shared_ptr<Mailbox> mailbox_;
  std::weak_ptr<Connection> connection_;
};

}  // namespace muster::http
