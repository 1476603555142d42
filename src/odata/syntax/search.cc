// $search (URL Conventions §5.1.8). AND, OR and NOT are operators only where an expression follows
// them, and else words.
#include "odata/syntax/parser.h"

namespace muster::odata::syntax {

NodeIndex Parser::search() {
  const std::size_t begin = in.at();
  in.take_blanks();
  const bool is_text = in.peek() == '\'';
  return wrap(Kind::kSearch, begin, is_text ? search_text() : search_or());
}

NodeIndex Parser::search_expression() {
  return search_or();
}

NodeIndex Parser::search_or() {
  const std::size_t begin = in.at();
  const NodeIndex first = search_and();
  if (first == kNoNode) return kNoNode;
  TreeBuilder::List terms;
  tree.append(terms, first);
  for (;;) {
    const std::size_t end = in.at();
    if (in.take_blanks() == 0 || !in.take_text("OR") || in.take_blanks() == 0 ||
        !at_search_term()) {
      in.seek(end);
      return terms.count == 1 ? first : add(Kind::kSearchOr, begin, terms);
    }
    const NodeIndex term = search_and();
    if (term == kNoNode) return kNoNode;
    tree.append(terms, term);
  }
}

NodeIndex Parser::search_and() {
  const std::size_t begin = in.at();
  const NodeIndex first = search_term();
  if (first == kNoNode) return kNoNode;
  TreeBuilder::List terms;
  tree.append(terms, first);
  for (;;) {
    const std::size_t end = in.at();
    const bool parted = in.take_blanks() > 0 && at_search_term();
    const std::size_t next = in.at();
    const bool is_or = parted && in.take_text("OR") && in.take_blanks() > 0 && at_search_term();
    if (!parted || is_or) {
      in.seek(end);
      return terms.count == 1 ? first : add(Kind::kSearchAnd, begin, terms);
    }
    in.seek(next);
    if (!(in.take_text("AND") && in.take_blanks() > 0 && at_search_term())) in.seek(next);
    const NodeIndex term = search_term();
    if (term == kNoNode) return kNoNode;
    tree.append(terms, term);
  }
}

NodeIndex Parser::search_term() {
  const Level level(*this);
  if (!level.fits()) return kNoNode;
  const std::size_t begin = in.at();
  if (in.take('(')) {
    in.take_blanks();
    const NodeIndex inner = search_or();
    in.take_blanks();
    if (inner == kNoNode || !expect(')', "a search term or ')'")) return kNoNode;
    tree[inner].flags |= Node::kParenthesised;
    return inner;
  }
  if (in.take_text("NOT") && in.take_blanks() > 0 && at_search_term()) {
    return wrap(Kind::kSearchNot, begin, search_term());
  }
  in.seek(begin);
  return in.peek() == '"' ? search_phrase() : search_word();
}

bool Parser::at_search_term() const {
  const int c = in.peek();
  if (c == '(' || c == '"') return true;
  if (c == Reader::kEnd || c == ')' || c == '\'' || c == ' ' || c == '\t') return false;
  if (c == ';' && nested_ && !in.escaped()) return false;
  return in.fits(kSearchCharacters);
}

NodeIndex Parser::search_word() {
  const std::size_t begin = in.at();
  while ((at_search_term() && in.peek() != '(' && in.peek() != '"') ||
         (in.at() > begin && in.peek() == '\'')) {
    in.skip();
  }
  if (in.at() == begin) return fail("a word, a phrase or '('");
  return leaf(Kind::kSearchWord, begin);
}

NodeIndex Parser::search_phrase() {
  const std::size_t begin = in.at();
  in.skip();
  const std::size_t inner = in.at();
  while (in.peek() != '"' && (in.peek() == ' ' || in.fits(kQueryCharacters))) in.skip();
  const std::string_view phrase = in.since(inner);
  if (!in.take('"')) return fail("a phrase that ends in a double quote");
  if (phrase.empty()) return fail("a phrase that is not empty");
  return add(Kind::kSearchPhrase, begin, {}, phrase);
}

// What somebody has half typed, in single quotes.
NodeIndex Parser::search_text() {
  const std::size_t begin = in.at();
  in.skip();
  std::string content;
  for (;;) {
    const int c = in.peek();
    if (c == '\'') {
      in.skip();
      if (!in.take('\'')) break;
    } else if (c == ' ' || c == '"' || in.fits(kQuotedCharacters)) {
      in.skip();
    } else {
      return fail("a text that ends in a single quote");
    }
    content += static_cast<char>(c);
  }
  return add(Kind::kSearchText, begin, {}, content);
}

}  // namespace muster::odata::syntax
