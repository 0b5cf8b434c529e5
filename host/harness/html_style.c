// SPDX-License-Identifier: GPL-2.0-only
#include "html_draw.h"

static const char colours[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1c2530;--faint:#66727f;--rule:#dde3ea;\n"
	"--head:#f4f6f9;--link:#0b5cad;--pass:#1a7f37;--fail:#c62828;--open:#9a6700;--skip:#66727f;\n"
	"--band0:#f3f6fa;--band1:#e6ecf3;--grid:#d3dae2;--longest:#c2410c;--mean:#0b5cad;\n"
	"--dsq:#7c3aed;--bars:#4a90c9;--p50:#0b5cad;--p99:#c2410c;--snap:#57606a;--watch:#8250df;\n"
	"--q0:#e3ebf3;--q1:#b5d3ea;--q2:#7db3db;--q3:#4290c8;--q4:#1f6aa5;--q5:#0d4373;--q6:#b3123d}\n"
	"@media (prefers-color-scheme:dark){:root{--bg:#12171d;--fg:#dde4ec;--faint:#93a0ae;\n"
	"--rule:#2c3742;--head:#1a2129;--link:#76b4f0;--pass:#4cc26a;--fail:#ff7b72;--open:#e3b341;\n"
	"--skip:#93a0ae;--band0:#182028;--band1:#202a35;--grid:#303c48;--longest:#ff9e64;\n"
	"--mean:#6cb0f2;--dsq:#bb9af7;--bars:#4a86b8;--p50:#6cb0f2;--p99:#ff9e64;--snap:#a9b4c0;\n"
	"--watch:#c9a6ff;--q0:#26323e;--q1:#24506f;--q2:#2d6f9e;--q3:#4394cb;--q4:#7dbbe6;\n"
	"--q5:#c2e2f8;--q6:#ff6f91}}\n";

static const char page[] =
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:1.2rem 1.4rem 3rem;max-width:76rem;background:var(--bg);\n"
	"color:var(--fg);font:15px/1.45 system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif}\n"
	"h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.2rem;margin:0 0 .3rem;overflow-wrap:anywhere}\n"
	"a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}\n"
	"section{border-top:1px solid var(--rule);margin-top:2rem;padding-top:1.2rem}\n"
	".faint,.none{color:var(--faint)}.none{font-style:italic}\n"
	".verdict,.kind{display:inline-block;border-radius:.3rem;padding:0 .45rem;font-size:.8rem;\n"
	"font-weight:600;line-height:1.5;border:1px solid;white-space:nowrap;vertical-align:.1em;\n"
	"color:var(--skip)}\n"
	".v-PASS,.k-pass{color:var(--pass)}.v-FAIL,.k-fail{color:var(--fail)}\n"
	".v-INCONCLUSIVE,.k-inconclusive{color:var(--open)}\n"
	".summary{font-size:1.02rem;margin:.2rem 0 .6rem;overflow-wrap:anywhere}\n"
	"dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.1rem 1.2rem;\n"
	"margin:.4rem 0 1rem}dl div{display:flex;gap:.5rem;min-width:0}dt{color:var(--faint);\n"
	"white-space:nowrap}dd{margin:0;overflow-wrap:anywhere;min-width:0}\n"
	".scroll{overflow-x:auto;margin:1rem 0}\n"
	"table{border-collapse:collapse;width:100%;font-size:.88rem}\n"
	"caption{text-align:left;font-weight:600;padding-bottom:.3rem}caption .faint{font-weight:400}\n"
	"th,td{padding:.22rem .55rem;border-bottom:1px solid var(--rule);text-align:left;\n"
	"vertical-align:top;overflow-wrap:break-word;max-width:34rem}\n"
	"th{background:var(--head);font-weight:600;white-space:nowrap}th.n{text-align:right}\n"
	"td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
	"pre{overflow-x:auto;background:var(--head);padding:.6rem .8rem;font-size:.8rem;\n"
	"border-radius:.3rem}details{margin:.5rem 0}summary{cursor:pointer}\n";

static const char drawing[] =
	"figure{margin:.6rem 0}figcaption{font-size:.88rem;overflow-wrap:anywhere}\n"
	"svg{display:block;width:100%;height:auto;font:11px system-ui,\"DejaVu Sans\",sans-serif}\n"
	".histograms{display:grid;grid-template-columns:repeat(auto-fill,minmax(24rem,1fr));gap:.4rem 1.4rem}\n"
	".histogram{max-width:34rem}svg text{fill:var(--fg)}\n"
	"svg .tick,svg .axis{fill:var(--faint)}svg .axis,svg .mid{text-anchor:middle}\n"
	"svg .end{text-anchor:end}svg .step{font-weight:600}\n"
	".band0{fill:var(--band0)}.band1{fill:var(--band1)}.grid{stroke:var(--grid)}\n"
	".q0{fill:var(--q0)}.q1{fill:var(--q1)}.q2{fill:var(--q2)}.q3{fill:var(--q3)}\n"
	".q4{fill:var(--q4)}.q5{fill:var(--q5)}.q6{fill:var(--q6)}.key{stroke:var(--faint);\n"
	"stroke-width:.5}\n"
	".line{fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}\n"
	".longest{stroke:var(--longest)}.mean{stroke:var(--mean)}.dsq{stroke:var(--dsq);\n"
	"stroke-dasharray:5 3}.bars{fill:var(--bars)}\n"
	".mark .at{stroke-width:1.3;stroke-dasharray:3 2}svg .mark text{font-weight:600;paint-order:stroke;\n"
	"stroke:var(--bg);stroke-width:3px;stroke-linejoin:round}\n"
	".snap .at{stroke:var(--snap)}svg .snap text{fill:var(--snap)}\n"
	".op .at{stroke:var(--faint)}svg .op text{fill:var(--faint)}\n"
	".watch .at{stroke:var(--watch)}svg .watch text{fill:var(--watch)}\n"
	".death .at{stroke:var(--fail);stroke-width:2;stroke-dasharray:none}\n"
	"svg .death text{fill:var(--fail)}\n"
	".p50 .at{stroke:var(--p50)}svg .p50 text{fill:var(--p50)}\n"
	".p99 .at{stroke:var(--p99)}svg .p99 text{fill:var(--p99)}\n"
	"@media print{body{max-width:none;padding:0}section{break-inside:avoid-page}}\n";

void html_style(FILE *out)
{
	fputs("<style>\n", out);
	fputs(colours, out);
	fputs(page, out);
	fputs(drawing, out);
	fputs("</style>\n", out);
}
