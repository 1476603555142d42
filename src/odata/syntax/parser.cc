#include "odata/syntax/parser.h"

#include <utility>

namespace muster::odata::syntax {
namespace {

// At most so much of the text is shown in a message.
constexpr std::size_t kShown = 24;

// What stands at `at`, cut between characters.
std::string_view shown(std::string_view text, std::size_t at) {
  std::string_view rest = text.substr(at);
  if (rest.size() <= kShown) return rest;
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(rest[end]) & 0xC0) == 0x80) --end;
  return rest.substr(0, end);
}

}  // namespace

Parser::Parser(std::string_view text, Reader::Mode mode, std::string subject)
    : in(text, mode), subject_(std::move(subject)) {}

NodeIndex Parser::fail(std::string_view expected) {
  if (failed_) return kNoNode;
  failed_ = true;
  failed_at_ = in.at();
  reason_ = "is malformed at position " + std::to_string(in.at()) + ": expected ";
  reason_ += expected;
  reason_ += ", found ";
  if (in.done()) {
    reason_ += "the end";
  } else {
    // From the start of a character, so that the message is UTF-8 when the text is.
    std::size_t at = in.at();
    while (at > 0 && (static_cast<unsigned char>(in.text()[at]) & 0xC0) == 0x80) --at;
    reason_ += '\'';
    reason_ += shown(in.text(), at);
    reason_ += '\'';
  }
  return kNoNode;
}

NodeIndex Parser::refuse(std::string_view reason) {
  if (failed_) return kNoNode;
  failed_ = true;
  failed_at_ = in.at();
  reason_ = reason;
  reason_ += " at position " + std::to_string(in.at());
  return kNoNode;
}

base::Error Parser::error(base::ErrorCode code, std::string target) const {
  return base::fail(code, subject_ + " " + reason_ + ".", std::move(target));
}

NodeIndex Parser::add(Kind kind, std::size_t begin, const TreeBuilder::List& children,
                      std::string_view text) {
  if (failed_) return kNoNode;
  if (tree.full()) return refuse("has more than 200000 parts");
  return tree.add(kind, begin, in.at(), children, text);
}

NodeIndex Parser::wrap(Kind kind, std::size_t begin, NodeIndex child, std::string_view text) {
  if (child == kNoNode) return kNoNode;
  TreeBuilder::List children;
  tree.append(children, child);
  return add(kind, begin, children, text);
}

bool Parser::expect(char c, std::string_view expected) {
  return in.take(c) || fail(expected) != kNoNode;
}

bool Parser::comma() {
  const std::size_t begin = in.at();
  in.take_generous_blanks();
  if (in.take(',')) {
    in.take_generous_blanks();
    return true;
  }
  in.seek(begin);
  return false;
}

}  // namespace muster::odata::syntax
