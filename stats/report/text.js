/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
"use strict";
/* Numbers, times and names as text, and elements that hold them. Names come from captures and from
   strangers: they get into the page as text only, and in their own direction of writing. */

const HOUR_MS = 3600 * 1000;

function number(value) {
    return Number(value).toLocaleString("en-US");
}

function plural(count, one, many) {
    return `${number(count)} ${count === 1 ? one : many ?? one + "s"}`;
}

/* Milliseconds since 1970, or NaN for what no calendar has. */
function ms(time) {
    return time ? Date.parse(time) : NaN;
}

function when(time) {
    return Number.isNaN(ms(time)) ? time ?? "" : `${time.slice(0, 10)} ${time.slice(11, 19)}`;
}

/* Milliseconds since 1970 as date and time of day in UTC, with seconds where they are not 0. */
function clock(time_ms) {
    return new Date(time_ms).toISOString().slice(0, time_ms % 60000 === 0 ? 16 : 19).replace("T", " ");
}

/* Of a length that one unit tells: "hour", "5 minutes". */
function spell(length_ms) {
    const [unit_ms, unit] = [[HOUR_MS, "hour"], [60000, "minute"], [1000, "second"]].find(([length]) => length_ms % length === 0);
    return length_ms === unit_ms ? unit : plural(length_ms / unit_ms, unit);
}

/* A span of time in its two greatest units. */
function span(first, last) {
    const minutes = Math.round((ms(last) - ms(first)) / 60000);
    if (Number.isNaN(minutes)) return "";
    if (minutes < 1) return "less than a minute";
    if (minutes < 90) return plural(minutes, "minute");
    const hours = Math.round(minutes / 60);
    return hours < 72 ? plural(hours, "hour") : plural(Math.round(hours / 24), "day");
}

function short(text, most = 26) {
    const letters = Array.from(text);
    return letters.length > most ? letters.slice(0, most - 1).join("") + "…" : text;
}

/* make("td", {class: "number"}, "text", element, …): strings become text, never markup. */
function make(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
}

/* A name that strangers have chosen. */
function named(text) {
    return make("bdi", null, text);
}
