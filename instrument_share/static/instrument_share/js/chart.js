// Charts from the numbers that stand in the page beside them; the table with the same numbers is the page's.
import { loadComponent } from "./time.js";

const COLOURS = ["#0b5c8e", "#d08a1d", "#4c8f6b", "#8a4f7d", "#6b7682", "#b5533c"];
const INK = "#1c2833";
const SOFT = "#4f5d6a";

export async function show(place) {
  const echarts = await loadComponent("echarts", place);
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = echarts.init(place);
  chart.setOption(options(spec, place.clientWidth));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption(options(spec, place.clientWidth));
  }).observe(place);
}

function options(spec, width) {
  const words = { type: "category", data: spec.categories, axisLabel: { color: SOFT, hideOverlap: true }, axisTick: { show: false } };
  const figures = {
    type: "value", name: spec.unit || "", nameTextStyle: { color: SOFT, align: spec.horizontal ? "right" : "left" },
    axisLabel: { color: SOFT }, splitLine: { lineStyle: { color: "#e4e9ed" } },
  };
  if (spec.unit === "%") Object.assign(figures, { min: 0, max: 100 });
  if (spec.horizontal) {
    words.inverse = true;
    // Long names are broken, so that the bars keep most of a narrow screen.
    Object.assign(words.axisLabel, { width: Math.min(240, width * 0.4), overflow: "break", hideOverlap: false, interval: 0, fontSize: width < 500 ? 11 : 12 });
    figures.splitNumber = width < 500 ? 2 : 5;
  }
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    animation: !calm,
    animationDuration: 300,
    color: COLOURS,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: INK },
    aria: { enabled: true, label: { enabled: false }, decal: { show: spec.series.length > 1 } },
    grid: { left: 8, right: 16, top: spec.series.length > 1 ? 64 : 36, bottom: 8, containLabel: true },
    legend: spec.series.length > 1 ? { top: 0, left: 0, textStyle: { color: INK } } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: spec.type === "line" ? "line" : "shadow" } },
    xAxis: spec.horizontal ? figures : words,
    yAxis: spec.horizontal ? words : figures,
    series: spec.series.map((series) => ({
      name: series.name,
      data: series.data,
      type: spec.type === "line" ? "line" : "bar",
      stack: spec.type === "stacked" ? "all" : undefined,
      barMaxWidth: 28,
      symbolSize: 7,
      lineStyle: { width: 2.5 },
    })),
  };
}
