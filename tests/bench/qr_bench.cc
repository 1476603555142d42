// QR codes and their PNG files for one provisioning payload, ours beside libqrencode with libpng
// and the Nayuki encoder with libpng: CPU time and size of each, measured in one run.
//
//   qr_bench [rounds]
//
// Every round measures all contenders one after the other, so that a slow moment of the machine
// meets all of them; medians over the rounds are printed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <png.h>
#include <qrcodegen/qrcodegen.hpp>
#include <qrencode.h>

#include "enrollment/png.h"
#include "enrollment/qr_code.h"

namespace {

using muster::enrollment::QrCode;

constexpr int kScale = 4;
constexpr int kQuiet = 4;

// 656 octets: component, download, checksum, Wi-Fi, locale and an extras bundle with a token.
std::string payload() {
  std::string text =
      R"({"android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME":)"
      R"("com.example.dpc/com.example.dpc.AdminReceiver",)"
      R"("android.app.extra.PROVISIONING_DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION":)"
      R"("https://mdm.example.com/dpc/agent-release.apk",)"
      R"("android.app.extra.PROVISIONING_DEVICE_ADMIN_SIGNATURE_CHECKSUM":)"
      R"("gJD2YwtOiWJHkSMkkIfLRlj-quNqG1fb6v100QmzM9w",)"
      R"("android.app.extra.PROVISIONING_WIFI_SSID":"Enrolment",)"
      R"("android.app.extra.PROVISIONING_WIFI_SECURITY_TYPE":"NONE",)"
      R"("android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE":{"server":"https://mdm.example.com",)"
      R"("enrollmentToken":")";
  constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  constexpr std::string_view kEnd = R"("}})";
  std::uint32_t state = 1;
  while (text.size() + kEnd.size() < 656) {
    state = state * 1664525U + 1013904223U;
    text += kAlphabet[state >> 27];
  }
  return text.append(kEnd);
}

// What the encoders have in common for drawing.
struct Modules {
  int size;
  std::function<bool(int, int)> dark;
};

void append_to_string(png_structp png, png_bytep data, std::size_t length) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<char*>(data), length);
}

// A one-bit PNG by libpng with its own choice of compression and filters.
std::string png_by_libpng(const Modules& modules) {
  std::string file;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, append_to_string, nullptr);
  const int side = (modules.size + 2 * kQuiet) * kScale;
  png_set_IHDR(png, info, static_cast<png_uint_32>(side), static_cast<png_uint_32>(side), 1,
               PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  std::vector<png_byte> row(static_cast<std::size_t>((side + 7) / 8));
  for (int y = -kQuiet; y < modules.size + kQuiet; ++y) {
    std::fill(row.begin(), row.end(), png_byte{0xFF});
    for (int x = 0; y >= 0 && y < modules.size && x < modules.size; ++x) {
      if (!modules.dark(x, y)) continue;
      for (int pixel = (x + kQuiet) * kScale; pixel < (x + kQuiet + 1) * kScale; ++pixel) {
        row[static_cast<std::size_t>(pixel / 8)] &= static_cast<png_byte>(~(0x80 >> (pixel % 8)));
      }
    }
    for (int copy = 0; copy < kScale; ++copy) png_write_row(png, row.data());
  }
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return file;
}

// Each makes one symbol and, if asked, its file; returns the number of octets, or modules a side.
std::size_t by_us(const std::string& text, bool with_png) {
  const QrCode code = QrCode::encode(text).value();
  return with_png ? muster::enrollment::png(code, kScale).size()
                  : static_cast<std::size_t>(code.size());
}

std::size_t by_libqrencode(const std::string& text, bool with_png) {
  QRcode* code =
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M);
  if (code == nullptr) std::abort();
  const int size = code->width;
  const unsigned char* data = code->data;
  const auto dark = [size, data](int x, int y) { return (data[y * size + x] & 1) != 0; };
  const std::size_t result =
      with_png ? png_by_libpng({size, dark}).size() : static_cast<std::size_t>(size);
  QRcode_free(code);
  return result;
}

std::size_t by_nayuki(const std::string& text, bool with_png) {
  const std::vector<std::uint8_t> octets(text.begin(), text.end());
  const qrcodegen::QrCode code = qrcodegen::QrCode::encodeSegments(
      {qrcodegen::QrSegment::makeBytes(octets)}, qrcodegen::QrCode::Ecc::MEDIUM, 1, 40, -1, false);
  const auto dark = [&code](int x, int y) { return code.getModule(x, y); };
  return with_png ? png_by_libpng({code.getSize(), dark}).size()
                  : static_cast<std::size_t>(code.getSize());
}

struct Contender {
  std::string_view name;
  std::size_t (*make)(const std::string& text, bool with_png);
  int repetitions;
  std::vector<double> qr = {};        // microseconds a symbol, by round
  std::vector<double> with_png = {};  // microseconds a symbol and its file, by round
};

// CPU time, not wall time: others may be using the machine.
double cpu_microseconds() {
  std::timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

double measure(const Contender& contender, const std::string& text, bool with_png) {
  const double begin = cpu_microseconds();
  for (int i = 0; i < contender.repetitions; ++i) {
    if (contender.make(text, with_png) == 0) std::abort();
  }
  return (cpu_microseconds() - begin) / contender.repetitions;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 25;
  const std::string text = payload();
  std::vector<Contender> contenders = {{"muster", by_us, 200},
                                       {"libqrencode + libpng", by_libqrencode, 20},
                                       {"nayuki + libpng", by_nayuki, 4}};
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) {
      contender.qr.push_back(measure(contender, text, false));
      contender.with_png.push_back(measure(contender, text, true));
    }
  }
  const double our_qr = median(contenders[0].qr);
  const double our_png = median(contenders[0].with_png);
  std::printf(
      "%zu octets, error correction M, best of eight masks, scale %d; medians of %d rounds\n",
      text.size(), kScale, rounds);
  std::printf("%-22s %8s %10s %8s %12s %8s %8s\n", "", "modules", "QR us", "ratio", "QR+PNG us",
              "ratio", "octets");
  for (const Contender& contender : contenders) {
    const double qr = median(contender.qr);
    const double with_png = median(contender.with_png);
    std::printf("%-22.*s %8zu %10.1f %8.1f %12.1f %8.1f %8zu\n",
                static_cast<int>(contender.name.size()), contender.name.data(),
                contender.make(text, false), qr, qr / our_qr, with_png, with_png / our_png,
                contender.make(text, true));
  }
  return 0;
}
