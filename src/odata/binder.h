// The work of bind.h, in several files: builds one Expression node by node.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "odata/bind.h"

namespace muster::odata {

// Used once, by one thread.
class Binder {
 public:
  // `option` is for messages: "$filter".
  Binder(const BindContext& context, std::string_view option);

  // Messages of what follows name this option.
  void set_option(std::string_view option) { option_ = option; }

  [[nodiscard]] base::Result<NodeIndex> expression(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> condition(const Source& source, syntax::NodeIndex at);
  // `condition` for any item of BindContext::items_of.
  [[nodiscard]] base::Result<NodeIndex> item_condition(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> search(const Source& source, syntax::NodeIndex at);

  [[nodiscard]] base::Result<NodeIndex> add(Op op, ResultType type, std::uint32_t index,
                                            const std::vector<NodeIndex>& children);
  [[nodiscard]] base::Result<NodeIndex> add_literal(Literal value, ResultType type);
  [[nodiscard]] const Node& operator[](NodeIndex index) const { return made_.nodes[index]; }
  [[nodiscard]] Expression take(NodeIndex root);

  // The option's 400, and the 501 of something that OData defines.
  [[nodiscard]] base::Error wrong(const std::string& what) const;
  [[nodiscard]] base::Error not_built(const std::string& what) const;
  // The text of a node for messages, cut; content of literals is not repeated.
  [[nodiscard]] std::string shown(const Source& source, syntax::NodeIndex at) const;

 private:
  struct Variable {
    std::string name;
    ResultType item;
  };
  // How far a path has come: at the entity, or at a value.
  struct Place {
    std::optional<NodeIndex> value = {};
  };

  // bind.cc: paths
  [[nodiscard]] base::Result<NodeIndex> path(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<Place> first_segment(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<Place> next_segment(const Source& source, syntax::NodeIndex at,
                                                 const Place& place);
  [[nodiscard]] base::Result<Place> name_on(const Source& source, syntax::NodeIndex at,
                                            const Place& place);
  [[nodiscard]] base::Result<Place> property(std::string_view name);
  [[nodiscard]] base::Result<NodeIndex> alias(std::string_view name);
  [[nodiscard]] base::Result<NodeIndex> over_items(const Source& source, syntax::NodeIndex at,
                                                   NodeIndex collection);
  [[nodiscard]] const Source* alias_array(const Source& source, syntax::NodeIndex at) const;

  // bind_literals.cc
  [[nodiscard]] base::Result<NodeIndex> literal(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> enum_literal(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<std::int64_t> members_of(const edm::EnumType& type,
                                                      std::string_view text) const;
  // A literal as one of another type, where OData allows it; else the node itself.
  [[nodiscard]] base::Result<NodeIndex> as_type(NodeIndex node, const ResultType& wanted);

  // bind_operations.cc
  [[nodiscard]] base::Result<NodeIndex> unary(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> operation(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> logic(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> binary(syntax::Operator op, NodeIndex left, NodeIndex right,
                                               const std::string& where);
  [[nodiscard]] base::Result<NodeIndex> comparison(syntax::Operator op, NodeIndex left,
                                                   NodeIndex right, const std::string& where);
  [[nodiscard]] base::Result<NodeIndex> has(NodeIndex left, NodeIndex right,
                                            const std::string& where);
  [[nodiscard]] base::Result<NodeIndex> in(const Source& source, syntax::NodeIndex at,
                                           NodeIndex left);
  [[nodiscard]] base::Result<NodeIndex> in_list(const Source& source, syntax::NodeIndex list,
                                                NodeIndex left, const std::string& where);
  [[nodiscard]] base::Result<NodeIndex> arithmetic(syntax::Operator op, NodeIndex left,
                                                   NodeIndex right, const std::string& where);
  [[nodiscard]] base::Error mismatch(syntax::Operator op, NodeIndex left, NodeIndex right,
                                     const std::string& where) const;

  // bind_functions.cc
  [[nodiscard]] base::Result<NodeIndex> call(const Source& source, syntax::NodeIndex at);
  [[nodiscard]] base::Result<NodeIndex> cast(const Source& source, syntax::NodeIndex at);

  const BindContext& context_;
  std::string_view option_;
  Expression made_;
  std::vector<std::uint16_t> depths_;  // of the nodes
  std::vector<Variable> variables_;    // of the collections that are being walked, outermost first
  std::optional<std::size_t> this_;    // the variable that `$this` means; the entity if none
  std::size_t aliases_open_ = 0;
};

}  // namespace muster::odata
