#include "enrollment/qr_picture.h"

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "enrollment/qr_judges_test.h"

namespace muster::enrollment {
namespace {

using judges::Image;
using testing::HasSubstr;
using testing::Not;

QrCode code_of(std::string_view text) {
  return QrCode::encode(text).value();
}

// What stands between two marks.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

// Reads a path of relative moves and horizontal strokes, one unit high.
class PathReader {
 public:
  explicit PathReader(std::string_view path) : rest_(path) {}

  // Paints it black, `scale` pixels a unit.
  void paint(Image& image, int scale) {
    ASSERT_TRUE(rest_.starts_with("M4 4.5"));
    rest_.remove_prefix(6);
    int x = 4;
    int y = 4;  // the stroke is centred on the half
    while (!rest_.empty()) {
      if (take('m')) {
        x += number();
        take(' ');
        y += number();
      } else {
        ASSERT_TRUE(take('h')) << rest_;
        const int length = number();
        black(image, x * scale, y * scale, length * scale, scale);
        x += length;
      }
    }
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  int number() {
    int value = 0;
    const auto end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value).ptr;
    EXPECT_NE(end, rest_.data()) << rest_;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  static void black(Image& image, int left, int top, int width, int height) {
    for (int y = top; y < top + height; ++y) {
      for (int x = left; x < left + width; ++x) {
        const int place = y * image.width + x;
        image.grey.at(static_cast<std::size_t>(place)) = 0;
      }
    }
  }

  std::string_view rest_;
};

Image rasterised(std::string_view document, int scale) {
  int side = 0;
  const std::string_view box = between(document, R"(viewBox="0 0 )", " ");
  std::from_chars(box.data(), box.data() + box.size(), side);
  Image image = judges::white(side * scale, side * scale);
  PathReader(between(document, R"(stroke="#000" d=")", "\"")).paint(image, scale);
  return image;
}

TEST(Svg, StrokesAreTheModules) {
  for (const std::size_t length : {0U, 20U, 656U, 997U}) {
    const QrCode code = code_of(std::string(length, 'q'));
    EXPECT_TRUE(rasterised(svg(code, "t"), 4).grey == judges::drawn(code, 4).grey) << length;
  }
}

TEST(Svg, IsReadByBoth) {
  for (const std::string& text :
       {judges::provisioning_text(656), std::string("Grüße 🎉 aus Köln")}) {
    const Image image = rasterised(svg(code_of(text), "t"), 4);
    EXPECT_EQ(judges::read_with_zbar(image), text);
    EXPECT_EQ(judges::read_with_zxing(image), text);
  }
}

TEST(Svg, GroundIsWhiteAndCoversTheQuietZone) {
  const std::string document = svg(code_of("x"), "t");
  EXPECT_THAT(document, testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(document, HasSubstr("viewBox=\"0 0 29 29\""));
  EXPECT_THAT(document, HasSubstr("<path fill=\"#fff\" d=\"M0 0h29v29H0z\"/>"));
  EXPECT_THAT(document, HasSubstr("shape-rendering=\"crispEdges\""));
}

TEST(Svg, TitleCannotBreakOut) {
  const std::string document = svg(code_of("x"), "</title><script>alert('1')</script> & \"more\"");
  EXPECT_THAT(document, Not(HasSubstr("<script")));
  EXPECT_THAT(document,
              HasSubstr("<title>&lt;/title&gt;&lt;script&gt;alert('1')&lt;/script&gt; &amp; "
                        "\"more\"</title>"));
}

TEST(Svg, TitleHoldsOnlyCharactersOfXml) {
  const auto title = [](std::string_view text) {
    const std::string document = svg(code_of("x"), text);
    return std::string(between(document, "<title>", "</title>"));
  };
  EXPECT_EQ(title("Büro 📱\tA\nB"), "Büro 📱\tA\nB");
  EXPECT_EQ(title(std::string_view("a\0b\x1B", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(title("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(title("a\xEF\xBF\xBFz\xEF\xBF\xBE"), "a\uFFFDz\uFFFD");
  EXPECT_EQ(title(""), "");
}

// Half blocks of one line, without the colour sequences, as pairs of rows.
std::vector<std::vector<bool>> parsed(std::string_view text) {
  constexpr std::string_view kBegin = "\x1B[38;5;16;48;5;231m";
  constexpr std::string_view kEnd = "\x1B[0m\n";
  std::vector<std::vector<bool>> rows;
  while (!text.empty()) {
    EXPECT_TRUE(text.starts_with(kBegin));
    std::string_view line = text.substr(0, text.find(kEnd)).substr(kBegin.size());
    text.remove_prefix(kBegin.size() + line.size() + kEnd.size());
    std::vector<bool> upper;
    std::vector<bool> lower;
    while (!line.empty()) {
      const std::string_view block = line.substr(0, line[0] == ' ' ? 1 : 3);
      EXPECT_TRUE(block == " " || block == "▀" || block == "▄" || block == "█") << block;
      upper.push_back(block == "▀" || block == "█");
      lower.push_back(block == "▄" || block == "█");
      line.remove_prefix(block.size());
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }
  return rows;
}

TEST(Terminal, HalfBlocksAreTheModules) {
  for (const std::size_t length : {0U, 100U, 656U}) {
    const QrCode code = code_of(std::string(length, 't'));
    const std::vector<std::vector<bool>> rows = parsed(terminal(code));
    const Image expected = judges::drawn(code, 1);
    ASSERT_EQ(rows.size(), static_cast<std::size_t>(expected.height + 1));
    int wrong = 0;
    for (int y = 0; y <= expected.height; ++y) {  // the last half is beyond and light
      const std::vector<bool>& row = rows[static_cast<std::size_t>(y)];
      ASSERT_EQ(row.size(), static_cast<std::size_t>(expected.width));
      for (int x = 0; x < expected.width; ++x) {
        wrong += row[static_cast<std::size_t>(x)] == (expected.at(x, y) == 0) ? 0 : 1;
      }
    }
    EXPECT_EQ(wrong, 0) << length;
  }
}

}  // namespace
}  // namespace muster::enrollment
