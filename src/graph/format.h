// In which form an answer is given: media type with its parameters, by Accept and `$format`, and
// the version of OData (OData 4.01 Protocol §§8.1.5, 8.2.1, 8.2.6, 8.2.7; JSON Format §§3.1, 3.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "edm/json_write.h"
#include "http/message.h"

namespace muster::graph {

// How much control information an answer carries (JSON Format §3.1).
enum class Metadata : std::uint8_t { kNone, kMinimal, kFull };

// Of a JSON answer.
struct Format {
  Metadata metadata = Metadata::kMinimal;
  bool int64_as_text = false;  // IEEE754Compatible=true
  bool by_option = false;      // `$format` has decided
  bool v401 = false;           // answered as OData 4.01: control information without `odata.`
  bool omit_nulls = false;
  bool hide_new_members = true;

  // What stands before the name of control information.
  [[nodiscard]] std::string_view prefix() const { return v401 ? "@" : "@odata."; }
  [[nodiscard]] std::string_view version() const { return v401 ? "4.01" : "4.0"; }
  // As Graph writes it; the parameters are those that the answer has.
  [[nodiscard]] std::string content_type() const;
  // How values are written; `types` also in answers whose metadata would not ask for them.
  [[nodiscard]] edm::JsonForm values(bool types) const;
};

// Sets what Accept says. `accept` is the field's value, all lines joined; empty accepts all.
// kNotAcceptable when no acceptable form of JSON is known here: an unknown or unsupported parameter
// makes a range unknown.
[[nodiscard]] base::Status choose_json(std::string_view accept, Format& format);

// The same by the value of `$format`, which wins over Accept (URL Conventions §5.1.4).
// kInvalidQuery when it is malformed.
[[nodiscard]] base::Status choose_by_option(std::string_view value, Format& format);

// How much `media_type` is wanted, in thousandths; 0 is not at all (RFC 9110 §12.4.2, §12.5.1).
[[nodiscard]] int weight_of(std::string_view accept, std::string_view media_type);

// Whether `media_type` is acceptable (RFC 9110 §12.5.1): the most specific range that matches
// decides. An empty field accepts all.
[[nodiscard]] bool accepts(std::string_view accept, std::string_view media_type);
[[nodiscard]] bool accepts(const http::Headers& headers, std::string_view media_type);

// Whether answers are to be OData 4.01, given the value of OData-MaxVersion. Without the field they
// are 4.0, as Graph's. kBadRequest for what is no version or is below 4.0.
[[nodiscard]] base::Result<bool> answers_v401(std::string_view max_version);

// Whether a body is OData 4.01, given the value of OData-Version. kBadRequest for anything but 4.0
// and 4.01.
[[nodiscard]] base::Result<bool> body_is_v401(std::string_view version);

}  // namespace muster::graph
