-- Part 1 of every script: names and the clock.
--
-- KEYS[1] is always the `ready` key, `<prefix>:ready`; its value is the name of the generation that is served.
-- Every other key is derived from the same prefix. The prefix carries the hash tag ({vigil}), so on Redis Cluster all
-- keys of a script live in one slot. ARGV[1] is always the number of milliseconds to add to Redis TIME: 0, but in tests.
-- Numbers come and go as text; what must not lose a digit (revision, offset, epoch) is never turned into a Lua number.
--
--   <p>:ready              name of the served generation; without it claim and decide answer `rebuilding`
--   <p>:g<gen>:pos         hash: topic/topic id/partition -> position applied last
--   <p>:g<gen>:i:<id>      hash of one content id, see place.lua
--   <p>:g<gen>:q:<queue>   sorted set of ids by priority (design 7)
--   <p>:g<gen>:e:<queue>   sorted set of the same ids by the time they were enqueued
--   <p>:g<gen>:queues      set of queue names
--   <p>:g<gen>:prov        hash: name -> Provenance, once for all items that share it
--   <p>:g<gen>:pairs       sorted set of second verdicts by log time: decision id, queue, first and second verdict
--   <p>:g<gen>:by:<name>   sorted set of a reviewer's latest final decisions: decision id and content id by log time; gone a day after the last
--   <p>:g<gen>:x           sorted set of every id of the generation by the time something of it may be forgotten
-- outside the generations:
--   <p>:lease:<id>         hash: holder, epoch, ver, at, queue, since, until, key, sel, prop, deciding, idem, words
--   <p>:leases             sorted set of leased ids by the time the lease ends
--   <p>:held:<reviewer>    set of ids the reviewer holds
--   <p>:epoch              the last epoch given
--   <p>:undo:<call>        decision id of the undo of that call that is on its way
--   <p>:told               hash: position field -> position up to which decisions were reported (outbox)
--   <p>:catchup            name of a generation about to be served; while it is there, live readers wait
--   <p>:outbox             list of status events to be published
--   <p>:gens               sorted set of all generations by birth
local P = KEYS[1]:sub(1, -#':ready' - 1)

local clock = redis.call('TIME')
local MICROS = clock[1] * 1000000 + clock[2] + tonumber(ARGV[1]) * 1000
local NOW = math.floor(MICROS / 1000)

local DAY = 86400000
local HOLD = 8 * DAY   -- how long a decision holds for new ranked records, and can be undone
local RECENT = 50      -- final decisions of a reviewer that are listed
local PAIRS = 5000     -- second verdicts that agreement is measured on
local KEEP = 29 * DAY  -- how long a ranked record counts

local function text(number) return string.format('%.0f', number) end
local function served() return redis.call('GET', KEYS[1]) end
-- A run asks for the same few names for each of its records.
local gkeys = {}
local function gkey(gen, name)
  local ofGen = gkeys[gen]
  if not ofGen then
    ofGen = {}
    gkeys[gen] = ofGen
  end
  local key = ofGen[name]
  if not key then
    key = P .. ':g' .. gen .. ':' .. name
    ofGen[name] = key
  end
  return key
end
local function ikey(gen, id) return P .. ':g' .. gen .. ':i:' .. id end
local function leaseKey(id) return P .. ':lease:' .. id end
local function undoKey(call) return P .. ':undo:' .. call end
local function heldKey(reviewer) return P .. ':held:' .. reviewer end

local function lease(id)
  local flat = redis.call('HGETALL', leaseKey(id))
  if #flat == 0 then return nil end
  local l = {}
  for i = 1, #flat, 2 do l[flat[i]] = flat[i + 1] end
  return l
end
