// Makes a Tree, children first.
#pragma once

#include <string_view>
#include <utility>

#include "odata/syntax/ast.h"

namespace muster::odata::syntax {

// The children that a node will have.
struct NodeList {
  NodeIndex first = kNoNode;
  NodeIndex last = kNoNode;
  std::uint32_t count = 0;
};

class TreeBuilder {
 public:
  using List = NodeList;

  void append(List& list, NodeIndex node) {
    if (list.count++ == 0) {
      list.first = node;
    } else {
      nodes()[list.last].next = node;
    }
    list.last = node;
  }

  NodeIndex add(Kind kind, std::size_t begin, std::size_t end, const List& children = {},
                std::string_view text = {}) {
    Node node;
    node.kind = kind;
    node.children = children.count;
    node.first_child = children.first;
    node.offset = static_cast<std::uint32_t>(begin);
    node.length = static_cast<std::uint32_t>(end - begin);
    node.text_offset = static_cast<std::uint32_t>(tree_.pool_.size());
    node.text_length = static_cast<std::uint32_t>(text.size());
    tree_.pool_ += text;
    nodes().push_back(node);
    return tree_.root();
  }

  [[nodiscard]] Node& operator[](NodeIndex index) { return nodes()[index]; }
  [[nodiscard]] bool full() const { return tree_.size() >= kMaxNodes; }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] Tree take() { return std::move(tree_); }

 private:
  std::vector<Node>& nodes() { return tree_.nodes_; }

  Tree tree_;
};

}  // namespace muster::odata::syntax
