/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* The report's sections. Each gets the JSON and returns a card, or null where there is nothing to show. */

const TOP = 12;             // bars of a chart

/* What is wanted there says more than IANA's name of the port. */
function portTitle(row) {
    const name = row.wanted ?? row.service;
    return name ? `${row.port} ${name}` : row.port;
}

function ranked(rows, key) {
    return [...rows].sort((a, b) => b[key] - a[key]).slice(0, TOP);
}

/* --- The headline ---------------------------------------------------------------------------- */

function list(words) {
    return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function headline(data) {
    const { scan, capture } = data;
    const time = span(capture.first, capture.last);
    if (capture.packets === 0) return "There is no packet in this capture.";
    if (scan.packets === 0) return `Nobody scanned this line${time ? ` in ${time}` : ""}: not one of ${plural(capture.packets, "packet")} is an unsolicited scan.`;
    const what = scan.ports > 0 ? `probed ${plural(scan.ports, "port")} of ${plural(scan.targets, "address", "addresses")}` : `probed ${plural(scan.targets, "address", "addresses")}`;
    const front = data.ports.slice(0, 3).map(portTitle);
    const v6 = data.ip_version[1].packets;
    return `${time ? `In ${time}, ` : ""}${plural(scan.scanners, "scanner")} ${what} with ${plural(scan.packets, "packet")}` +
        (front.length ? `; in front: ${list(front)}.` : ".") +
        (v6 === 0 ? " Not one of them came over IPv6." : ` Over IPv6 came ${number(v6)} of them.`);
}

function top(data) {
    const { capture } = data;
    const time = capture.first ? `${when(capture.first)} to ${when(capture.last)} UTC` : "no times";
    const head = make("header", { class: "top" },
        make("div", { class: "brand" }, make("strong", null, "Scan Noise"), make("span", null, time)),
        make("h1", { id: "headline" }, headline(data)));
    head.append(make("p", { class: "note" }, "Click a number, a bar or a row to copy the display filter that shows its packets, for Wireshark or tshark -2 -Y. All times are UTC."));
    if (data.filter) head.append(make("p", { class: "note" }, "Counted are packets that match ", make("code", null, data.filter)));
    return head;
}

function tiles(data) {
    const noise = (part) => data.capture.packets ? `${(100 * part / data.capture.packets).toFixed(1)} % of all packets` : "";
    const shown = [
        [data.scan.packets, "scan packets", "scannoise.scan", noise(data.scan.packets)],
        [data.scan.scanners, "scanners", "scannoise.scan"],
        [data.scan.ports, "ports", "scannoise.scan && scannoise.port"],
        [data.scan.targets, "targets", "scannoise.scan"],
        [data.backscatter.packets, "backscatter packets", "scannoise.backscatter"],
        [data.capture.packets, "packets in the capture", "frame"],
    ];
    return make("ul", { class: "tiles", "aria-label": "Totals" }, ...shown.map(([value, title, filter, more]) =>
        make("li", null, make("button", { class: "tile", type: "button", "data-filter": among(filter), title: among(filter) },
            make("b", null, number(value)), make("span", null, title), more ? make("span", null, more) : null))));
}

/* What limits all that follows, before it. */
function unjudged(data) {
    if (data.not_judged === 0) return null;
    const from = data.not_judged_from ? ` from frame ${number(data.not_judged_from)} on` : "";      // of many captures, none
    return make("p", { class: "problem" }, `${plural(data.not_judged, "packet")}${from} were not judged, as the preference max_memory left no room for more flows. They are in no number of this page but that of all packets.`);
}

/* --- Over time ------------------------------------------------------------------------------- */

/* The shortest steps that the data have. @return {length_ms, steps: [{begin, end, ipv4, ipv6}]} in milliseconds */
function stepsOf(data) {
    const length_ms = data.timeline ? data.timeline.step_seconds * 1000 : HOUR_MS;
    const steps = (data.timeline?.rows ?? data.hours).map((row) => ({ begin: ms(row.begin), end: ms(row.begin) + length_ms, ipv4: row.ipv4, ipv6: row.ipv6 }));
    return { length_ms, steps: steps.filter((step) => !Number.isNaN(step.begin)) };
}

function timeline(data) {
    const { length_ms, steps } = stepsOf(data);
    if (steps.length === 0) return null;
    const filter = (step) => filterOf.span("scannoise.scan", step.begin, step.end);
    const box = make("div", { class: "chart" });
    box.style.height = "270px";
    const columns = [
        { title: "From", of: (step) => clock(step.begin) },
        { title: "IPv4", kind: "number", of: (step) => step.ipv4 }, { title: "IPv6", kind: "number", of: (step) => step.ipv6 },
    ];
    const rest = make("details", null, make("summary", null, "The same as a table"), table("Scan packets over time by IP version", columns, steps, filter, 24));
    const tools = make("div", { class: "tools" });
    const made = card("Packets over time", `Scan packets per ${spell(length_ms)}, by IP version. Drag over the chart to zoom in.`, "", box, tools, rest);
    made.afterwards = () => zoomable(box, tools, steps, overTime(box, steps, (step) => copy(among(filter(step)))));
    return made;
}

/* Three ways to the same: dragging, two lists for who has no pointer, and one click back. */
function zoomable(box, tools, steps, chart) {
    const choice = (name, key) => make("select", { "aria-label": name }, ...steps.map((step) =>
        make("option", { value: step[key] }, clock(step[key]))));
    const from = choice("From", "begin"), to = choice("To", "end");
    const all = make("button", { class: "tool", type: "button" }, "Whole capture");
    const take = make("button", { class: "tool", type: "button" }, "Copy this span's filter");
    const now = () => [Number(from.value), Number(to.value)];
    const zoom = (begin, end) => {
        from.value = steps.findLast((step) => step.begin <= begin)?.begin ?? steps[0].begin;
        to.value = steps.find((step) => step.end >= end)?.end ?? steps.at(-1).end;
        if (now()[0] >= now()[1]) to.value = steps.find((step) => step.begin >= now()[0]).end;
        [chart.options.scales.x.min, chart.options.scales.x.max] = now();
        chart.update();
        all.hidden = now()[0] === steps[0].begin && now()[1] === steps.at(-1).end;
    };
    from.addEventListener("change", () => zoom(...now()));
    to.addEventListener("change", () => zoom(...now()));
    all.addEventListener("click", () => zoom(steps[0].begin, steps.at(-1).end));
    take.addEventListener("click", () => copy(among(filterOf.span("scannoise.scan", ...now()))));
    tools.append("From", from, "to", to, all, take);
    markable(box, chart, zoom);
    zoom(steps[0].begin, steps.at(-1).end);
}

/* --- Ports and scanners ---------------------------------------------------------------------- */

function portBars(key, title, ink) {
    return (data) => {
        if (data.ports.length === 0) return null;
        const made = card(title, `${Math.min(TOP, data.ports.length)} of ${plural(data.ports.length, "port")}.`, "half");
        made.afterwards = () => made.append(bars(ranked(data.ports, key), { name: portTitle, value: (row) => row[key], filter: filterOf.port, ink, unit: key }));
        return made;
    };
}

function portHeat(data) {
    const begins = data.hours.map((hour) => ms(hour.begin));
    if (data.port_hours.length === 0 || begins.some(Number.isNaN)) return null;
    const service = new Map(data.ports.map((row) => [row.port, row]));
    const rows = data.port_hours.map((row) => ({ ...row, title: portTitle(service.get(row.port)) }));
    const map = heatMap(rows, begins);
    const length = map.length_h === 1 ? "hour" : `${plural(map.length_h, "hour")}`;
    return card("Hours by ports", `Packets to the ${rows.length} ports with most, in each ${length}. The strongest cell has ${plural(map.most, "packet")}.`, "",
        make("div", { class: "scroll" }, map.table), make("div", { class: "tools" }, "none", make("span", { class: "scale", "aria-hidden": "true" }), `${number(map.most)} packets`));
}

function portTable(data) {
    if (data.ports.length === 0) return null;
    const columns = [{ title: "Port", of: (row) => row.port }, { title: "Service", of: (row) => named([row.service, row.wanted].filter(Boolean).join(", ")) },
        ...extra(data.ports, ["port", "service", "wanted", "packets", "scanners", "targets", "first", "last"]),
        counted("packets"), counted("scanners"), counted("targets"), seen("first", "First seen"), seen("last", "Last seen")];
    return card("Ports", plural(data.ports.length, "port") + ", those with most packets first.", "", table("Ports", columns, data.ports, filterOf.port, 15));
}

function lookups(row) {
    const links = settings.lookups.map(({ name, url }) =>
        make("a", { href: url + encodeURIComponent(row.address).replaceAll("%3A", ":"), target: "_blank", rel: "noopener noreferrer", title: `Ask ${name} about ${row.address}` }, name));
    return make("span", null, ...links);
}

function isKnown(kind) {
    return Boolean(kind) && kind !== "unknown";
}

function who(row) {
    return make("span", null, row.address, row.label ? make("span", { class: "label" }, " ", named(row.label), isKnown(row.kind) ? `, ${row.kind}` : "") : null,
        row.probe_uri ? make("span", { class: "label", title: "What its probes claim (RFC 9511); anybody can send it" }, " claims ", row.probe_uri) : null);
}

function does(row) {
    const tags = [row.pattern, row.structured && "structured", ...row.tools, ...row.techniques].filter(Boolean);
    return make("span", null, ...tags.map((tag) => make("span", { class: "tag" }, tag)));
}

function where(row) {
    const text = [row.country, row.asn && `AS${row.asn}`, row.organisation].filter(Boolean).join(" ");
    return text && named(text);
}

const SCANNER_KEYS = ["address", "label", "kind", "probe_uri", "packets", "contacts", "ports", "targets", "pattern", "structured", "techniques", "tools", "first", "last", "country", "asn", "organisation"];

function scannerTable(data) {
    if (data.scanners.length === 0) return null;
    const columns = [{ title: "Scanner", of: who }, { title: "What it does", of: does }, counted("packets"), counted("ports"), counted("targets"),
        ...extra(data.scanners, SCANNER_KEYS),
        ...(data.scanners.some((row) => row.country || row.asn) ? [{ title: "Where", of: where }] : []),
        seen("first", "First seen"), seen("last", "Last seen"), { title: "Who else knows it", kind: "links", of: lookups }];
    const made = table("Scanners", columns, data.scanners, filterOf.scanner, 20);
    const field = make("input", { type: "search", placeholder: "Address, name, tool …", "aria-label": "Find scanners" });
    const found = make("span", { role: "status" });
    field.addEventListener("input", () => {
        const wanted = field.value.trim().toLowerCase();
        const has = (row) => [row.address, row.label, row.probe_uri, row.organisation, row.country, row.pattern, ...row.tools, ...row.techniques].some((text) => text?.toLowerCase().includes(wanted));
        const count = made.showOnly(wanted ? has : null);
        found.textContent = wanted ? `${number(count)} found` : "";
    });
    return card("Scanners", `${plural(data.scanners.length, "scanner")}, those with most packets first. The links ask others what they know of an address, when you click them.`, "",
        make("div", { class: "tools" }, field, found), made);
}

/* --- Groups: anything that has a name and counts ------------------------------------------------ */

/* Members that these columns do not show yet: each as a column of its own. */
function extra(rows, known) {
    const keys = [...new Set(rows.slice(0, 1000).flatMap(Object.keys))].filter((key) => !known.includes(key));
    return keys.filter((key) => rows.some((row) => row[key] !== null && row[key] !== "")).map((key) => ({
        title: titleOf(key), kind: rows.every((row) => typeof row[key] === "number") ? "number" : null, of: (row) => plain(row[key]),
    }));
}

function titleOf(key) {
    const text = key.replaceAll("_", " ");
    return text[0].toUpperCase() + text.slice(1);
}

function plain(value) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return value ? "yes" : "";
    if (Array.isArray(value)) return named(value.slice(0, 12).map((part) => typeof part === "object" ? JSON.stringify(part) : part).join(", ") + (value.length > 12 ? " …" : ""));
    if (typeof value === "object") return named(JSON.stringify(value));
    return named(/^\d{4}-\d\d-\d\dT/.test(value) ? when(value) : String(value));
}

