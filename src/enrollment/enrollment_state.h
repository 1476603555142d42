// What the store says of an enrolment that a device asks for: decided in one place, before the
// write (to know whether a signature is worth making) and again within it (where the decision
// counts).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/timestamp.h"
#include "edm/record.h"
#include "store/store.h"

namespace muster::enrollment {

struct Verdict {
  enum class Kind : std::uint8_t {
    kRefused,   // by the token: whoever asks learns no more than that
    kDenied,    // by an administrator, or by what became of the device
    kPending,   // it waits for an administrator
    kQueue,     // it has to wait for one
    kAnswered,  // it was done before
    kIssue,
  };
  Kind kind = Kind::kRefused;
  std::string reason = {};       // of kRefused and kDenied, for the audit log
  std::string certificate = {};  // of kAnswered
  std::optional<edm::Record> token = {};
  std::optional<edm::Record> enrollment = {};  // the one of this token and key, if there is one
  std::int64_t key_attestation = 0;            // edm::kKeyAttestationDemand
  bool needs_approval = false;                 // by the policy, whatever was decided
};

// The refusal of a token, whatever the reason.
[[nodiscard]] base::Error token_refused();

// Why a token that was looked up cannot enrol; nullopt if it can.
[[nodiscard]] std::optional<std::string> fault_of_token(const std::optional<edm::Record>& token,
                                                        base::Timestamp now);

// `enrollment_id` is that of the token and the key.
[[nodiscard]] base::Result<Verdict> judge_enrollment(store::Reader& reader, std::string_view tenant,
                                                     std::string_view token_hash,
                                                     std::string_view enrollment_id,
                                                     base::Timestamp now);

// The certificate that an enrolment or renewal was given: kAnswered, or kDenied when it was
// revoked.
[[nodiscard]] base::Result<Verdict> given_certificate(store::Reader& reader,
                                                      std::string_view tenant,
                                                      edm::Record enrollment);

}  // namespace muster::enrollment
