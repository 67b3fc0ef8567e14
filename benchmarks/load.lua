-- In charge of what wrk sends: the lines of a file in turn, each a body, as long as it is asked.
-- wrk ... -s load.lua URL -- FILE TAG. In a line, UNSEEN becomes a name that was never used before.

local requests, at, unseen, tag = {}, 0, false, ""
local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }

function init(arguments)
  tag = arguments[2]
  for line in io.lines(arguments[1]) do
    unseen = unseen or line:find("UNSEEN", 1, true) ~= nil
    requests[#requests + 1] = line
  end
  if not unseen then
    for number, body in ipairs(requests) do
      requests[number] = wrk.format("POST", nil, headers, body)
    end
  end
end

function request()
  at = at + 1
  local line = requests[(at - 1) % #requests + 1]
  if not unseen then return line end
  return wrk.format("POST", nil, headers, (line:gsub("UNSEEN", tag .. at)))
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "failed": %d, "p50": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
