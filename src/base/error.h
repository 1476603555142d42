// The table of everything that can be refused or fail: one row per kind, with its HTTP status, the
// Graph error code and one sentence for the documentation. Modules create errors; only
// graph/error_reply.cc renders them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::base {

enum class ErrorCode : std::uint8_t {
  kBadRequest,
  kMalformedJson,
  kModelValidation,
  kInvalidQuery,
  kNotRepeatable,
  kSegmentNotFound,
  kNotAuthenticated,
  kForbidden,
  kPersonalAccount,
  kNotFound,
  kVersionNotFound,
  kMethodNotAllowed,
  kNotAcceptable,
  kConflict,
  kPreconditionFailed,
  kRepeatedTooLate,
  kPayloadTooLarge,
  kUnsupportedMediaType,
  kFailedDependency,
  kTooManyRequests,
  kInternal,
  kNotImplemented,
  kUnavailable,
  kInsufficientStorage,
  kConfiguration,  // start-up and command line only; never reaches a client
};

// One row of the table. `code` is the `error.code` of Graph's error body.
struct ErrorRow {
  ErrorCode kind;
  std::string_view name;
  int status;
  std::string_view code;
  std::string_view sentence;
};

const ErrorRow& row(ErrorCode code);
std::span<const ErrorRow> error_table();

// One fault among several, e.g. of one property of a body. Becomes an element of `error.details`.
struct ErrorDetail {
  std::string code;
  std::string message;
  std::string target;
};

// A refusal or failure on its way to the caller. `message` is for people and may name the offending
// thing; it never holds a secret. `target` names that thing for programs (a property, an option).
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string target = {};
  std::vector<ErrorDetail> details = {};
  std::optional<std::chrono::seconds> retry_after = {};

  [[nodiscard]] int status() const { return row(code).status; }
};

// `fail(code, message[, target])` is the short way to build one.
[[nodiscard]] Error fail(ErrorCode code, std::string message, std::string target = {});

}  // namespace muster::base
