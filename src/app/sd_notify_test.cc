#include "app/sd_notify.h"

#include <array>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/test_folder.h"

namespace muster::app {
namespace {

// A supervisor's socket at a path, or in the abstract namespace when it begins with '@'.
class Supervisor {
 public:
  explicit Supervisor(const std::string& name)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    bound_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Supervisor() {
    ::close(socket_);
    ::unsetenv("NOTIFY_SOCKET");
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  [[nodiscard]] bool bound() const { return bound_; }
  // A datagram over a local socket is there as soon as it is sent.
  std::string received() const {
    std::array<char, 256> octets{};
    const ssize_t count = ::recv(socket_, octets.data(), octets.size(), 0);
    return count < 0 ? "(none)" : std::string(octets.data(), static_cast<std::size_t>(count));
  }

 private:
  int socket_;
  bool bound_ = false;
};

TEST(SdNotify, SendsOneDatagramToASocketAtAPath) {
  const TestFolder folder;
  const Supervisor supervisor(folder.file("notify"));
  ASSERT_TRUE(supervisor.bound());
  sd_notify("READY=1");
  EXPECT_EQ(supervisor.received(), "READY=1");
  EXPECT_EQ(supervisor.received(), "(none)");
}

TEST(SdNotify, KnowsTheAbstractNamespace) {
  const Supervisor supervisor("@muster-test-" + std::to_string(::getpid()));
  ASSERT_TRUE(supervisor.bound());
  sd_notify("STOPPING=1");
  EXPECT_EQ(supervisor.received(), "STOPPING=1");
}

TEST(SdNotify, WithoutASupervisorOrWithABadNameNothingHappens) {
  ::unsetenv("NOTIFY_SOCKET");
  sd_notify("READY=1");
  for (const std::string& name : {std::string(), std::string("@"), std::string(300, 'x'),
                                  std::string("/nowhere/to/be/found")}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    sd_notify("READY=1");
  }
  ::unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace muster::app
