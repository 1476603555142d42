// A running statement.
#pragma once

#include "store/sqlite/connection.h"

namespace muster::store::sqlite {

// Ends a statement's execution whatever way a function is left.
class Execution {
 public:
  explicit Execution(Statement& statement) : statement_(statement) {}
  ~Execution() { statement_.reset(); }
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;

 private:
  Statement& statement_;
};

}  // namespace muster::store::sqlite
