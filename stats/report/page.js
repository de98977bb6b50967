/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the page together from the JSON that it carries. */

const settings = JSON.parse(document.getElementById("settings").textContent);

/* The JSON in a packed element, as text. @return null: it is empty */
async function unpack(id) {
    const packed = document.getElementById(id).textContent.trim();
    if (!packed) return null;
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
}

function saveJson(text) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "scannoise.json", class: "tool" }, "Save the numbers as JSON");
    return make("p", null, link);
}

function build(data, earlier) {
    everything = data.filter;
    const cards = [
        timeline(data), ...compared(data, earlier),
        portBars("packets", "Ports by packets", "--bar")(data), portBars("scanners", "Ports by scanners", "--bar2")(data),
        portHeat(data), scannerTable(data), portTable(data), ...groups(data), versions(data), backscatter(data),
    ].filter(Boolean);
    const main = document.getElementById("report");
    main.replaceChildren(...[top(data), tiles(data), unjudged(data), make("div", { class: "grid" }, ...cards)].filter(Boolean));
    for (const made of cards) made.afterwards?.();
    copyOnClick(main);
    main.removeAttribute("aria-busy");
    performance.mark("shown");
}

/* What to compare with is somebody's file: what is wrong with it does not keep the rest from being shown. */
function compared(data, earlier) {
    try {
        return earlier ? comparison(data, JSON.parse(earlier)) : [];
    } catch (error) {
        return [card("Compared with before", `The file that compare_with named cannot be read: ${error.message}.`, "")];
    }
}

async function begin() {
    if (typeof DecompressionStream === "undefined" || !Array.prototype.findLast)
        throw new Error("this browser is older than 2023 and cannot unpack the numbers");
    const [text, before] = [await unpack("numbers"), await unpack("earlier")];
    prepareCharts();
    build(JSON.parse(text), before);
    document.querySelector("footer").prepend(saveJson(text));
}

begin().catch((error) => {
    document.getElementById("report").replaceChildren(make("p", { class: "problem", role: "alert" }, `The report cannot be shown: ${error.message}.`));
    throw error;
});
