-- prefix, organization, numbers … → for each 1 when somebody with it wrote before, else 0
local known = {}
for index = 3, #ARGV do known[index - 2] = chat_of_number(ARGV[1], ARGV[2], ARGV[index]) and 1 or 0 end
return known
