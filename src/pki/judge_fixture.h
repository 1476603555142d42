// The command line of OpenSSL as a judge of what was made; for tests.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/random.h"
#include "pki/authority.h"

namespace muster::pki {

// A folder that goes with its object, in which commands run.
class Judge {
 public:
  Judge() { std::filesystem::create_directories(folder_); }
  ~Judge() { std::filesystem::remove_all(folder_); }
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  void write(const std::string& name, std::string_view octets) const {
    std::ofstream(folder_ / name, std::ios::binary) << octets;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // What the command prints, on both ways; its status by good().
  std::string run(const std::string& command) {
    FILE* pipe = popen(("(cd '" + folder_.string() + "' && " + command + ") 2>&1").c_str(), "r");
    std::string out;
    std::array<char, 4096> buffer{};
    while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
      out.append(buffer.data(), size);
    }
    good_ = pclose(pipe) == 0;
    return out;
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("muster-pki-" + base::random_uuid());
  bool good_ = false;
};

inline constexpr const char* kTenant = "11111111-2222-4333-8444-555555555555";
inline constexpr const char* kDevice = "0192f3c4-0000-7000-8000-00000000abcd";

[[nodiscard]] inline AuthorityPlan plan_of_test() {
  AuthorityPlan plan;
  plan.tenant = kTenant;
  plan.display_name = "Contoso";
  plan.pki_url = "https://muster.test/pki/contoso";
  return plan;
}

// 2026-12-01T12:00:00Z.
[[nodiscard]] inline base::Timestamp now_of_test() {
  return base::Timestamp::from_unix_seconds(1'796'126'400);
}

[[nodiscard]] inline DeviceTemplate device_of_test() {
  return {kDevice, kTenant, now_of_test().plus(-std::chrono::hours(24)),
          now_of_test().plus(std::chrono::hours(24 * 365))};
}

}  // namespace muster::pki
