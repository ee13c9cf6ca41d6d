-- Epochs of leases: decimal digits as text, since as numbers Lua would print them without their last digits.
local function larger(a, b)
  if #a ~= #b then return #a > #b end
  return a > b
end

-- What TIME says, in microseconds.
local function micros_of(time)
  return time[1] .. string.rep("0", 6 - #time[2]) .. time[2]
end

-- The epoch that follows: `time` (of `micros_of`), or one more where the clock went back.
local function next_epoch(previous, time)
  local following = string.format("%.0f", tonumber(previous) + 1)
  return larger(following, time) and following or time
end
