/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables: each row with the filter of its packets, and long ones a page at a time. */

const PAGE_ROWS = 100;

/* One cell. A column is {title, of: row -> text, number or element, kind: "number", "when" or none}. */
function cell(column, row, filter, first) {
    const value = column.of(row);
    const shown = typeof value === "number" ? number(value) : value ?? "";
    const inner = first && filter ? make("button", { class: "copy", type: "button", title: filter }, shown) : shown;
    return first ? make("th", { scope: "row" }, inner) : make("td", { class: column.kind ?? null }, inner);
}

function line(columns, row, filterOfRow) {
    const filter = among(filterOfRow(row));
    return make("tr", { "data-filter": filter }, ...columns.map((column, at) => cell(column, row, filter, at === 0)));
}

/* @param shown how many rows are there at first; the rest comes on a click */
function table(caption, columns, rows, filterOfRow, shown = 10) {
    const body = make("tbody");
    const head = make("thead", null, make("tr", null, ...columns.map((column) =>
        make("th", { scope: "col", class: column.kind === "when" ? null : column.kind ?? null }, column.title))));
    const more = make("button", { class: "tool more", type: "button" });
    let found = rows, at = 0;
    const add = (count) => {
        body.append(...found.slice(at, at + count).map((row) => line(columns, row, filterOfRow)));
        at = Math.min(found.length, at + count);
        more.hidden = at >= found.length;
        more.textContent = `Show more (${number(at)} of ${number(found.length)})`;
    };
    more.addEventListener("click", () => add(PAGE_ROWS));
    add(shown);
    const made = make("div", null, make("div", { class: "scroll" }, make("table", null, make("caption", null, caption), head, body)), more);
    made.showOnly = (test) => {
        found = test ? rows.filter(test) : rows;
        at = 0;
        body.replaceChildren();
        add(shown);
        return found.length;
    };
    return made;
}

const counted = (key, title) => ({ title: title ?? key[0].toUpperCase() + key.slice(1), kind: "number", of: (row) => row[key] });
const seen = (key, title) => ({ title, kind: "when", of: (row) => when(row[key]) });

function card(title, note, size, ...children) {
    return make("section", { class: `card ${size}`, "aria-label": title }, make("h2", null, title), make("p", { class: "note" }, note), ...children);
}

/* --- Hours by ports -------------------------------------------------------------------------- */

const MOST_COLUMNS = 48;

/* Columns of equal length for sparse hours. @return {length_h, begins: [ms]} */
function columnsOf(begins) {
    const hours = (begins.at(-1) - begins[0]) / HOUR_MS + 1;
    const length_h = [1, 2, 3, 6, 12, 24].find((length) => hours / length <= MOST_COLUMNS) ?? Math.ceil(hours / MOST_COLUMNS / 24) * 24;
    const first = Math.floor(begins[0] / HOUR_MS / length_h) * length_h * HOUR_MS;
    const count = Math.floor((begins.at(-1) - first) / HOUR_MS / length_h) + 1;
    return { length_h, begins: Array.from({ length: count }, (_, at) => first + at * length_h * HOUR_MS) };
}

function heatCell(row, begin, end, packets, most) {
    const filter = among(filterOf.span(filterOf.port(row), begin, end));
    const said = `${row.port}, ${clock(begin)} UTC: ${plural(packets, "packet")}`;
    const button = make("button", { type: "button", title: said, "aria-label": said, "data-filter": filter });
    button.style.setProperty("--part", packets ? (0.1 + 0.9 * Math.sqrt(packets / most)).toFixed(3) : "0.03");
    return make("td", null, button);
}

function heatMap(rows, begins) {
    const { length_h, begins: columns } = columnsOf(begins);
    const place = begins.map((begin) => Math.floor((begin - columns[0]) / HOUR_MS / length_h));
    const sums = rows.map((row) => {
        const sum = columns.map(() => 0);
        row.packets.forEach((packets, at) => { sum[place[at]] += packets; });
        return sum;
    });
    const most = Math.max(1, ...sums.flat());
    const every = Math.max(1, Math.ceil(columns.length / 12));
    const heading = (begin) => {
        const text = new Date(begin).toISOString();
        return length_h < 24 && columns.length * length_h <= 72 ? text.slice(11, 16) : text.slice(5, 10);
    };
    const head = make("tr", null, make("td"), ...columns.map((begin, at) => make("th", { scope: "col" }, at % every ? "" : heading(begin))));
    const body = rows.map((row, r) => make("tr", null, make("th", { scope: "row" }, row.title),
        ...columns.map((begin, at) => heatCell(row, begin, begin + length_h * HOUR_MS, sums[r][at], most))));
    const shape = make("colgroup", null, make("col", { class: "names" }), make("col", { span: columns.length }));
    return { length_h, most, table: make("table", { class: "heat" }, make("caption", null, "Scan packets by port and time"), shape, make("thead", null, head), make("tbody", null, ...body)) };
}
