package export

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
)

// Measures of a page, in points.
const (
	pageWidth   = 595.28 // A4
	pageHeight  = 841.89
	pageMargin  = 56
	columnWidth = pageWidth - 2*pageMargin
	bodySize    = 9.5
	leading     = 1.38
)

// Colours of the roles on paper.
var printColors = map[string][3]int{"ink": {0, 0, 0}, "soft": {85, 85, 92}, "faint": {205, 205, 210}, "other": {124, 124, 133},
	"accent": {168, 50, 42}, "shade": {240, 230, 223}, "paper": {255, 255, 255}}

// pdfPage lays a document out on pages.
type pdfPage struct {
	f      *fpdf.Fpdf
	loaded map[*fontFile]bool
	y      float64
}

// pdf writes a document as PDF. created is what its metadata says; the same
// document gives the same bytes.
func pdf(w io.Writer, d *document, created time.Time) error {
	f := fpdf.New("P", "pt", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(created)
	f.SetModificationDate(created)
	f.SetProducer("otpdoctor", true)
	f.SetCreator("otpdoctor", true)
	f.SetTitle(d.title, true)
	f.SetLang("en")
	f.SetMargins(pageMargin, pageMargin, pageMargin)
	f.SetAutoPageBreak(false, 0)
	f.SetDisplayMode("fullpage", "default")
	f.AliasNbPages("")
	p := &pdfPage{f: f, loaded: map[*fontFile]bool{}}
	title := cutEnd(d.title, 80)
	f.SetFooterFunc(func() {
		p.text(pageMargin, pageHeight-30, title, 8, false, "soft")
		// The number of pages is put in at the end, so its width is not known: it stands left of a fixed place.
		number := fmt.Sprintf("%d of {nb}", f.PageNo())
		p.text(pageWidth-pageMargin-34, pageHeight-30, number, 8, false, "soft")
	})
	p.newPage()
	p.wrapped(d.title, pageMargin, columnWidth, 17, true, "ink")
	p.y += 6
	if d.status != "" {
		p.wrapped(d.status, pageMargin, columnWidth, 11, true, "accent")
		p.y += 4
	}
	figure := 0
	blocks := d.flat()
	for i, b := range blocks {
		switch b := b.(type) {
		case heading:
			p.heading(b, i+1 < len(blocks) && isHeading(blocks[i+1]))
		case paragraph:
			p.paragraph(b)
		case quoted:
			p.quote(b.text)
		case bullets:
			for j, s := range b.items {
				mark := "•"
				if b.ordered {
					mark = strconv.Itoa(j+1) + "."
				}
				p.room(bodySize * leading)
				p.text(pageMargin+4, p.y+bodySize, mark, bodySize, false, "ink")
				p.wrapped(s, pageMargin+18, columnWidth-18, bodySize, false, "ink")
				p.y += 2
			}
			p.y += 3
		case pairs:
			rows := make([][]string, len(b.rows))
			for j, r := range b.rows {
				rows[j] = []string{r[0], r[1]}
			}
			p.table(table{head: nil, rows: rows})
		case table:
			p.table(b)
		case answers:
			p.table(b.table("\n! Conflict: "))
		case chart:
			figure++
			p.chart(b, string(rune('A'+figure-1)))
		}
	}
	if err := f.Error(); err != nil {
		return err
	}
	return f.Output(w)
}

func (p *pdfPage) newPage() {
	p.f.AddPage()
	p.y = pageMargin
}

// room begins a new page where height does not fit on this one.
func (p *pdfPage) room(height float64) {
	if p.y+height > pageHeight-pageMargin && p.y > pageMargin {
		p.newPage()
	}
}

func (p *pdfPage) use(f *fontFile, size float64) {
	if !p.loaded[f] {
		p.loaded[f] = true
		f.open()
		// The library writes into what it is given.
		p.f.AddUTF8FontFromBytes(f.name, "", append([]byte(nil), f.data...))
	}
	p.f.SetFont(f.name, "", size)
}

func (p *pdfPage) color(role string) (r, g, b int) {
	c, ok := printColors[role]
	if !ok {
		c = printColors["ink"]
	}
	return c[0], c[1], c[2]
}

// text draws one line with its baseline at y and gives its width.
func (p *pdfPage) text(x, y float64, s string, size float64, bold bool, role string) float64 {
	p.f.SetTextColor(p.color(role))
	start := x
	for _, r := range shaped(s, bold) {
		p.use(r.font, size)
		p.f.Text(x, y, r.text)
		x += p.f.GetStringWidth(r.text)
	}
	return x - start
}

func (p *pdfPage) width(s string, size float64, bold bool) float64 {
	var w float64
	for _, r := range shaped(s, bold) {
		p.use(r.font, size)
		w += p.f.GetStringWidth(r.text)
	}
	return w
}

// lines breaks s at blanks, and between ideographs, into lines of a width.
func (p *pdfPage) lines(s string, width, size float64, bold bool) []string {
	var lines []string
	for _, para := range strings.Split(s, "\n") {
		line, used := "", 0.0
		space := p.width(" ", size, bold)
		for _, word := range breakable(para) {
			text := strings.TrimLeft(word, " ")
			gap := 0.0
			if line != "" && text != word {
				gap = space
			}
			n := p.width(text, size, bold)
			if line != "" && used+gap+n > width {
				lines = append(lines, line)
				line, used, gap = "", 0, 0
			}
			for n > width { // a word longer than a line
				runes := []rune(text)
				cut := max(1, int(float64(len(runes))*width/n))
				for cut > 1 && p.width(string(runes[:cut]), size, bold) > width {
					cut--
				}
				lines = append(lines, string(runes[:cut]))
				text = string(runes[cut:])
				n = p.width(text, size, bold)
			}
			if gap > 0 {
				line += " "
			}
			line, used = line+text, used+gap+n
		}
		lines = append(lines, line)
	}
	return lines
}

// breakable splits text into pieces between which a line may end; a piece keeps
// the blank in front of it.
func breakable(s string) []string {
	var out []string
	var piece strings.Builder
	flush := func() {
		if piece.Len() > 0 {
			out = append(out, piece.String())
			piece.Reset()
		}
	}
	blank := false
	for _, r := range s {
		switch {
		case r == ' ':
			if !blank {
				flush()
				piece.WriteByte(' ')
			}
			blank = true
			continue
		case !blank && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			flush()
		}
		blank = false
		piece.WriteRune(r)
	}
	flush()
	return out
}

// wrapped writes a text into a column and moves on below it.
func (p *pdfPage) wrapped(s string, x, width, size float64, bold bool, role string) {
	for _, l := range p.lines(s, width, size, bold) {
		p.room(size * leading)
		p.text(x, p.y+size, l, size, bold, role)
		p.y += size * leading
	}
}

func (p *pdfPage) heading(h heading, alone bool) {
	size, before := 12.5, 14.0
	if h.level > 2 {
		size, before = 10, 8
	}
	if alone {
		before = max(before-4, 4)
	}
	p.room(before + size*leading + 3*bodySize*leading)
	if p.y > pageMargin {
		p.y += before
	}
	if h.level == 2 {
		p.f.Bookmark(h.text, 0, p.y)
	}
	p.wrapped(h.text, pageMargin, columnWidth, size, true, "ink")
	p.y += 3
}

// paragraph writes a bold lead and its text as one.
func (p *pdfPage) paragraph(x paragraph) {
	if x.lead == "" {
		p.wrapped(x.text, pageMargin, columnWidth, bodySize, false, "ink")
		p.y += 4
		return
	}
	lead := p.lines(x.lead, columnWidth, bodySize, true)
	for _, l := range lead[:len(lead)-1] {
		p.room(bodySize * leading)
		p.text(pageMargin, p.y+bodySize, l, bodySize, true, "ink")
		p.y += bodySize * leading
	}
	last := lead[len(lead)-1]
	p.room(bodySize * leading)
	indent := p.text(pageMargin, p.y+bodySize, last, bodySize, true, "ink") + p.width(" ", bodySize, false)
	// What fits beside the lead, then the rest below it.
	words := breakable(x.text)
	line := ""
	for len(words) > 0 && p.width(strings.TrimLeft(line+words[0], " "), bodySize, false) <= columnWidth-indent {
		line += words[0]
		words = words[1:]
	}
	p.text(pageMargin+indent, p.y+bodySize, strings.TrimLeft(line, " "), bodySize, false, "ink")
	p.y += bodySize * leading
	if rest := strings.TrimLeft(strings.Join(words, ""), " "); rest != "" {
		p.wrapped(rest, pageMargin, columnWidth, bodySize, false, "ink")
	}
	p.y += 4
}

func (p *pdfPage) quote(s string) {
	const inset = 12
	lines := p.lines(s, columnWidth-2*inset, bodySize, false)
	p.y += 2
	for len(lines) > 0 {
		p.room(bodySize*leading + 12)
		fit := max(1, min(len(lines), int((pageHeight-pageMargin-p.y-12)/(bodySize*leading))))
		height := float64(fit)*bodySize*leading + 12
		p.f.SetFillColor(246, 246, 248)
		p.f.Rect(pageMargin, p.y, columnWidth, height, "F")
		p.f.SetFillColor(p.color("accent"))
		p.f.Rect(pageMargin, p.y, 2.5, height, "F")
		p.y += 5
		for _, l := range lines[:fit] {
			p.text(pageMargin+inset, p.y+bodySize, l, bodySize, false, "ink")
			p.y += bodySize * leading
		}
		p.y += 7
		lines = lines[fit:]
	}
	p.y += 4
}

func (p *pdfPage) rule(role string) {
	p.f.SetDrawColor(p.color(role))
	p.f.SetLineWidth(0.5)
	p.f.Line(pageMargin, p.y, pageMargin+columnWidth, p.y)
}

// table writes rows whose cells wrap. The head is repeated on each page.
func (p *pdfPage) table(t table) {
	columns := len(t.head)
	for _, r := range t.rows {
		columns = max(columns, len(r))
	}
	if columns == 0 {
		return
	}
	size := 8.5
	if columns > 6 {
		size = 6.8
	}
	const gap = 8
	natural, least := make([]float64, columns), make([]float64, columns)
	measure := func(cells []string, bold bool) {
		for i, c := range cells {
			natural[i] = max(natural[i], p.width(c, size, bold))
			for _, word := range strings.Fields(c) {
				least[i] = max(least[i], min(p.width(word, size, bold), 120))
			}
		}
	}
	measure(t.head, true)
	for i, r := range t.rows {
		if i < 400 {
			measure(r, t.head == nil)
		}
	}
	widths := fitted(natural, least, columnWidth-gap*float64(columns-1))
	row := func(cells []string, bold bool, role string) {
		var lines [][]string
		most := 1
		for i, c := range cells {
			l := p.lines(c, widths[i]+0.5, size, bold || t.head == nil && i == 0)
			lines = append(lines, l)
			most = max(most, len(l))
		}
		for from := 0; from < most; {
			fit := max(1, min(most-from, int((pageHeight-pageMargin-p.y-4)/(size*leading))))
			x := float64(pageMargin)
			for i, l := range lines {
				strong := bold || t.head == nil && i == 0
				for j := from; j < min(from+fit, len(l)); j++ {
					at := x
					if i < len(t.right) && t.right[i] {
						at = x + widths[i] - p.width(l[j], size, strong)
					}
					p.text(at, p.y+size+float64(j-from)*size*leading, l[j], size, strong, role)
				}
				x += widths[i] + gap
			}
			p.y += float64(fit)*size*leading + 3
			from += fit
			if from < most {
				p.newPage()
			}
		}
		p.rule("faint")
		p.y += 2
	}
	header := func() {
		if t.head != nil {
			row(t.head, true, "ink")
		}
	}
	p.room(4 * size * leading)
	header()
	for _, r := range t.rows {
		before := p.f.PageNo()
		if p.room(2*size*leading + 5); p.f.PageNo() != before {
			header()
		}
		row(r, false, "ink")
	}
	p.y += 5
}

// fitted shares a width among columns: what fits gets what it wants, the widest give way.
func fitted(natural, least []float64, total float64) []float64 {
	widths := append([]float64(nil), natural...)
	for range 1000 {
		var used float64
		for _, w := range widths {
			used += w
		}
		if used <= total {
			break
		}
		widest := -1
		for i, w := range widths {
			if w > least[i]+0.1 && (widest < 0 || w > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 { // not even single words fit: all shrink alike
			for i := range widths {
				widths[i] *= total / used
			}
			break
		}
		widths[widest] = math.Max(least[widest], widths[widest]-math.Max(1, (used-total)/4))
	}
	return widths
}

// chart draws a picture as wide as the column.
func (p *pdfPage) chart(c chart, letter string) {
	scale := columnWidth / c.picture.width
	height := c.picture.height * scale
	title := p.lines(c.title, columnWidth-16, bodySize, true)
	p.room(height + float64(len(title))*bodySize*leading + 14)
	p.text(pageMargin, p.y+bodySize, letter, bodySize, true, "ink")
	p.wrapped(c.title, pageMargin+16, columnWidth-16, bodySize, true, "ink")
	p.y += 2
	x0, y0 := float64(pageMargin), p.y
	f := p.f
	for _, s := range c.picture.shapes {
		role := roleNames[s.role]
		if s.text != "" {
			size := s.size * scale
			x, y := x0+s.x*scale, y0+s.y*scale
			if s.rotate != 0 {
				f.TransformBegin()
				f.TransformRotate(-s.rotate, x, y)
				p.text(x, y, s.text, size, s.bold, role)
				f.TransformEnd()
				continue
			}
			p.text(x, y, s.text, size, s.bold, role)
			continue
		}
		if s.alpha < 1 {
			f.SetAlpha(s.alpha, "Normal")
		}
		for _, g := range s.path {
			q := g.p
			for i := 0; i < 6; i += 2 {
				q[i], q[i+1] = x0+q[i]*scale, y0+q[i+1]*scale
			}
			switch g.op {
			case 'M':
				f.MoveTo(q[0], q[1])
			case 'L':
				f.LineTo(q[0], q[1])
			case 'C':
				f.CurveBezierCubicTo(q[0], q[1], q[2], q[3], q[4], q[5])
			case 'Z':
				f.ClosePath()
			}
		}
		if s.fill {
			f.SetFillColor(p.color(role))
			f.DrawPath("F")
		} else {
			f.SetDrawColor(p.color(role))
			f.SetLineWidth(s.width * scale)
			dash := make([]float64, len(s.dash))
			for i, l := range s.dash {
				dash[i] = l * scale
			}
			f.SetDashPattern(dash, 0)
			f.DrawPath("D")
			if len(dash) > 0 {
				f.SetDashPattern(nil, 0)
			}
		}
		if s.alpha < 1 {
			f.SetAlpha(1, "Normal")
		}
	}
	p.y = y0 + height + 10
}
