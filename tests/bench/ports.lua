-- Copyright 2026 the Scan Noise developers
-- SPDX-License-Identifier: GPL-2.0-or-later
-- ports.lua: what a user would script in place of this plugin: counts SYNs by port and source. One
-- field extractor only, ports and addresses from pinfo, since every extractor costs time.
local tcp_flags = Field.new("tcp.flags")
local SYN, SYN_AND_ACK = 0x02, 0x12
local ports, sources = {}, {}
local proto = Proto("synports", "SYNs by port and source")
function proto.dissector(_, pinfo)
    local flags = tcp_flags()
    if flags and bit.band(flags.value, SYN_AND_ACK) == SYN then
        local port, source = pinfo.dst_port, tostring(pinfo.src)
        ports[port] = (ports[port] or 0) + 1
        sources[source] = (sources[source] or 0) + 1
    end
end
register_postdissector(proto)
local function print_top(title, counts)
    local names = {}
    for name in pairs(counts) do names[#names + 1] = name end
    table.sort(names, function(a, b) return counts[a] > counts[b] end)
    print(title, #names)
    for i = 1, math.min(20, #names) do print(names[i], counts[names[i]]) end
end
local listener = Listener.new("frame")
function listener.draw() print_top("Ports", ports); print_top("Sources", sources) end
