package export

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/norm"
)

//go:embed fonts/NotoSansArabic-Regular.ttf.gz
var arabicGzip []byte

//go:embed fonts/DroidSansFallback.ttf.gz
var cjkGzip []byte

// fontFile is one font that a PDF may embed, unpacked and looked into on first use.
type fontFile struct {
	name string
	load func() []byte
	once sync.Once
	data []byte
	font *sfnt.Font
}

var (
	latinFont  = &fontFile{name: "liberation", load: func() []byte { return liberationsansregular.TTF }}
	boldFont   = &fontFile{name: "liberation-bold", load: func() []byte { return liberationsansbold.TTF }}
	arabicFont = &fontFile{name: "arabic", load: func() []byte { return gunzip(arabicGzip) }}
	cjkFont    = &fontFile{name: "cjk", load: func() []byte { return gunzip(cjkGzip) }}
)

func gunzip(b []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		panic(err) // the embedded file is broken
	}
	out, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	return out
}

func (f *fontFile) open() {
	f.once.Do(func() {
		f.data = f.load()
		font, err := sfnt.Parse(f.data)
		if err != nil {
			panic(err)
		}
		f.font = font
	})
}

func (f *fontFile) has(r rune) bool {
	f.open()
	i, err := f.font.GlyphIndex(nil, r)
	return err == nil && i != 0
}

// glyphRun is text in one font, in the order in which it is drawn.
type glyphRun struct {
	font *fontFile
	text string
}

// shaped breaks a line into runs in visual order. Arabic letters take the shape
// that their neighbours ask for, and right-to-left text its direction; what no
// font has becomes a question mark.
func shaped(line string, bold bool) []glyphRun {
	simple := true
	for _, r := range line {
		if r >= 0x590 && (r < 0x2000 || r > 0x2bff) {
			simple = false
			break
		}
	}
	if simple {
		return fontRuns(nil, line, bold)
	}
	var p bidi.Paragraph
	// Our sentences are read left to right, whatever name stands first: the mark in
	// front says so to the library, and is not drawn.
	if _, err := p.SetString(leftToRight+line, bidi.DefaultDirection(bidi.LeftToRight)); err != nil {
		return fontRuns(nil, line, bold)
	}
	order, err := p.Order()
	if err != nil {
		return fontRuns(nil, line, bold)
	}
	var pieces []piece
	for i := range order.NumRuns() {
		run := order.Run(i)
		pieces = append(pieces, piece{strings.TrimPrefix(run.String(), leftToRight), run.Direction() == bidi.RightToLeft})
	}
	var runs []glyphRun
	for _, text := range visual(pieces) {
		runs = fontRuns(runs, text, bold)
	}
	return runs
}

const leftToRight = "\u200e"

// piece is a stretch of one direction, in the order of reading.
type piece struct {
	text string
	rtl  bool
}

// leadingNumber is a number at the beginning of a text. Behind right-to-left
// text it belongs to it: it is read left to right, and stands to its left.
var leadingNumber = pattern(`^\p{Nd}+(?:[.,:/+-]\p{Nd}+)*%?`)

// visual puts pieces into the order in which they stand on the line. The library
// tells directions, not levels, and gives the order of reading.
func visual(pieces []piece) []string {
	var out []string
	for i := 0; i < len(pieces); {
		if !pieces[i].rtl {
			out = append(out, pieces[i].text)
			i++
			continue
		}
		var group []piece // in the order of reading, from the right
		rest := ""
		for ; i < len(pieces) && rest == ""; i++ {
			p := pieces[i]
			if p.rtl {
				group = append(group, p)
				continue
			}
			// The library leaves the bracket that closes behind when it ends the run.
			last := &group[len(group)-1]
			for last.rtl && p.text != "" && unclosed(last.text) == p.text[0] {
				last.text, p.text = last.text+p.text[:1], p.text[1:]
			}
			number := leadingNumber().FindString(p.text)
			rest = p.text[len(number):]
			if number != "" {
				group = append(group, piece{text: number})
			}
		}
		for j := len(group) - 1; j >= 0; j-- {
			if group[j].rtl {
				out = append(out, reversed(joined(group[j].text)))
			} else {
				out = append(out, group[j].text)
			}
		}
		if rest != "" {
			out = append(out, rest)
		}
	}
	return out
}

