// Sends a request at a fixed rate whatever becomes of those before it, as many clients would who do
// not know of each other.
//
//   open_loop PORT RATE SECONDS CONNECTIONS REQUEST
//
// REQUEST is a file with the octets of one HTTP/1.1 request, sent over plain TCP to 127.0.0.1. Each
// is timed from the moment at which it was due. Prints JSON: how many were sent; answers by status
// with the percentiles of their times in milliseconds; `failed` connections; `unanswered` ten
// seconds after the end; `held_back` for want of a connection, which says that CONNECTIONS is too
// small.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "open_loop: %s\n", why.c_str());
  std::exit(1);
}

struct Connection {
  int socket = -1;
  bool busy = false;
  bool sent = false;
  Clock::time_point due;
  std::string answer;
};

struct Counts {
  std::size_t sent = 0;
  std::size_t failed = 0;
  std::size_t held_back = 0;
  std::map<int, std::vector<double>> milliseconds;  // by status
};

class OpenLoop {
 public:
  OpenLoop(std::uint16_t port, std::size_t connections, std::string request)
      : request_(std::move(request)), poll_(::epoll_create1(0)), connections_(connections) {
    address_.sin_family = AF_INET;
    address_.sin_port = htons(port);
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (std::size_t i = connections; i-- > 0;) idle_.push_back(i);
  }

  void run(double rate, double seconds) {
    const auto start = Clock::now();
    const auto total = static_cast<std::size_t>(rate * seconds);
    const auto last = start + std::chrono::duration<double>(seconds + 10);
    for (std::size_t next = 0; (next < total || busy_ > 0) && Clock::now() < last;) {
      const std::chrono::duration<double> passed = Clock::now() - start;
      for (; next < total && static_cast<double>(next) / rate <= passed.count(); ++next) {
        begin(start + std::chrono::duration_cast<Clock::duration>(
                          std::chrono::duration<double>(static_cast<double>(next) / rate)));
      }
      take_events();
    }
  }

  void print() {
    std::printf("{\"sent\":%zu,\"failed\":%zu,\"unanswered\":%zu,\"held_back\":%zu,\"answers\":{",
                counts_.sent, counts_.failed, busy_, counts_.held_back);
    const char* comma = "";
    for (auto& [status, times] : counts_.milliseconds) {
      std::sort(times.begin(), times.end());
      std::printf("%s\"%d\":{\"count\":%zu,\"p50\":%.1f,\"p99\":%.1f,\"most\":%.1f}", comma, status,
                  times.size(), times[times.size() / 2], times[times.size() * 99 / 100],
                  times.back());
      comma = ",";
    }
    std::printf("}}\n");
  }

 private:
  void begin(Clock::time_point due) {
    if (idle_.empty()) {
      ++counts_.held_back;
      return;
    }
    const std::size_t index = idle_.back();
    idle_.pop_back();
    Connection& connection = connections_[index];
    connection.busy = true;
    connection.sent = false;
    connection.due = due;
    ++busy_;
    ++counts_.sent;
    if (connection.socket < 0) {
      open(index);
    } else {
      send(index);
    }
  }

  void open(std::size_t index) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (socket < 0) die("no more sockets: see ulimit -n");
    const int yes = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connections_[index].socket = socket;
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = index}};
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, socket, &event);
    // Writable when it is there, or broken.
    static_cast<void>(
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_));
  }

  void send(std::size_t index) {
    Connection& connection = connections_[index];
    const auto size = ::send(connection.socket, request_.data(), request_.size(), MSG_NOSIGNAL);
    connection.sent = size == static_cast<ssize_t>(request_.size());
    if (!connection.sent) fail(index);
  }

  void take_events() {
    epoll_event events[256];
    const int count = ::epoll_wait(poll_, events, 256, 1);
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<std::size_t>(events[i].data.u64);
      Connection& connection = connections_[index];
      if (connection.busy && !connection.sent && (events[i].events & EPOLLOUT) != 0) send(index);
      if ((events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) receive(index);
    }
  }

  void receive(std::size_t index) {
    Connection& connection = connections_[index];
    char octets[16'384];
    while (connection.socket >= 0) {
      const auto size = ::recv(connection.socket, octets, sizeof octets, 0);
      if (size > 0) {
        connection.answer.append(octets, static_cast<std::size_t>(size));
        continue;
      }
      if (size < 0 && (errno == EAGAIN || errno == EINPROGRESS || errno == ENOTCONN)) break;
      finish(index);
      close(index);  // an idle one may be closed by the service
      if (connection.busy) fail(index);
      return;
    }
    finish(index);
  }

  // When the answer is whole.
  void finish(std::size_t index) {
    Connection& connection = connections_[index];
    const std::string_view answer = connection.answer;
    const auto head = answer.find("\r\n\r\n");
    if (!connection.busy || head == std::string_view::npos) return;
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const auto at = answer.substr(0, head).find(kLength);
    std::size_t length = 0;
    if (at != std::string_view::npos) {
      std::from_chars(answer.data() + at + kLength.size(), answer.data() + head, length);
    }
    if (answer.size() < head + 4 + length) return;
    int status = 0;
    std::from_chars(answer.data() + 9, answer.data() + 12, status);
    const std::chrono::duration<double, std::milli> time = Clock::now() - connection.due;
    counts_.milliseconds[status].push_back(time.count());
    const bool last =
        answer.substr(0, head).find("\r\nConnection: close") != std::string_view::npos;
    connection.answer.clear();
    if (last) close(index);
    release(index);
  }

  void fail(std::size_t index) {
    ++counts_.failed;
    close(index);
    release(index);
  }

  void close(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.socket >= 0) ::close(connection.socket);
    connection.socket = -1;
    connection.answer.clear();
  }

  void release(std::size_t index) {
    connections_[index].busy = false;
    --busy_;
    idle_.push_back(index);
  }

  const std::string request_;
  const int poll_;
  sockaddr_in address_{};
  std::vector<Connection> connections_;
  std::vector<std::size_t> idle_;
  std::size_t busy_ = 0;
  Counts counts_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) die("usage: open_loop PORT RATE SECONDS CONNECTIONS REQUEST");
  std::ifstream file(argv[5], std::ios::binary);
  std::string request{std::istreambuf_iterator<char>(file), {}};
  if (request.empty()) die("the request is empty");
  OpenLoop loop(static_cast<std::uint16_t>(std::atoi(argv[1])), std::strtoull(argv[4], nullptr, 10),
                std::move(request));
  loop.run(std::atof(argv[2]), std::atof(argv[3]));
  loop.print();
  return 0;
}
