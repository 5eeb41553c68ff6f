package export

import (
	"fmt"
	"html"
	"image"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// The colours of charts are roles: each format has its own value for them, and
// HTML two, for light and dark.
var (
	ink    = color.RGBA{1, 0, 0, 255} // text and axes
	faint  = color.RGBA{2, 0, 0, 255} // grid lines
	other  = color.RGBA{3, 0, 0, 255} // carriers that nothing is said of
	accent = color.RGBA{4, 0, 0, 255} // the found carrier
	shade  = color.RGBA{5, 0, 0, 255} // the finding's window, a baseline's band
	paper  = color.RGBA{6, 0, 0, 255} // the ground
	soft   = color.RGBA{7, 0, 0, 255} // text of second rank
)

var roleNames = map[uint8]string{1: "ink", 2: "faint", 3: "other", 4: "accent", 5: "shade", 6: "paper", 7: "soft"}

// picture records what is drawn, in absolute coordinates with the origin at the
// top left, for any format to write. It is a canvas of the plotting library.
type picture struct {
	width, height float64
	shapes        []shape
	state         penState
	stack         []penState
}

type penState struct {
	matrix [6]float64 // of the library's coordinates, whose origin is at the bottom left
	color  color.Color
	width  float64
	dash   []float64
}

// shape is a filled or stroked path, or a text.
type shape struct {
	role   uint8
	alpha  float64
	fill   bool
	width  float64
	dash   []float64
	path   []segment
	text   string
	x, y   float64
	size   float64
	long   float64 // of the text, as it was laid out; 0 where that is not known
	bold   bool
	rotate float64 // degrees, clockwise
}

// segment is one step of a path: M, L, C (curve, control points first) or Z.
type segment struct {
	op byte
	p  [6]float64
}

func newPicture(width, height float64) *picture {
	c := &picture{width: width, height: height}
	c.state.matrix = [6]float64{1, 0, 0, 1, 0, 0}
	vg.Initialize(c)
	return c
}

func (c *picture) Size() (w, h vg.Length) { return vg.Length(c.width), vg.Length(c.height) }

func (c *picture) SetLineWidth(w vg.Length) { c.state.width = w.Points() }

func (c *picture) SetLineDash(pattern []vg.Length, _ vg.Length) {
	c.state.dash = nil
	for _, l := range pattern {
		c.state.dash = append(c.state.dash, l.Points())
	}
}

func (c *picture) SetColor(clr color.Color) {
	if clr == nil {
		clr = ink
	}
	c.state.color = clr
}

func (c *picture) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.multiply([6]float64{cos, sin, -sin, cos, 0, 0})
}

func (c *picture) Translate(p vg.Point) {
	c.multiply([6]float64{1, 0, 0, 1, p.X.Points(), p.Y.Points()})
}

func (c *picture) Scale(x, y float64) { c.multiply([6]float64{x, 0, 0, y, 0, 0}) }

func (c *picture) multiply(n [6]float64) {
	m := c.state.matrix
	c.state.matrix = [6]float64{m[0]*n[0] + m[2]*n[1], m[1]*n[0] + m[3]*n[1], m[0]*n[2] + m[2]*n[3], m[1]*n[2] + m[3]*n[3],
		m[0]*n[4] + m[2]*n[5] + m[4], m[1]*n[4] + m[3]*n[5] + m[5]}
}

func (c *picture) Push() { c.stack = append(c.stack, c.state) }

func (c *picture) Pop() {
	c.state = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}

func (c *picture) at(p vg.Point) (x, y float64) {
	m, px, py := c.state.matrix, p.X.Points(), p.Y.Points()
	return m[0]*px + m[2]*py + m[4], c.height - (m[1]*px + m[3]*py + m[5])
}

func (c *picture) pen() shape {
	r, _, _, a := c.state.color.RGBA()
	s := shape{role: uint8(r >> 8), alpha: float64(a) / 0xffff, width: c.state.width, dash: c.state.dash}
	if s.alpha > 0 && s.alpha < 1 { // RGBA gives colours already weighed by their alpha
		s.role = uint8(math.Round(float64(r) / s.alpha / 257))
	}
	if roleNames[s.role] == "" {
		s.role = 1
	}
	return s
}

func (c *picture) Stroke(path vg.Path) {
	if c.state.width <= 0 {
		return
	}
	s := c.pen()
	s.path = c.segments(path)
	c.shapes = append(c.shapes, s)
}

func (c *picture) Fill(path vg.Path) {
	s := c.pen()
	s.fill, s.path = true, c.segments(path)
	c.shapes = append(c.shapes, s)
}

