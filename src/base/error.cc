#include "base/error.h"

#include <array>
#include <utility>

namespace muster::base {
namespace {

using enum ErrorCode;

constexpr std::array kTable = {
    ErrorRow{kBadRequest, "BadRequest", 400, "BadRequest",
             "The request cannot be understood; the message says which part."},
    ErrorRow{kMalformedJson, "MalformedJson", 400, "BadRequest",
             "The body is not one JSON object in UTF-8."},
    ErrorRow{kModelValidation, "ModelValidation", 400, "ModelValidationFailure",
             "The body names an unknown property or holds a value its property cannot take."},
    ErrorRow{kInvalidQuery, "InvalidQuery", 400, "BadRequest",
             "A query option is unknown, malformed or out of range."},
    ErrorRow{
        kNotRepeatable, "NotRepeatable", 400, "BadRequest",
        "The Repeatability header fields are malformed or name a request that was another one."},
    ErrorRow{kSegmentNotFound, "SegmentNotFound", 400, "BadRequest",
             "The path has a segment that the model does not name."},
    ErrorRow{kNotAuthenticated, "NotAuthenticated", 401, "InvalidAuthenticationToken",
             "The bearer token is absent, malformed, expired or not for this service."},
    ErrorRow{kForbidden, "Forbidden", 403, "Forbidden",
             "The token is valid but lacks the permission that the route asks for."},
    ErrorRow{kPersonalAccount, "PersonalAccount", 403, "Forbidden",
             "Tokens of personal Microsoft accounts are not supported."},
    ErrorRow{kNotFound, "NotFound", 404, "ResourceNotFound",
             "Nothing with that key exists in the caller's tenant."},
    ErrorRow{kVersionNotFound, "VersionNotFound", 404, "ResourceNotFound",
             "The first path segment is not a version that is served."},
    ErrorRow{kMethodNotAllowed, "MethodNotAllowed", 405, "Request_BadRequest",
             "The resource does not take this method; Allow lists those it takes."},
    ErrorRow{kNotAcceptable, "NotAcceptable", 406, "NotAcceptable",
             "No representation that the Accept header allows can be given."},
    ErrorRow{kConflict, "Conflict", 409, "Conflict", "Something with that key exists already."},
    ErrorRow{kPreconditionFailed, "PreconditionFailed", 412, "PreconditionFailed",
             "The entity changed since the version that If-Match names."},
    ErrorRow{kRepeatedTooLate, "RepeatedTooLate", 412, "PreconditionFailed",
             "Repeatability-First-Sent is outside the time for which requests are remembered."},
    ErrorRow{kPayloadTooLarge, "PayloadTooLarge", 413, "RequestEntityTooLarge",
             "The body is larger than the limit."},
    ErrorRow{kUnsupportedMediaType, "UnsupportedMediaType", 415, "UnsupportedMediaType",
             "The body's media type or content coding is not supported."},
    ErrorRow{kFailedDependency, "FailedDependency", 424, "FailedDependency",
             "Part of a batch: a request that this one depends on, or its group, failed."},
    ErrorRow{kTooManyRequests, "TooManyRequests", 429, "TooManyRequests",
             "The caller's allowance is used up; Retry-After says when to come back."},
    ErrorRow{kInternal, "Internal", 500, "InternalServerError",
             "A fault of the service; the request-id finds it in the log."},
    ErrorRow{kNotImplemented, "NotImplemented", 501, "NotSupported",
             "Defined by OData or Graph, but not supported by this service."},
    ErrorRow{kUnavailable, "Unavailable", 503, "ServiceUnavailable",
             "The store cannot be used at the moment; nothing was changed."},
    ErrorRow{kInsufficientStorage, "InsufficientStorage", 507, "InsufficientStorage",
             "The disk is full; nothing was changed."},
    ErrorRow{kConfiguration, "Configuration", 500, "Configuration",
             "A setting or a file at start-up is wrong."},
};

constexpr bool table_is_in_order() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].kind) != i) return false;
  }
  return true;
}
static_assert(table_is_in_order(), "row(code) indexes the table by the enumerator");

}  // namespace

const ErrorRow& row(ErrorCode code) {
  return kTable[static_cast<std::size_t>(code)];
}

std::span<const ErrorRow> error_table() {
  return kTable;
}

Error fail(ErrorCode code, std::string message, std::string target) {
  return Error{.code = code, .message = std::move(message), .target = std::move(target)};
}

}  // namespace muster::base
