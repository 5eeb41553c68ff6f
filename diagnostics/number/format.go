package number

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
)

// formatter groups the national numbers of a calling code for people, as
// libphonenumber's Format does.
type formatter struct {
	once    sync.Once
	choice  *automaton[int] // index of the format, or -1
	formats []grouping
}

// grouping is one format: lengths of the groups, and where they go.
type grouping struct {
	min, max []int          // by group
	pattern  *regexp.Regexp // set where lengths do not tell the groups
	template string         // $1 $2-$3
}

func newFormatter(formats []format, national bool) (f *automaton[int], groupings []grouping) {
	var patterns []string
	var prefix []bool
	leading := make([]int, len(formats))
	for i, f := range formats {
		patterns, prefix = append(patterns, f.pattern), append(prefix, false)
		leading[i] = -1
		g := grouping{template: f.format}
		if national && f.national != "" {
			// The rule's $1 is the template's first group, which need not be the first of the number.
			at := strings.IndexByte(g.template, '$')
			g.template = g.template[:at] + strings.Replace(f.national, "$1", g.template[at:at+2], 1) + g.template[at+2:]
		}
		var ok bool
		if g.min, g.max, ok = groups(f.pattern); !ok {
			g.pattern = regexp.MustCompile("^(?:" + f.pattern + ")$")
		}
		groupings = append(groupings, g)
	}
	for i, f := range formats {
		if f.leadingDigits != "" {
			leading[i] = len(patterns)
			patterns, prefix = append(patterns, f.leadingDigits), append(prefix, true)
		}
	}
	return newAutomaton(patterns, prefix, func(_ int, matched matches) int {
		for i := range formats {
			if matched.has(i) && (leading[i] < 0 || matched.has(leading[i])) {
				return i
			}
		}
		return -1
	}), groupings
}

// groups gives the lengths of a pattern's groups where they tell the groups:
// all of one length, or of any digits.
func groups(pattern string) (low, high []int, ok bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, nil, false
	}
	parts := []*syntax.Regexp{re}
	if re.Op == syntax.OpConcat {
		parts = re.Sub
	}
	fixed, anyDigits := true, true
	for _, p := range parts {
		if p.Op != syntax.OpCapture {
			return nil, nil, false
		}
		a, b, free, ok := lengthsOf(p.Sub[0])
		if !ok {
			return nil, nil, false
		}
		low, high = append(low, a), append(high, b)
		fixed, anyDigits = fixed && a == b, anyDigits && free
	}
	return low, high, fixed || anyDigits
}

// lengthsOf gives how many digits a part takes, and whether it takes any.
func lengthsOf(re *syntax.Regexp) (low, high int, free, ok bool) {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune), len(re.Rune), false, true
	case syntax.OpCharClass:
		return 1, 1, len(re.Rune) == 2 && re.Rune[0] == '0' && re.Rune[1] == '9', true
	case syntax.OpRepeat:
		a, b, free, ok := lengthsOf(re.Sub[0])
		return a * re.Min, b * re.Max, free, ok && re.Max >= 0 && a == b
	case syntax.OpQuest:
		_, b, free, ok := lengthsOf(re.Sub[0])
		return 0, b, free, ok
	case syntax.OpConcat:
		free, ok = true, true
		for _, s := range re.Sub {
			a, b, f, o := lengthsOf(s)
			low, high, free, ok = low+a, high+b, free && f, ok && o
		}
		return low, high, free, ok
	case syntax.OpAlternate:
		for i, s := range re.Sub {
			a, b, _, o := lengthsOf(s)
			if !o || a != b || i > 0 && a != low {
				return 0, 0, false, false
			}
			low, high = a, b
		}
		return low, high, false, true
	}
	return 0, 0, false, false
}

// append writes a national number in groups.
func (g *grouping) append(dst []byte, national string) []byte {
	if g.pattern != nil {
		return append(dst, g.pattern.ReplaceAllString(national, g.template)...)
	}
	var cut [10]int // where group i ends
	rest := len(national)
	for _, n := range g.min {
		rest -= n
	}
	for i := range g.min { // an earlier group takes what it can
		more := min(rest, g.max[i]-g.min[i])
		rest -= more
		cut[i+1] = cut[i] + g.min[i] + more
	}
	for i := 0; i < len(g.template); i++ {
		if c := g.template[i]; c != '$' {
			dst = append(dst, c)
			continue
		}
		i++
		n := int(g.template[i] - '0')
		dst = append(dst, national[cut[n-1]:cut[n]]...)
	}
	return dst
}

// appendFormatted writes a number's national form, or its international one
// with plus and calling code.
func (c *callingCode) appendFormatted(dst []byte, national string, international bool) []byte {
	r := c.regions[0]
	f := &c.national
	if international {
		dst = append(append(append(dst, '+'), c.digits...), ' ')
		if len(r.intl) > 0 {
			f = &c.international
		}
	}
	f.once.Do(func() {
		if f == &c.national {
			f.choice, f.formats = newFormatter(r.formats, true)
		} else {
			f.choice, f.formats = newFormatter(r.intl, false)
		}
	})
	i := *f.choice.run(national)
	if i < 0 {
		return append(dst, national...)
	}
	g := f.formats[i]
	if international && f == &c.national {
		g.template = r.formats[i].format
	}
	return g.append(dst, national)
}

func (c *callingCode) format(national string, international bool) string {
	var buf [40]byte
	return string(c.appendFormatted(buf[:0], national, international))
}
