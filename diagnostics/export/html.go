package export

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"
)

// htmlPage writes a document as one HTML file: no script, nothing fetched, light
// and dark by the reader's setting, black on white in print.
func htmlPage(w io.Writer, d *document) error {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	b.WriteString("<meta name=\"generator\" content=\"otpdoctor\">\n<meta name=\"robots\" content=\"noindex\">\n")
	b.WriteString("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
	b.WriteString("<title>" + html.EscapeString(d.title) + "</title>\n<style>" + pageStyle + "</style>\n</head>\n<body>\n<main>\n")
	b.WriteString("<h1>" + html.EscapeString(d.title) + "</h1>\n")
	htmlBlocks(&b, d, true)
	b.WriteString("</main>\n</body>\n</html>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// htmlBlocks writes the blocks alone. rich is for a page of our own; without it
// there are only the plain elements that a help desk or a mail program keeps.
func htmlBlocks(b *strings.Builder, d *document, rich bool) {
	esc := html.EscapeString
	if d.status != "" {
		b.WriteString("<p><strong>" + esc(d.status) + "</strong></p>\n")
	}
	figure := 0
	blocks := d.blocks
	if !rich {
		blocks = d.flat()
	}
	for _, x := range blocks {
		switch x := x.(type) {
		case verdict:
			sign := "!"
			if x.severity == "high" {
				sign = "x"
			}
			b.WriteString("<section class=\"card " + esc(x.severity) + "\">\n<h3>" + esc(x.title) + " <span>" + sign + " " + esc(x.severity) + ", " + esc(x.sure) + "</span></h3>\n")
			b.WriteString("<p>" + esc(x.summary) + " " + esc(x.users) + ".</p>\n")
			for _, m := range x.more {
				if p, ok := m.(paragraph); ok {
					b.WriteString("<p>")
					if p.lead != "" {
						b.WriteString("<strong>" + esc(p.lead) + "</strong> ")
					}
					b.WriteString(esc(p.text) + "</p>\n")
				}
			}
			b.WriteString("</section>\n")
		case heading:
			level := x.level
			if !rich {
				level++
			}
			fmt.Fprintf(b, "<h%d>%s</h%d>\n", level, esc(x.text), level)
		case paragraph:
			b.WriteString("<p>")
			if x.lead != "" {
				b.WriteString("<strong>" + esc(x.lead) + "</strong> ")
			}
			b.WriteString(esc(x.text) + "</p>\n")
		case quoted:
			b.WriteString("<blockquote>")
			for i, l := range strings.Split(x.text, "\n") {
				if i > 0 {
					b.WriteString("<br>")
				}
				b.WriteString(esc(l))
			}
			b.WriteString("</blockquote>\n")
		case bullets:
			tag := "ul"
			if x.ordered {
				tag = "ol"
			}
			b.WriteString("<" + tag + ">\n")
			for _, s := range x.items {
				b.WriteString("<li>" + esc(s) + "</li>\n")
			}
			b.WriteString("</" + tag + ">\n")
		case pairs:
			b.WriteString("<table>\n")
			for _, r := range x.rows {
				b.WriteString("<tr><th scope=\"row\">" + esc(r[0]) + "</th><td>" + esc(r[1]) + "</td></tr>\n")
			}
			b.WriteString("</table>\n")
		case table:
			htmlTable(b, x, rich)
		case answers:
			htmlAnswers(b, x, rich)
		case chart:
			if !rich {
				continue
			}
			figure++
			letter := string(rune('A' + figure - 1))
			b.WriteString("<figure>\n<figcaption><b>" + letter + "</b> " + esc(x.title) + "</figcaption>\n")
			x.picture.svg(b, "chart-"+strings.ToLower(letter), x.title, x.alt)
			b.WriteString("<details><summary>The figures of picture " + letter + "</summary>\n")
			htmlTable(b, x.data, rich)
			b.WriteString("</details>\n</figure>\n")
		}
	}
}

func htmlTable(b *strings.Builder, t table, rich bool) {
	wide := rich && len(t.head) > 5
	if wide {
		b.WriteString("<div class=\"wide\">")
	}
	b.WriteString("<table>\n")
	if t.caption != "" && rich {
		b.WriteString("<caption>" + html.EscapeString(t.caption) + "</caption>\n")
	}
	b.WriteString("<thead><tr>")
	align := func(i int) string {
		if i < len(t.right) && t.right[i] {
			if rich {
				return " class=\"n\""
			}
			return " align=\"right\""
		}
		return ""
	}
	for i, h := range t.head {
		b.WriteString("<th scope=\"col\"" + align(i) + ">" + html.EscapeString(h) + "</th>")
	}
	b.WriteString("</tr></thead>\n<tbody>\n")
	for _, r := range t.rows {
		b.WriteString("<tr>")
		for i, c := range r {
			b.WriteString("<td" + align(i) + ">" + html.EscapeString(c) + "</td>")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n")
	if wide {
		b.WriteString("</div>\n")
	}
}

func htmlAnswers(b *strings.Builder, a answers, rich bool) {
	esc := html.EscapeString
	b.WriteString("<table")
	if rich {
		b.WriteString(" class=\"answers\"")
	}
	b.WriteString(">\n<thead><tr><th scope=\"col\">#</th><th scope=\"col\">Question</th><th scope=\"col\">Answer</th><th scope=\"col\">Source</th></tr></thead>\n<tbody>\n")
	for _, r := range a.rows {
		class := ""
		if rich && !r.known {
			class = " class=\"open\""
		}
		b.WriteString("<tr" + class + "><td>" + strconv.Itoa(r.number) + "</td><td>" + esc(r.question) + "</td><td>" + esc(r.answer))
		if r.conflict != "" {
			b.WriteString("<br><strong>! Conflict:</strong> " + esc(r.conflict))
		}
		b.WriteString("</td><td>" + esc(r.source) + "</td></tr>\n")
	}
	b.WriteString("</tbody>\n</table>\n")
}

// One accent for the found carrier and grey for the others: it prints, and says
// the same to who does not see colours.
const pageStyle = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1c1e;--soft:#55555c;--faint:#d5d5da;--other:#7c7c85;--accent:#a8322a;--shade:#f3e9e2;--box:#f6f6f8}
@media (prefers-color-scheme:dark){:root{--paper:#17171a;--ink:#ececf0;--soft:#a9a9b3;--faint:#3a3a42;--other:#8f8f9a;--accent:#ff8a7d;--shade:#35291f;--box:#212126}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#333;--faint:#bbb;--other:#777;--accent:#8a1c14;--shade:#eee;--box:#fff}figure,table,blockquote,.card{break-inside:avoid}main .wide{position:static;transform:none;width:100%}main .wide td,main .wide th{font-size:.65rem;padding-right:.5rem}h2,h3{break-after:avoid}details:not([open])>summary{display:none}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:46rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0 1rem}
h2{font-size:1.15rem;margin:2.2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--faint)}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.5rem 0}
p,li,td,th,blockquote,figcaption{overflow-wrap:anywhere;unicode-bidi:isolate}
blockquote{margin:.75rem 0;padding:.75rem 1rem;background:var(--box);border-left:3px solid var(--accent)}
.card{margin:.9rem 0;padding:.7rem 1rem .8rem;border:1px solid var(--faint);border-left:4px solid var(--other);border-radius:3px}
.card.high{border-left-color:var(--accent)}
.card h3{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem 1rem;margin:0 0 .3rem;font-size:1.05rem}
.card h3 span{font-weight:400;font-size:.95rem;color:var(--soft)}
.card.high h3 span{color:var(--accent)}
table{border-collapse:collapse;width:100%;font-size:.9rem;margin:.5rem 0}
caption{text-align:left;color:var(--soft);padding-bottom:.25rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--faint)}
th{font-weight:600}
.n{text-align:right;white-space:nowrap}
.wide{overflow-x:auto;position:relative;left:50%;transform:translateX(-50%);width:max-content;min-width:100%;max-width:calc(100vw - 2.5rem)}
.wide td,.wide th{overflow-wrap:normal;padding-right:.8rem}
.wide td{white-space:nowrap}
.wide th{white-space:normal;vertical-align:bottom}
.wide td:last-child,.wide th:last-child{padding-right:0}
.answers td:first-child,.answers th:first-child{width:2rem}
.answers td:nth-child(2){width:36%;color:var(--soft)}
.answers td:last-child,.answers th:last-child{width:5rem}
.open td:nth-child(3),.open td:last-child{font-weight:600}
figure{margin:1.5rem 0}
figcaption{font-weight:600;margin-bottom:.4rem}
figcaption b{display:inline-block;width:1.4rem}
svg{display:block;width:100%;height:auto}
svg text{font-family:"Liberation Sans",Arial,Helvetica,sans-serif}
details{font-size:.9rem;margin-top:.3rem}
summary{color:var(--soft);cursor:pointer}
.ink{fill:var(--ink)}.soft{fill:var(--soft)}.faint{fill:var(--faint)}.other{fill:var(--other)}.accent{fill:var(--accent)}.shade{fill:var(--shade)}.paper{fill:var(--paper)}
.s-ink,.s-soft,.s-faint,.s-other,.s-accent,.s-shade,.s-paper{fill:none}
.s-ink{stroke:var(--ink)}.s-soft{stroke:var(--soft)}.s-faint{stroke:var(--faint)}.s-other{stroke:var(--other)}.s-accent{stroke:var(--accent)}.s-shade{stroke:var(--shade)}.s-paper{stroke:var(--paper)}
`
