//go:build ignore

// Svg draws a captured terminal screen, as tmux capture-pane -e gives it, as SVG:
// the terminal's own colours for bold, red, yellow and cyan.
package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const cellWidth, lineHeight, margin = 8.4, 18, 12

// style is what the wizard uses of SGR.
type style struct {
	bold  bool
	color string
}

var colors = map[string]string{"31": "#c4262e", "33": "#9a6700", "36": "#007a87"}

func (s *style) apply(codes string) {
	for _, c := range strings.Split(codes, ";") {
		switch c {
		case "", "0":
			*s = style{}
		case "1":
			s.bold = true
		case "22":
			s.bold = false
		case "39":
			s.color = ""
		default:
			if hex, ok := colors[c]; ok {
				s.color = hex
			}
		}
	}
}

func main() {
	var lines []string
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		lines = append(lines, in.Text())
	}
	columns := 0
	for _, l := range lines {
		columns = max(columns, ansi.StringWidth(l))
	}
	columns = max(columns, 60)
	w, h := float64(columns)*cellWidth+2*margin, len(lines)*lineHeight+2*margin
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">`+"\n", w, h)
	fmt.Fprintf(out, `<rect width="100%%" height="100%%" rx="6" fill="#ffffff" stroke="#d0d7de"/>`+"\n")
	var s style
	for row, line := range lines {
		x := 0
		for line != "" {
			if rest, ok := strings.CutPrefix(line, "\x1b["); ok {
				end := strings.IndexByte(rest, 'm')
				if end < 0 {
					break
				}
				s.apply(rest[:end])
				line = rest[end+1:]
				continue
			}
			run := line
			if i := strings.IndexByte(line, 0x1b); i == 0 {
				line = line[1:]
				continue
			} else if i > 0 {
				run = line[:i]
			}
			line = line[len(run):]
			n := ansi.StringWidth(run)
			if strings.TrimSpace(run) != "" {
				color, weight := "#1f2328", ""
				if s.color != "" {
					color = s.color
				}
				if s.bold {
					weight = ` font-weight="bold"`
				}
				fmt.Fprintf(out, `<text x="%.1f" y="%d" fill="%s"%s textLength="%.1f" xml:space="preserve">%s</text>`+"\n",
					margin+float64(x)*cellWidth, margin+(row+1)*lineHeight-5, color, weight, float64(n)*cellWidth, html.EscapeString(run))
			}
			x += n
		}
	}
	fmt.Fprintln(out, "</svg>")
}
