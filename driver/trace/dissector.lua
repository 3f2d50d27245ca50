-- The Wireshark dissector of Sluice's bus traces. Tables `format` and `chip`, which come before this text in zsluice.lua, say
-- what records and the chip look like.
--
--   wireshark -X lua_script:zsluice.lua capture.pcapng       (or copy zsluice.lua to Wireshark's folder of Lua plugins)
--   tshark -2 -X lua_script:zsluice.lua -r capture.pcapng -Y 'sluice.type == "completion" && sluice.completion.status != 1'
--
-- Works with the Lua 5.2 of Wireshark 3 and 4.0 as with the Lua 5.4 of later ones.

local sluice = Proto("sluice", "Sluice bus trace")

local failed = ProtoExpert.new("sluice.failed", "The operation failed", expert.group.RESPONSE_CODE, expert.severity.WARN)
local refused = ProtoExpert.new("sluice.refused", "The command did not succeed", expert.group.RESPONSE_CODE, expert.severity.WARN)
local dropped = ProtoExpert.new("sluice.dropped", "The driver did not believe the completion", expert.group.PROTOCOL, expert.severity.WARN)
local missing = ProtoExpert.new("sluice.missing", "Records were lost here", expert.group.SEQUENCE, expert.severity.WARN)
local malformed = ProtoExpert.new("sluice.malformed", "Not a record of this version", expert.group.MALFORMED, expert.severity.ERROR)
sluice.experts = { failed, refused, dropped, missing, malformed }

-- Fields --------------------------------------------------------------------------------------------------------------

local function names(numbers)
  local t = {}
  for _, n in ipairs(numbers) do t[n[1]] = n[2] end
  return t
end

local types = {}
for i, t in pairs(format.types) do types[i] = t.name end
local kernels, opcodes, statuses = names(chip.kernels), names(chip.opcodes), names(chip.statuses)
local ended, judgements = names(format.statuses), names(format.judgements)

local f = {
  version = ProtoField.uint8("sluice.version", "Version of the format"),
  type = ProtoField.string("sluice.type", "Type"),
  number = ProtoField.uint32("sluice.number", "Number"),
  cycle = ProtoField.uint64("sluice.cycle", "Cycle of the chip"),
  took = ProtoField.uint32("sluice.took", "Took (ns)"),
  ended = ProtoField.uint32("sluice.ended", "Ended", base.DEC, ended),
  register = ProtoField.string("sluice.register", "Register"),
  device = ProtoField.string("sluice.device", "Device"),
  rules = ProtoField.string("sluice.rules", "Rule sets"),
  request = ProtoField.framenum("sluice.request_in", "Submission in", base.NONE, frametype.REQUEST),
  response = ProtoField.framenum("sluice.response_in", "Completion in", base.NONE, frametype.RESPONSE),
  latency = ProtoField.relative_time("sluice.latency", "Time since the submission"),
}

-- Numbers of records, each once, whichever types have it: sluice.offset, sluice.value …
local hex = { vendor = true, device = true, bar_size = true, offset = true, value = true, iova = true, size = true, file_offset = true }
local words = {}
for _, t in pairs(format.types) do
  for _, w in ipairs(t.words) do
    local name, bytes = w[1], w[2]
    if not words[name] then
      local make = bytes == 8 and ProtoField.uint64 or ProtoField.uint32
      words[name] = make("sluice." .. name, name, hex[name] and base.HEX or base.DEC, name == "judgement" and judgements or nil)
    end
  end
end

-- Words of queue entries and their fields: sluice.submission.kernel, sluice.completion.status …
local valued = { kernel = kernels, opcode = opcodes, status = statuses }
local entries = {}
for entry, list in pairs(chip.entries) do
  entries[entry] = {}
  for _, w in ipairs(list) do
    local parts = {}
    if #w.fields == 0 then
      local make = w.width == 64 and ProtoField.uint64 or ProtoField.uint32
      local shown = (w.name == "rules" or w.width == 64 and w.name ~= "stamp") and base.HEX or base.DEC
      parts[1] = make("sluice." .. entry .. "." .. w.name, w.name, shown)
    end
    for _, x in ipairs(w.fields) do
      local mask = 0
      for bit = x.lo, x.hi do mask = mask + 2 ^ bit end
      local shown = x.name == "kernel" and base.HEX or base.DEC
      parts[#parts + 1] = ProtoField.uint32("sluice." .. entry .. "." .. x.name, x.name, shown, valued[x.name], mask)
    end
    entries[entry][#entries[entry] + 1] = { word = w, parts = parts }
  end
end

for _, all in ipairs({ f, words }) do
  for _, field in pairs(all) do table.insert(sluice.fields, field) end
end
for _, list in pairs(entries) do
  for _, e in ipairs(list) do
    for _, field in ipairs(e.parts) do table.insert(sluice.fields, field) end
  end
end

-- Registers -----------------------------------------------------------------------------------------------------------

-- bits lo to hi of a number of 32 bits.
local function bits(value, hi, lo)
  return math.floor(value / 2 ^ lo) % 2 ^ (hi - lo + 1)
end

-- register finds what lies at an offset: its name with the indexes of block and element, and its fields.
local function register(offset)
  for _, r in ipairs(chip.registers) do
    local bytes = r.width / 8
    if offset >= r.offset then
      local block, at = math.floor((offset - r.offset) / r.stride), (offset - r.offset) % r.stride
      if block < r.blocks and at < r.count * bytes then
        local name = r.name
        if r.blocks > 1 then name = name:gsub("%.", string.format("[%d].", block)) end
        if r.count > 1 then name = name .. string.format("[%d]", math.floor(at / bytes)) end
        if r.width == 64 then name = name .. (at % 8 == 0 and ".low" or ".high") end
        return name, r.fields
      end
    end
  end
  return string.format("%#x", offset), {}
end

-- Requests and their responses ----------------------------------------------------------------------------------------

-- By frame: the frame of the other side; waiting: by queue and id, the frame of a submission and its time.
local responses, requests, waiting

function sluice.init()
  responses, requests, waiting = {}, {}, {}
end

-- interval is a time in seconds, to the nanosecond.
local function interval(seconds)
  local whole = math.floor(seconds)
  return NSTime.new(whole, math.floor((seconds - whole) * 1e9 + 0.5))
end

local function link(pinfo, tree, kind, key, believed)
  local frame = pinfo.number
  if not pinfo.visited then
    if kind == "submission" then
      waiting[key] = { frame = frame, time = pinfo.rel_ts }
    elseif believed and waiting[key] then
      local s = waiting[key]
      responses[s.frame] = frame
      requests[frame] = { frame = s.frame, latency = interval(pinfo.rel_ts - s.time) }
      waiting[key] = nil
    end
  end
  if kind == "submission" then
    if responses[frame] then
      tree:add(f.response, responses[frame]):set_generated()
    elseif pinfo.visited then
      tree:add("[No completion in this file]")
    end
  elseif requests[frame] then
    tree:add(f.request, requests[frame].frame):set_generated()
    tree:add(f.latency, requests[frame].latency):set_generated()
  end
end

-- Records -------------------------------------------------------------------------------------------------------------

local function ruleNames(rules)
  if rules == 0 then return "plain" end
  local list = {}
  for _, r in ipairs(chip.rules) do
    local bit = math.floor(rules / r[1]) % 2
    if bit == 1 then
      list[#list + 1] = r[2]
      rules = rules - r[1]
    end
  end
  if rules ~= 0 then list[#list + 1] = string.format("%#x", rules) end
  return table.concat(list, " ")
end

-- access adds what a register access means, and gives the summary.
local function access(tree, kind, at, value, range)
  local name, fields = register(at)
  tree:add(f.register, range, name):set_generated()
  local text = ""
  for _, x in ipairs(fields) do
    local v = bits(value, x.hi, x.lo)
    local shown = string.format("%d", v)
    if x.name == "kernel" and kernels[v] then shown = kernels[v] end
    tree:add(range, x.name .. ": " .. shown):set_generated()
    if v ~= 0 then text = text .. ", " .. x.name .. " " .. shown end
  end
  if text ~= "" then text = " (" .. text:sub(3) .. ")" end
  if kind == "doorbell" then return string.format("%s = %d", name, value) end
  return string.format("%s %s = 0x%08x%s", kind, name, value, text)
end

-- entry adds the words of a queue entry and gives their values by name.
local function entry(tree, name, range)
  local values = {}
  for _, e in ipairs(entries[name]) do
    local w = e.word
    local r = range(w.offset, w.width / 8)
    for _, field in ipairs(e.parts) do tree:add_le(field, r) end
    if w.width == 32 then
      local v = r:le_uint()
      values[w.name] = v
      for _, x in ipairs(w.fields) do values[x.name] = bits(v, x.hi, x.lo) end
    end
  end
  return values
end

local function id(generation, tag) return string.format("%d:%d", generation, tag) end

local function submission(tree, pinfo, queue, range)
  local v = entry(tree, "submission", range)
  tree:add(f.rules, range(4, 4), ruleNames(v.rules)):set_generated()
  local name = id(v.generation, v.tag)
  link(pinfo, tree, "submission", queue .. "/" .. name, true)
  local what = opcodes[v.opcode] or string.format("opcode %#x", v.opcode)
  if what == "run" then
    what = string.format("%s %s, jobs [%d,%d)%s", kernels[v.kernel] or string.format("kernel %#x", v.kernel), ruleNames(v.rules), v.lo, v.hi,
      v.inexact == 1 and ", inexact" or "")
  end
  return string.format("submission %s of queue %d: %s", name, queue, what)
end

local function completion(tree, pinfo, queue, judgement, range)
  local v = entry(tree, "completion", range)
  local name = id(bits(v.id, 31, 16), bits(v.id, 15, 0))
  link(pinfo, tree, "completion", queue .. "/" .. name, judgement == 0)
  local status = statuses[v.status] or string.format("status %#x", v.status)
  if judgement ~= 0 then
    tree:add_proto_expert_info(dropped)
    status = (judgements[judgement] or "judgement " .. judgement) .. ": " .. status
  elseif status ~= "ok" then
    tree:add_proto_expert_info(refused)
  end
  return string.format("completion %s of queue %d: %s, %d decided, %d cycles", name, queue, status, v.decided, v.cycles)
end

-- wide is a number of 64 bits, without zeros that say nothing.
local function wide(v) return "0x" .. v:tohex():gsub("^0+(.)", "%1") end

-- Who sends what: the rest is the host's.
local fromChip = { interrupt = true, completion = true }

-- record adds the words and the tail of a record of the type t, and gives the summary.
local function record(buffer, pinfo, tree, t)
  local at, v, r = format.header, {}, {}
  for _, w in ipairs(t.words) do
    local name, bytes = w[1], w[2]
    r[name] = buffer(at, bytes)
    tree:add_le(words[name], r[name])
    v[name] = bytes == 8 and r[name]:le_uint64() or r[name]:le_uint()
    at = at + bytes
  end
  local tail = at < buffer:len() and buffer(at) or nil
  local kind = t.name
  if kind == "read" or kind == "write" or kind == "doorbell" then return access(tree, kind, v.offset, v.value, r.value) end
  if kind == "submission" then return submission(tree, pinfo, v.queue, tail) end
  if kind == "completion" then return completion(tree, pinfo, v.queue, v.judgement, tail) end
  if kind == "map" or kind == "unmap" then return string.format("%s %s bytes at %s", kind, wide(v.size), wide(v.iova)) end
  if kind == "vector" then return string.format("vector %d %s", v.vector, v.on ~= 0 and "connected" or "taken away") end
  if kind == "interrupt" then return string.format("interrupt %d", v.vector) end
  if kind == "lost" then
    tree:add_proto_expert_info(missing)
    return tostring(v.records) .. " records lost"
  end
  if kind == "info" then
    local name = tail and tail:string() or ""
    if tail then tree:add(f.device, tail, name) end
    return string.format("device %s, %04x:%04x, %#x bytes of registers, %d vectors", name, v.vendor, v.device, v.bar_size, v.vectors)
  end
  return kind
end

-- sound tells whether the buffer is a record: all that is read below is there.
local function sound(buffer)
  if buffer:len() < format.header or buffer(0, 1):uint() ~= format.version then return false end
  local t = format.types[buffer(1, 1):uint()]
  if not t then return false end
  local n = format.header
  for _, w in ipairs(t.words) do n = n + w[2] end
  local rest = buffer:len() - n
  return rest == t.size or t.tail == "text" and rest >= 0 and rest < t.size
end

function sluice.dissector(buffer, pinfo, root)
  pinfo.cols.protocol = "Sluice"
  local tree = root:add(sluice, buffer())
  if not sound(buffer) then
    pinfo.cols.info = "not a record of this version"
    tree:add_proto_expert_info(malformed)
    return
  end
  local t = format.types[buffer(1, 1):uint()]
  tree:add(f.version, buffer(0, 1))
  tree:add(f.type, buffer(1, 1), t.name)
  tree:add_le(f.number, buffer(4, 4))
  if buffer(2, 2):le_uint() % 2 == 1 then tree:add_le(f.cycle, buffer(8, 8)) end
  if buffer(16, 4):le_uint() > 0 then tree:add_le(f.took, buffer(16, 4)) end
  tree:add_le(f.ended, buffer(20, 4))

  local text = record(buffer, pinfo, tree, t)
  local status = buffer(20, 4):le_uint()
  if status ~= 0 then
    tree:add_proto_expert_info(failed)
    text = text .. " FAILED: " .. (ended[status] or status)
  end
  pinfo.cols.src = fromChip[t.name] and "chip" or "host"
  pinfo.cols.dst = fromChip[t.name] and "host" or "chip"
  pinfo.cols.info = text
  tree:append_text(": " .. text)
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, sluice)
