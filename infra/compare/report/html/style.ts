/**
 * Colours are named by what they are for, so that charts take the same ones; each text has a contrast of 4.5 to 1 or
 * more with what is behind it, in light and in dark. Series colours are Okabe and Ito's, told apart by whoever does not
 * see all colours, darker or lighter for their background.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f6f7f9; --ink: #1b1f24; --muted: #555d67; --line: #d5d9df; --link: #0b57a4;
  --good: #176a37; --bad: #b3261e; --unknown: #7a5200; --limit: #b3261e;
  --series-1: #0072b2; --series-2: #d98200; --series-3: #00835f; --series-4: #b8558d; --series-5: #6b5bc2;
  --series-6: #8a5a2b; --series-7: #4d8bb8; --series-8: #7a7a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --panel: #1d2126; --ink: #e8eaed; --muted: #a9b1bb; --line: #3a4149; --link: #84bdf5;
    --good: #6fd195; --bad: #ff9d94; --unknown: #f0c364; --limit: #ff9d94;
    --series-1: #56b4e9; --series-2: #f0a93a; --series-3: #2fc79a; --series-4: #e08fbd; --series-5: #a99cf0;
    --series-6: #c99a6b; --series-7: #9cc9e8; --series-8: #c5c544;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: break-word;
}
h1 { margin: 0 0 .6rem; font-size: clamp(1.5rem, 4vw, 2.1rem); line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 2.6rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); font-size: 1.3rem; line-height: 1.3; }
p, ul, ol { margin: .6rem 0; max-width: 48rem; }
header p { color: var(--muted); }
li { margin: .25rem 0; }
a { color: var(--link); }
nav { margin: 1.2rem 0; padding: .6rem 1rem; background: var(--panel); border-radius: .5rem; font-size: .92rem; }
nav ol { columns: 19rem; margin: 0; padding-left: 1.4rem; max-width: none; }
.table { overflow-x: auto; margin: 1rem 0; }
.table:focus-visible, .chart:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .4rem .7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; }
thead th { color: var(--muted); font-weight: 600; border-bottom: 2px solid var(--line); vertical-align: bottom; }
tbody th { font-weight: 600; min-width: 9rem; }
tbody th.short { min-width: 0; white-space: nowrap; }
.right { text-align: right; }
td.right, td.short { white-space: nowrap; }
td.good { color: var(--good); } td.bad { color: var(--bad); } td.unknown { color: var(--unknown); }
td a, td abbr { color: inherit; }
a.figure, abbr { text-decoration: underline dotted; text-decoration-color: var(--muted); text-underline-offset: .2em; cursor: help; }
sup { font-size: .7em; line-height: 0; margin-left: .15em; }
sup a { color: var(--link); text-decoration: none; }
figure { margin: 1.2rem 0; padding: 1rem; background: var(--panel); border-radius: .5rem; }
figcaption { font-weight: 600; margin-bottom: .4rem; }
.chart { overflow-x: auto; }
.chart svg { display: block; width: 100%; height: auto; min-width: 34rem; }
.words { margin: .5rem 0 0; color: var(--muted); font-size: .9rem; max-width: none; }
footer { font-size: .85rem; color: var(--muted); }
footer ol { padding-left: 2.2rem; max-width: none; }
footer a { overflow-wrap: anywhere; }
:target { outline: 2px solid var(--link); outline-offset: .2rem; border-radius: .2rem; }
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --panel: #ffffff; --ink: #000000; --muted: #444444; --line: #bbbbbb; --link: #000000;
    --good: #176a37; --bad: #b3261e; --unknown: #7a5200; --limit: #b3261e;
    --series-1: #0072b2; --series-2: #d98200; --series-3: #00835f; --series-4: #b8558d; --series-5: #6b5bc2;
    --series-6: #8a5a2b; --series-7: #4d8bb8; --series-8: #7a7a00;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .table, .chart { overflow: visible; }
  .chart svg { min-width: 0; }
  table { font-size: 8.5pt; }
  th, td { padding: .2rem .4rem; }
  td.right, td.short { white-space: normal; }
  tbody th { min-width: 0; }
  figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  figure { border: 1px solid var(--line); }
}
`.trim();