/* What is known of the sections of the JSON: their titles, and how to ask for a row's packets. Others
   are shown as well. */
const GROUPS = {
    campaigns: { title: "Campaigns", note: "Scanners that act alike: the same header traits, and the same ports, or ports shared among neighbours. It does not say whose they are.", filter: filterOf.campaign },
    victims: { title: "Under attack elsewhere", note: "Where backscatter comes from. ICMP errors may come from a router before the victim.", filter: filterOf.victim, item: (row) => [row.address, row.port].filter(Boolean).join(" ") },
    networks: { title: "Networks", note: "Scanners by /24 and /48; most scanners first.", filter: filterOf.network, by: "scanners" },
    organisations: { title: "Organisations", note: "Scanners that a label file names.", filter: filterOf.field("scannoise.scanner.label"), half: true },
    organisation_kinds: { title: "Kinds of organisation", note: "Unknown are those without a label, too.", filter: filterOf.field("scannoise.organisation.kind"), half: true },
    countries: { title: "Countries", note: "As the MaxMind databases know them.", filter: filterOf.country, half: true },
    autonomous_systems: { title: "Autonomous systems", note: "As the MaxMind databases know them.", filter: filterOf.system, half: true },
    techniques: { title: "Techniques", note: "How they scan, in Nmap's words.", filter: filterOf.field("scannoise.technique"), half: true },
    tools: { title: "Tools", note: "Where a header gives them away.", filter: filterOf.field("scannoise.tool"), half: true },
    asked_for: { title: "Asked for", note: "What UDP probes ask for, by port and content.", filter: filterOf.field("scannoise.asked_for"), half: true },
    outcomes: { title: "Outcomes", note: "What became of the probes.", filter: filterOf.field("scannoise.outcome"), half: true },
    reasons: { title: "Reasons", note: "The rules that made them scans.", filter: filterOf.field("scannoise.reason"), half: true },
    also_seen: { title: "Also seen", note: "Not judged: no rule decides about these, and no filter shows them alone.", filter: () => null, half: true },
};
const OWN_SECTION = ["ip_version", "ports", "scanners", "hours", "timeline", "port_hours"];

