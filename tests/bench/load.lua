-- wrk script: requests from the environment. LOAD_METHOD, LOAD_BODY (a file), LOAD_TOKEN (a file); with
-- LOAD_PATHS (a file of paths, one a line) each request takes one of them by chance, and with LOAD_CREATES
-- (N) every Nth is a POST of LOAD_BODY to the path of the URL instead. LOAD_TOKEN may have several lines: then
-- `PATH N` is sent with the Nth, and what has no path with one by chance. Prints what was measured as
-- `LOAD key=value ...`.
local function read(name)
  local path = os.getenv(name)
  if not path or path == "" then return nil end
  local file = assert(io.open(path, "r"))
  local text = file:read("*a")
  file:close()
  return (text:gsub("%s+$", ""))
end

local tokens = {}
for token in (read("LOAD_TOKEN") or ""):gmatch("%S+") do tokens[#tokens + 1] = token end

local function as(number)
  if #tokens > 0 then wrk.headers["Authorization"] = "Bearer " .. tokens[number] end
end

as(1)
local body = read("LOAD_BODY")
local paths = read("LOAD_PATHS")
local every = tonumber(os.getenv("LOAD_CREATES") or "") or 0

if paths then
  local reads, create, count = {}, nil, 0
  function init()
    math.randomseed(20161231)
    for line in paths:gmatch("[^\n]+") do
      local path, number = line:match("^(%S+) (%d+)$")
      as(tonumber(number or 1))
      reads[#reads + 1] = wrk.format("GET", path or line)
    end
    as(1)
    if every > 0 then
      wrk.headers["Content-Type"] = "application/json"
      create = wrk.format("POST", wrk.path, wrk.headers, body)
    end
  end
  function request()
    count = count + 1
    if every > 0 and count % every == 0 then return create end
    return reads[math.random(#reads)]
  end
else
  wrk.method = os.getenv("LOAD_METHOD") or "GET"
  if body then
    wrk.body = body
    wrk.headers["Content-Type"] = "application/json"
  end
  if #tokens > 1 then
    local each = {}
    function init()
      math.randomseed(20161231)
      for number = 1, #tokens do
        as(number)
        each[number] = wrk.format()
      end
    end
    function request() return each[math.random(#each)] end
  end
end

function done(summary, latency)
  local errors = summary.errors
  local bad = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("LOAD requests=%d rate=%.0f p50=%.3f p99=%.3f bad=%d\n", summary.requests,
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, bad))
end
