-- wrk script: one request again and again, from the environment: LOAD_METHOD, LOAD_BODY (a file),
-- LOAD_TOKEN (a file). Prints what was measured as `LOAD key=value ...`.
local function read(name)
  local path = os.getenv(name)
  if not path or path == "" then return nil end
  local file = assert(io.open(path, "r"))
  local text = file:read("*a")
  file:close()
  return (text:gsub("%s+$", ""))
end

wrk.method = os.getenv("LOAD_METHOD") or "GET"
local token = read("LOAD_TOKEN")
if token then wrk.headers["Authorization"] = "Bearer " .. token end
local body = read("LOAD_BODY")
if body then
  wrk.body = body
  wrk.headers["Content-Type"] = "application/json"
end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("LOAD requests=%d rate=%.0f p50=%.3f p99=%.3f bad=%d\n", summary.requests,
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, bad))
end