function group(key, rows) {
    if (!Array.isArray(rows) || rows.length === 0 || typeof rows[0] !== "object") return null;
    if (rows.length === 1 && rows[0].name === "unknown") return null;
    const { title = titleOf(key), note = "", filter = (row) => row.filter ?? null, half = false, by = "packets", item } = GROUPS[key] ?? {};
    const first = Object.keys(rows[0])[0];
    const columns = [{ title, of: (row) => plain(row[first]) }, ...extra(rows, [first, "first", "last", "filter"])];
    if (!half && "first" in rows[0]) columns.push(seen("first", "First seen"), seen("last", "Last seen"));
    const made = card(title, note, half ? "half" : "");
    const isChart = typeof rows[0][first] === "string" && typeof rows[0][by] === "number" && rows.length > 1;
    if (isChart) made.afterwards = () => made.insertBefore(bars(rows.slice(0, TOP), { name: item ?? ((row) => row[first]), value: (row) => row[by], filter, unit: by }), made.lastChild);
    made.append(table(title, columns, rows, filter, half ? 6 : 10));
    return made;
}

/* The groups in order, then those that this page does not know by name. */
function groups(data) {
    const unknown = Object.keys(data).filter((key) => Array.isArray(data[key]) && !(key in GROUPS) && !OWN_SECTION.includes(key));
    return [...unknown, ...Object.keys(GROUPS)].map((key) => group(key, data[key]));
}

function versions(data) {
    const columns = [{ title: "IP version", of: (row) => row.name }, counted("packets"), counted("scanners"), counted("scanner_prefixes", "Scanners by /64"),
        counted("ports"), counted("targets"), seen("first", "First seen"), seen("last", "Last seen")];
    return card("IP version", "Over IPv6 a site has many addresses: its /64 counts once.", "", table("IP version", columns, data.ip_version, filterOf.version));
}

function backscatter(data) {
    const { packets, first, last } = data.backscatter;
    if (packets === 0) return null;
    const parts = Object.entries(data.backscatter).filter(([, rows]) => Array.isArray(rows)).map(([key, rows]) => group(key, rows));
    const columns = [{ title: "Backscatter", of: () => "All of it" }, counted("packets"), seen("first", "First seen"), seen("last", "Last seen")];
    return card("Backscatter", "Responses to requests that this network never sent: somebody attacks their senders with forged source addresses.", "",
        table("Backscatter", columns, [{ packets, first, last }], () => "scannoise.backscatter"), ...parts.filter(Boolean));
}