// unclosed is the bracket that would close the last open one of a text, or 0.
func unclosed(s string) byte {
	var open []byte
	for i := range len(s) {
		switch s[i] {
		case '(':
			open = append(open, ')')
		case '[':
			open = append(open, ']')
		case ')', ']':
			if n := len(open); n > 0 {
				open = open[:n-1]
			}
		}
	}
	if len(open) == 0 {
		return 0
	}
	return open[len(open)-1]
}

func fontRuns(runs []glyphRun, text string, bold bool) []glyphRun {
	base := latinFont
	if bold {
		base = boldFont
	}
	var letters strings.Builder
	var current *fontFile
	flush := func() {
		if letters.Len() > 0 {
			runs = append(runs, glyphRun{current, letters.String()})
			letters.Reset()
		}
	}
	for _, r := range text {
		f := base
		switch {
		case r < 0x250:
		case arabic(r):
			f = arabicFont
		case !base.has(r) && r <= 0xffff:
			f = cjkFont
		}
		if r > 0xffff || !f.has(r) {
			f, r = base, '?'
		}
		if f != current {
			flush()
			current = f
		}
		letters.WriteRune(r)
	}
	flush()
	return runs
}

func arabic(r rune) bool {
	return r >= 0x600 && r <= 0x6ff || r >= 0x750 && r <= 0x77f || r >= 0xfb50 && r <= 0xfdff || r >= 0xfe70 && r <= 0xfefc
}

// reversed turns a right-to-left run around. Marks stay behind their letter, and
// brackets, quotes and the like face the other way.
func reversed(s string) string {
	var clusters [][]rune
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) && len(clusters) > 0 {
			last := &clusters[len(clusters)-1]
			*last = append(*last, r)
			continue
		}
		if m, ok := mirrored[r]; ok {
			r = m
		}
		clusters = append(clusters, []rune{r})
	}
	out := make([]rune, 0, len(s))
	for i := len(clusters) - 1; i >= 0; i-- {
		out = append(out, clusters[i]...)
	}
	return string(out)
}

var mirrored = map[rune]rune{'(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«'}

// forms are the shapes of an Arabic letter: alone, last, first and in the middle
// of a joined stretch. A letter that joins only backwards has the first two.
type forms struct {
	shape [4]rune
	n     int
}

// arabicForms is read off Unicode's presentation forms: each of them decomposes
// to its letter, and the forms of one letter stand together in this order.
var arabicForms = sync.OnceValue(func() map[string]forms {
	table := map[string]forms{}
	for _, block := range [][2]rune{{0xfe80, 0xfefc}, {0xfb50, 0xfbb1}, {0xfbd3, 0xfbff}} {
		for r := block[0]; r <= block[1]; r++ {
			letters := norm.NFKD.String(string(r))
			// Letters with a hamza or madda above are one letter here, as they are in text.
			letters = norm.NFC.String(letters)
			if f := table[letters]; f.n < 4 && (f.n == 0 || f.shape[f.n-1] == r-1) {
				f.shape[f.n] = r
				f.n++
				table[letters] = f
			}
		}
	}
	return table
})

// joined gives Arabic letters their shapes; other text stays as it is.
func joined(s string) string {
	table := arabicForms()
	letters := []rune(norm.NFC.String(s))
	base := func(i, step int) (rune, bool) { // the next letter that is no mark
		for i += step; i >= 0 && i < len(letters); i += step {
			if !unicode.Is(unicode.Mn, letters[i]) {
				return letters[i], true
			}
		}
		return 0, false
	}
	const tatweel, joiner = 0x640, 0x200d
	forward := func(r rune) bool { return table[string(r)].n == 4 || r == tatweel || r == joiner }
	backward := func(r rune) bool { return table[string(r)].n >= 2 || r == tatweel || r == joiner }
	var out []rune
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		f := table[string(r)]
		if f.n == 0 || r == tatweel {
			if r != joiner && r != 0x200c {
				out = append(out, r)
			}
			continue
		}
		previous, ok := base(i, -1)
		before := ok && forward(previous)
		// Lam and alef are one letter together.
		if i+1 < len(letters) {
			if pair := table[string(r)+string(letters[i+1])]; pair.n == 2 {
				out = append(out, pair.shape[boolInt(before)])
				i++
				continue
			}
		}
		next, ok := base(i, 1)
		after := ok && f.n == 4 && backward(next)
		form := 0
		switch {
		case before && after:
			form = 3
		case after:
			form = 2
		case before && f.n >= 2:
			form = 1
		}
		out = append(out, f.shape[form])
	}
	return string(out)
}
