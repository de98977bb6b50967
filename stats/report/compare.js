/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* What differs from an earlier capture: new scanners, ports that rose and fell, who is gone. Captures
   are of different lengths, so that packets are compared by the day. */

function days(data) {
    const length = (ms(data.capture.last) - ms(data.capture.first)) / (24 * HOUR_MS);
    return length > 0 ? length : 1;
}

function portChanges(data, earlier) {
    const before = new Map(earlier.ports.map((row) => [row.port, row]));
    const now = new Map(data.ports.map((row) => [row.port, row]));
    const rate = (row, of) => row ? row.packets / days(of) : 0;
    return [...new Set([...now.keys(), ...before.keys()])].map((port) => {
        const row = now.get(port) ?? before.get(port);
        const [was, is] = [rate(before.get(port), earlier), rate(now.get(port), data)];
        return { port, service: row.service, was, is, change: is - was };
    });
}

function changed(rows, title, none) {
    const columns = [{ title: "Port", of: portTitle }, ...[["was", "Before"], ["is", "Now"]].map(([key, name]) =>
        ({ title: `${name}, a day`, kind: "number", of: (row) => number(Math.round(row[key])) })),
    { title: "Change", kind: "number", of: (row) => make("span", { class: row.change > 0 ? "rose" : "fell" }, (row.change > 0 ? "+" : "−") + number(Math.round(Math.abs(row.change)))) }];
    return card(title, rows.length ? "Scan packets a day." : none, "half", ...(rows.length ? [table(title, columns, rows, filterOf.port, 8)] : []));
}

function others(rows, title, note, filter) {
    const columns = [{ title: "Scanner", of: who }, { title: "What it does", of: does }, counted("packets"), counted("ports")];
    return card(title, note, "half", ...(rows.length ? [table(title, columns, rows, filter, 8)] : []));
}

function comparison(data, earlier) {
    const known = new Set(earlier.scanners.map((row) => row.address)), here = new Set(data.scanners.map((row) => row.address));
    const fresh = data.scanners.filter((row) => !known.has(row.address)), gone = earlier.scanners.filter((row) => !here.has(row.address));
    const changes = portChanges(data, earlier).filter((row) => Math.abs(row.change) >= 0.5);
    const rose = changes.filter((row) => row.change > 0).sort((a, b) => b.change - a.change);
    const fell = changes.filter((row) => row.change < 0).sort((a, b) => a.change - b.change);
    const time = earlier.capture.first ? ` of ${when(earlier.capture.first)} to ${when(earlier.capture.last)} UTC` : "";
    const stayed = data.scanners.length - fresh.length;
    return [
        card("Compared with before", `With the capture${time}: ${plural(stayed, "scanner")} came again, ${number(fresh.length)} are new, ${number(gone.length)} are gone. Scan packets: ${number(earlier.scan.packets)} before, ${number(data.scan.packets)} now.`, ""),
        others(fresh, "New scanners", `${number(fresh.length)} that were not there before.`, filterOf.scanner),
        others(gone, "Gone", `${number(gone.length)} that were there before only.`, filterOf.scanner),
        changed(rose, "Ports that rose", "None."), changed(fell, "Ports that fell", "None."),
    ];
}
