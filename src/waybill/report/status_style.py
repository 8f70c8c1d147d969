"""How the page of `status` looks. States differ in shape and word, and in colours that the colour blind tell apart."""

from __future__ import annotations

STYLE = """\
:root{
  --page:#f6f7f8;--card:#fff;--ink:#1b2126;--soft:#59636c;--line:#dde2e6;--faint:#eef1f3;
  --good:#00664a;--warn:#8a4b00;--bad:#a8290c;--dull:#59636c;
  --warn-wash:#fdf1dc;--bad-wash:#fdeae4;--dull-wash:#eceff1;--good-wash:#e4f3ee;
  --mono:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
}
@media (prefers-color-scheme:dark){:root{
  --page:#12161a;--card:#1a2026;--ink:#e4e9ed;--soft:#9aa6b0;--line:#2c353d;--faint:#222a31;
  --good:#5cc9a7;--warn:#f0b455;--bad:#ff8f73;--dull:#9aa6b0;
  --warn-wash:#2e2615;--bad-wash:#3a201a;--dull-wash:#242c33;--good-wash:#17302a;
}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);
  font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;
  overflow-wrap:anywhere}
main,.top,footer{max-width:1120px;margin:0 auto;padding:0 20px}
.top{padding-top:28px}
h1{font-size:1.5rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:.8rem;line-height:1.3;margin:32px 0 10px;text-transform:uppercase;letter-spacing:.07em;color:var(--soft)}
h3{font-size:1.05rem;line-height:1.3;margin:0}
p{margin:0}
ul{margin:0;padding:0;list-style:none}
code,.version{font-family:var(--mono);font-size:.92em}
.soft{color:var(--soft)}
.verdict{font-size:1.02rem;margin-top:8px}
.verdict::before{content:"\\25CF";color:var(--good);margin-right:8px;font-size:.85em}
.verdict.bad::before{content:"\\25B2";color:var(--warn)}
.facts{display:flex;flex-wrap:wrap;gap:2px 18px;margin-top:6px;font-size:.86rem;color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:0 0 14px;overflow:hidden}
.card.bad{border-left:4px solid var(--bad)}
.card.dull{border-left:4px dashed var(--dull)}
.head{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 14px;padding:12px 16px 8px}
.head .soft{font-size:.86rem}
.said{padding:0 16px 12px;font-size:.94rem}
.said li{padding:3px 0 3px 22px;position:relative}
.said li::before{content:"\\25B2";position:absolute;left:2px;top:5px;font-size:.72rem;color:var(--warn)}
.said li.note::before{content:"\\25CB";color:var(--dull)}
.said.alone{padding-top:10px;padding-bottom:10px}
.said b{font-weight:600}
table{width:100%;border-collapse:collapse;font-size:.93rem}
th,td{text-align:left;vertical-align:top;padding:7px 16px;border-top:1px solid var(--line);font-weight:400}
thead th{font-size:.8rem;color:var(--soft);padding-top:5px;padding-bottom:5px;background:var(--faint)}
tbody th{font-weight:600}
td .version{display:block}
.state{display:inline-flex;align-items:baseline;gap:5px;font-size:.82rem;color:var(--soft);white-space:nowrap}
.state::before{content:"\\25CF";font-size:.7em;color:var(--good)}
.state.bare::before{content:"\\25CB"}
.state.absent::before{content:"\\2013";color:var(--dull)}
.state.behind{color:var(--warn);font-weight:600}
.state.behind::before{content:"\\25BC";color:var(--warn)}
.state.broken,.state.withdrawn,.state.foreign{color:var(--bad);font-weight:600}
.state.broken::before{content:"\\2716";color:var(--bad);font-size:.85em}
.state.withdrawn::before{content:"\\21A9";color:var(--bad);font-size:.95em}
.state.foreign::before{content:"\\2260";color:var(--bad);font-size:.95em}
.state.unreadable{color:var(--dull);font-weight:600}
.state.unreadable::before{content:"?";color:var(--dull);font-size:.95em}
td.behind{background:var(--warn-wash)}
td.broken,td.withdrawn,td.foreign{background:var(--bad-wash)}
td.unreadable{background:repeating-linear-gradient(135deg,var(--dull-wash) 0 6px,transparent 6px 12px)}
.pill{display:inline-block;font-size:.78rem;font-weight:600;padding:0 8px;border-radius:99px;
  background:var(--bad-wash);color:var(--bad);line-height:1.7;white-space:nowrap}
.pill.dull{background:var(--dull-wash);color:var(--dull)}
.pill.good{background:var(--good-wash);color:var(--good)}
.matrix{table-layout:fixed}
.matrix tbody tr:first-child td:first-child{width:20%}
.calm th{width:34%}
.calm td:last-child{width:28%}
.calm .version{display:inline}
.calm .soft{font-weight:400;font-size:.86rem}
.calm th .soft{margin-left:4px}
.calm .state+.state{margin-left:12px}
.channel{display:inline-block;margin-right:18px;color:var(--soft);font-size:.88rem}
.channel .version{color:var(--ink)}
.legend{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:6px 22px;padding:12px 16px;
  font-size:.86rem;color:var(--soft)}
footer{padding-top:18px;padding-bottom:36px;font-size:.82rem;color:var(--soft)}
.stacked thead{display:none}
.stacked tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));padding:4px 0;
  border-top:1px solid var(--line)}
.stacked th,.stacked td{border:0;padding-top:4px;padding-bottom:4px}
.stacked th{grid-column:1/-1}
.stacked td[data-name]::before{content:attr(data-name);display:block;font-size:.82rem;color:var(--soft)}
@media (max-width:640px){
  main,.top,footer{padding-left:12px;padding-right:12px}
  .head,.said{padding-left:12px;padding-right:12px}
  thead{display:none}
  table,tbody,tr,.stacked tr{display:block;width:100%}
  tr,.stacked tr{border-top:1px solid var(--line);padding:6px 0}
  th,td,.calm th,.calm td:last-child{display:block;border:0;padding:3px 12px;width:auto}
  td[data-name],.stacked td[data-name]{display:grid;grid-template-columns:7em minmax(0,1fr);gap:0 10px;
    align-items:baseline}
  td[data-name]::before{content:attr(data-name);font-size:.82rem;color:var(--soft)}
  td .version{display:inline;margin-right:4px}
  .calm th,.calm td{padding-top:1px;padding-bottom:1px}
}
@media print{body{background:#fff}.card{break-inside:avoid}}
"""
