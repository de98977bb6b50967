/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* Display filters: what each number of the report counts, for Wireshark and tshark -2 -Y. */

let everything = null;      // the filter that the report itself was made with

function quoted(text) {
    return '"' + text.replace(/["\\]/g, "\\$&") + '"';
}

/* The condition among what the report has counted. */
function among(condition) {
    return everything && condition ? `(${everything}) && (${condition})` : condition;
}

function epoch(time_ms) {
    return (time_ms / 1000).toFixed(6);
}

const filterOf = {
    port(row) {
        const [transport, port] = row.port.split("/");
        return `scannoise.port == ${port} && ${transport}`;
    },
    scanner(row) {
        return `scannoise.scanner${row.address.includes(":") ? "6" : ""} == ${row.address}`;
    },
    network(row) {
        return `scannoise.scanner${row.name.includes(":") ? "6" : ""} == ${row.name}`;
    },
    /* Without "port" the row is of all that the address answers; null: it answers over ICMP. */
    victim(row) {
        const what = row.port === undefined ? "scannoise.backscatter" : `scannoise.answers == ${quoted(row.port ?? "icmp")}`;
        return `${what} && ip${row.address.includes(":") ? "v6" : ""}.src == ${row.address}`;
    },
    campaign(row) {
        return `scannoise.scanner${row.members[0].includes(":") ? "6" : ""} in {${row.members.join(", ")}}`;
    },
    version(row) {
        return row.name === "IPv6" ? "scannoise.scanner6" : "scannoise.scanner";
    },
    field(field) {
        return (row) => `${field} == ${quoted(row.name)}`;
    },
    /* Of the databases' fields: of a scan's packets the source is the scanner. */
    country(row) {
        const name = quoted(row.name);
        return `scannoise.scan && (ip.geoip.src_country == ${name} || ipv6.geoip.src_country == ${name})`;
    },
    system(row) {
        const found = /^AS ?([0-9]+)/.exec(row.name);
        return found && `scannoise.scan && (ip.geoip.src_asnum == ${found[1]} || ipv6.geoip.src_asnum == ${found[1]})`;
    },
    span(condition, begin_ms, end_ms) {
        return `${condition} && frame.time_epoch >= ${epoch(begin_ms)} && frame.time_epoch < ${epoch(end_ms)}`;
    },
};

let toast;

async function copy(filter) {
    try {
        await navigator.clipboard.writeText(filter);
    } catch {
        const field = make("textarea");
        field.value = filter;
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
    }
    const said = document.getElementById("copied");
    said.replaceChildren("Copied: ", make("code", null, filter));
    said.classList.add("seen");
    clearTimeout(toast);
    toast = setTimeout(() => said.classList.remove("seen"), 4000);
}

/* One listener for all that has a filter. */
function copyOnClick(root) {
    root.addEventListener("click", (event) => {
        if (event.target.closest("a, summary, .tool, input, select")) return;
        const filter = event.target.closest("[data-filter]")?.dataset.filter;
        if (filter && !String(getSelection())) copy(filter);
    });
}