func (c *picture) segments(path vg.Path) []segment {
	var out []segment
	add := func(op byte, points ...vg.Point) {
		s := segment{op: op}
		for i, p := range points {
			s.p[2*i], s.p[2*i+1] = c.at(p)
		}
		out = append(out, s)
	}
	for _, k := range path {
		switch k.Type {
		case vg.MoveComp:
			add('M', k.Pos)
		case vg.LineComp:
			add('L', k.Pos)
		case vg.CurveComp:
			if len(k.Control) == 2 {
				add('C', k.Control[0], k.Control[1], k.Pos)
			} else {
				add('C', k.Control[0], k.Control[0], k.Pos)
			}
		case vg.CloseComp:
			out = append(out, segment{op: 'Z'})
		case vg.ArcComp:
			// Pieces of at most a quarter of a circle, each as one cubic curve.
			n := int(math.Ceil(math.Abs(k.Angle) / (math.Pi / 2)))
			step := k.Angle / float64(n)
			on := func(angle float64) vg.Point {
				sin, cos := math.Sincos(angle)
				return vg.Point{X: k.Pos.X + k.Radius*vg.Length(cos), Y: k.Pos.Y + k.Radius*vg.Length(sin)}
			}
			op := byte('L')
			if len(out) == 0 || out[len(out)-1].op == 'Z' {
				op = 'M'
			}
			add(op, on(k.Start))
			reach := vg.Length(4.0 / 3 * math.Tan(step/4))
			for i := range n {
				a, b := k.Start+float64(i)*step, k.Start+float64(i+1)*step
				pa, pb := on(a), on(b)
				sa, ca := math.Sincos(a)
				sb, cb := math.Sincos(b)
				add('C', vg.Point{X: pa.X - reach*k.Radius*vg.Length(sa), Y: pa.Y + reach*k.Radius*vg.Length(ca)},
					vg.Point{X: pb.X + reach*k.Radius*vg.Length(sb), Y: pb.Y - reach*k.Radius*vg.Length(cb)}, pb)
			}
		}
	}
	return out
}

func (c *picture) FillString(f font.Face, p vg.Point, s string) {
	if f.Font.Size <= 0 || s == "" {
		return
	}
	t := c.pen()
	t.text, t.size, t.bold = s, f.Font.Size.Points(), f.Font.Weight > 0
	t.x, t.y = c.at(p)
	if laidOut(s) {
		t.long = f.Width(s).Points()
	}
	t.rotate = -math.Atan2(c.state.matrix[1], c.state.matrix[0]) * 180 / math.Pi
	c.shapes = append(c.shapes, t)
}

// laidOut says whether the font that charts are laid out with has a text's letters.
func laidOut(s string) bool {
	for _, r := range s {
		if r > 0x52f && r != '…' && r != '–' {
			return false
		}
	}
	return true
}

// DrawImage is not used by any chart of ours.
func (c *picture) DrawImage(vg.Rectangle, image.Image) {}

// svg writes the picture as an inline SVG element. Its colours are CSS
// variables, its texts can be selected, and title and alt are there for who
// cannot see it.
func (c *picture) svg(w io.Writer, id, title, alt string) {
	fmt.Fprintf(w, `<svg viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d">`+"\n", short(c.width), short(c.height), id, id)
	fmt.Fprintf(w, "<title id=\"%s-t\">%s</title><desc id=\"%s-d\">%s</desc>\n", id, html.EscapeString(title), id, html.EscapeString(alt))
	for _, s := range c.shapes {
		name := roleNames[s.role]
		if s.text != "" {
			fmt.Fprintf(w, `<text x="%s" y="%s" class="%s" font-size="%s"`, short(s.x), short(s.y), name, short(s.size))
			if s.long > 0 { // whatever font the reader has, labels stay in their place
				fmt.Fprintf(w, ` textLength="%s" lengthAdjust="spacingAndGlyphs"`, short(s.long))
			}
			if s.bold {
				io.WriteString(w, ` font-weight="600"`)
			}
			if s.rotate != 0 {
				fmt.Fprintf(w, ` transform="rotate(%s %s %s)"`, short(s.rotate), short(s.x), short(s.y))
			}
			fmt.Fprintf(w, ">%s</text>\n", html.EscapeString(s.text))
			continue
		}
		var d strings.Builder
		for _, g := range s.path {
			d.WriteByte(g.op)
			n := map[byte]int{'M': 2, 'L': 2, 'C': 6}[g.op]
			for i := range n {
				if i > 0 {
					d.WriteByte(' ')
				}
				d.WriteString(short(g.p[i]))
			}
		}
		class := "s-" + name
		if s.fill {
			class = name
		}
		fmt.Fprintf(w, `<path d="%s" class="%s"`, d.String(), class)
		if !s.fill {
			fmt.Fprintf(w, ` stroke-width="%s"`, short(s.width))
			if len(s.dash) > 0 {
				parts := make([]string, len(s.dash))
				for i, l := range s.dash {
					parts[i] = short(l)
				}
				fmt.Fprintf(w, ` stroke-dasharray="%s"`, strings.Join(parts, " "))
			}
		}
		if s.alpha < 1 {
			fmt.Fprintf(w, ` opacity="%s"`, short(s.alpha))
		}
		io.WriteString(w, "/>\n")
	}
	io.WriteString(w, "</svg>\n")
}

// short writes a coordinate to a hundredth.
func short(x float64) string {
	s := strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

// withAlpha is a role, partly see-through.
func withAlpha(role color.RGBA, alpha float64) color.Color {
	return color.NRGBA{R: role.R, A: uint8(math.Round(255 * min(max(alpha, 0), 1)))}
}
