-- Ends leases whose time is over. Those being decided are only named: they end by end_deciding.lua.
-- ARGV: clock, most leases in one step
local ended, overdue = {}, {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. ':leases', '-inf', text(NOW), 'LIMIT', 0, ARGV[2])) do
  local l = lease(id)
  if not l then
    redis.call('ZREM', P .. ':leases', id)
  elseif l.deciding == '' then
    endAndSettle(id, l)
    ended[#ended + 1] = id
  else
    overdue[#overdue + 1] = id
    overdue[#overdue + 1] = l.epoch
  end
end
return { ended, overdue }
