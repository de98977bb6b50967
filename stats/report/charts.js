/* Copyright 2026 the Scan Noise developers
 * SPDX-License-Identifier: GPL-2.0-or-later */
/* Charts: Chart.js draws, here stand what and in which colours. */

const charts = [];          // of Chart

function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Canvases do not follow the page's style: they are told of it. */
function dress() {
    Chart.defaults.color = colour("--soft");
    Chart.defaults.borderColor = colour("--line");
    for (const chart of charts) {
        for (const set of chart.data.datasets) set.backgroundColor = colour(set.ink);
        for (const scale of Object.values(chart.options.scales)) {
            scale.ticks.color = colour(scale.plain ? "--text" : "--soft");
            scale.grid.color = colour("--line");
        }
        if (chart.options.plugins.legend.labels) chart.options.plugins.legend.labels.color = colour("--text");
        chart.update();
    }
}

function prepareCharts() {
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    dress();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dress);
    for (const [event, on] of [["beforeprint", true], ["afterprint", false]]) {
        addEventListener(event, () => {
            document.documentElement.classList.toggle("print", on);
            dress();
        });
    }
}

function chartIn(box, described, config) {
    const canvas = make("canvas", { role: "img", "aria-label": described });
    box.append(canvas);
    config.options.onHover = (event, found) => { event.native.target.style.cursor = found.length ? "copy" : ""; };
    const chart = new Chart(canvas, config);
    charts.push(chart);
    return chart;
}

/* Horizontal bars: one for each row. */
function bars(rows, { name, value, filter, ink = "--bar", unit }) {
    const box = make("div", { class: "chart" });
    box.style.height = `${rows.length * 25 + 30}px`;
    const ticks = { precision: 0, maxTicksLimit: 5, callback: (tick) => number(tick) };
    chartIn(box, `Bars of ${unit}; the table has the same numbers.`, {
        type: "bar",
        data: {
            labels: rows.map((row) => short(name(row), 30)),
            datasets: [{ ink, backgroundColor: colour(ink), data: rows.map(value), maxBarThickness: 17, borderRadius: 3, minBarLength: 2 }],
        },
        options: {
            indexAxis: "y",
            onClick: (event, found) => { if (found.length && filter(rows[found[0].index])) copy(among(filter(rows[found[0].index]))); },
            plugins: {
                legend: { display: false },
                tooltip: { callbacks: { title: (items) => name(rows[items[0].dataIndex]), label: (item) => `${number(item.raw)} ${unit}` } },
            },
            scales: {
                x: { ticks, grid: { color: colour("--line"), drawBorder: false }, beginAtZero: true },
                y: { plain: true, ticks: { color: colour("--text"), autoSkip: false }, grid: { display: false, drawBorder: false } },
            },
        },
    });
    return box;
}

/* --- Over time ------------------------------------------------------------------------------- */

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, ...[1, 2, 3, 6, 12, 24, 48, 168, 336, 720, 2160, 8760, 87600].map((hours) => hours * 3600)];

/* Round times for the axis, so many as there is room for. */
function placeTicks(axis) {
    const most = Math.max(2, Math.floor(axis.width / 74));
    const seconds = (axis.max - axis.min) / 1000;
    const step_ms = (STEPS_S.find((length) => seconds / length <= most) ?? Math.ceil(seconds / most)) * 1000;
    axis.ticks = [];
    for (let at = Math.ceil(axis.min / step_ms) * step_ms; at <= axis.max; at += step_ms) axis.ticks.push({ value: at });
}

function tickText(value) {
    const [day, time] = clock(value).split(" ");
    return this.max - this.min <= 3 * 24 * HOUR_MS && time !== "00:00" ? time : day;
}

/* Stacked bars by IP version. @param steps [{begin, end, ipv4, ipv6}], times in milliseconds */
function overTime(box, steps, onClick) {
    const middle = (step) => (step.begin + step.end) / 2;
    const set = (label, key, ink) => ({
        label, ink, backgroundColor: colour(ink), data: steps.map((step) => ({ x: middle(step), y: step[key] })),
        barPercentage: 1, categoryPercentage: 0.86, borderRadius: 2,
    });
    return chartIn(box, "Scan packets over time by IP version; the table has the same numbers.", {
        type: "bar",
        data: { datasets: [set("IPv4", "ipv4", "--v4"), set("IPv6", "ipv6", "--v6")] },
        options: {
            parsing: false,
            interaction: { mode: "index", intersect: false },
            onClick: (event, found) => { if (found.length) onClick(steps[found[0].index]); },
            plugins: {
                legend: { align: "end", labels: { boxWidth: 11, boxHeight: 11, color: colour("--text") } },
                tooltip: {
                    callbacks: {
                        title: (items) => `${clock(steps[items[0].dataIndex].begin)} UTC`,
                        label: (item) => `${item.dataset.label}: ${number(item.raw.y)} packets`,
                    },
                },
            },
            scales: {
                x: {
                    type: "linear", stacked: true, offset: false, min: steps[0].begin, max: steps.at(-1).end,
                    afterBuildTicks: placeTicks, ticks: { callback: tickText, maxRotation: 0, autoSkip: false, color: colour("--soft") },
                    grid: { display: false, color: colour("--line") },
                },
                y: { stacked: true, beginAtZero: true, ticks: { precision: 0, callback: (tick) => number(tick) }, grid: { color: colour("--line"), drawBorder: false } },
            },
        },
    });
}

/* Dragging over the chart marks a span. @param onSpan gets its begin and end in milliseconds */
function markable(box, chart, onSpan) {
    const zone = make("div", { class: "zone", hidden: true });
    box.append(zone);
    let from = null;
    const place = (event) => {
        const { left, right } = chart.chartArea;
        return Math.min(right, Math.max(left, event.clientX - chart.canvas.getBoundingClientRect().left));
    };
    const draw = (to) => {
        zone.hidden = Math.abs(to - from) < 6;
        Object.assign(zone.style, { left: `${Math.min(from, to)}px`, width: `${Math.abs(to - from)}px`, height: `${chart.chartArea.bottom}px` });
    };
    box.addEventListener("pointerdown", (event) => { from = event.button === 0 ? place(event) : null; });
    box.addEventListener("pointermove", (event) => { if (from !== null) draw(place(event)); });
    for (const end of ["pointercancel", "pointerleave"]) box.addEventListener(end, () => { from = null; zone.hidden = true; });
    box.addEventListener("pointerup", (event) => {
        if (from !== null && !zone.hidden) {
            const span = [from, place(event)].sort((a, b) => a - b).map((x) => chart.scales.x.getValueForPixel(x));
            onSpan(...span);
        }
        from = null;
        zone.hidden = true;
    });
}
