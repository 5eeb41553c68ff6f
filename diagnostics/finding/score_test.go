package finding

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
)

// Scoring of findings against what was planted: one finding to one cause.

// truth is one planted cause, or one that is allowed though not planted.
type truth struct {
	cause     Cause
	level     string // number, carrier, hours, global
	country   string
	carrier   string
	number    string   // E.164, as in the log
	also      []string // other countries that the log cannot tell from the true one; "*": none given
	hours     []int
	from, to  deliverylog.Time // window; NoTime: the whole log
	corrected string           // of a leading zero
}

func (t truth) String() string {
	s := fmt.Sprintf("%s %s %s%s %v", t.cause, t.country, t.carrier, t.number, t.hours)
	if t.from.Known() {
		s += " " + t.from.Std().Format("01-02T15:04") + ".." + t.to.Std().Format("01-02T15:04")
	}
	return s
}

// fits says whether a finding names the cause in its scope, and how well it localises it.
func (t truth) fits(f Finding, share map[string]float64) (ok bool, iou float64) {
	if f.Cause != t.cause {
		return false, 0
	}
	s := f.Scope
	switch t.level {
	case "number":
		if s.Number != t.number && s.Key.E164() != t.number && (t.corrected == "" || s.Number != t.corrected) {
			return false, 0
		}
	case "carrier":
		if carrier.Fold(s.Carrier) != carrier.Fold(t.carrier) || s.Country != "" && s.Country != t.country {
			return false, 0
		}
	case "hours":
		if s.Level != LevelHours || s.Country != "" && t.country != "" && s.Country != t.country ||
			s.Carrier != "" && t.carrier != "" && carrier.Fold(s.Carrier) != carrier.Fold(t.carrier) {
			return false, 0
		}
		shared := 0
		for _, h := range s.Hours {
			if slices.Contains(t.hours, h) {
				shared++
			}
		}
		if shared*2 < len(t.hours) || shared*2 < len(s.Hours) {
			return false, 0
		}
	case "global":
		if s.Level != LevelGlobal && s.Level != LevelCountry {
			return false, 0
		}
		stated := s.Country
		switch {
		case stated == t.country:
		case slices.Contains(t.also, stated) || stated == "" && slices.Contains(t.also, "*"):
		case stated == "" && share[t.country] >= 0.8:
		default:
			return false, 0
		}
	}
	if !t.from.Known() || f.Window.Whole || !f.Window.From.Known() {
		return true, math.NaN()
	}
	lo, hi := max(t.from, f.Window.From), min(t.to, f.Window.To)
	if lo >= hi {
		return false, 0
	}
	return true, float64(hi-lo) / float64(max(t.to, f.Window.To)-min(t.from, f.Window.From))
}

// marks are the results over many logs.
type marks struct {
	logs, healthy, alarmed int
	hit, missed, wrong     map[Cause]int
	ious                   []float64
	graded                 []graded
	misses                 []string
}

// graded is one finding that was right or wrong.
type graded struct {
	confidence float64
	right      bool
	cause      Cause
	f          Finding
}

func newMarks() *marks {
	return &marks{hit: map[Cause]int{}, missed: map[Cause]int{}, wrong: map[Cause]int{}}
}

const wrongPerCause = 5

// mark scores the findings of one log.
func (m *marks) mark(name string, findings []Finding, planted, allowed []truth, share map[string]float64) {
	m.logs++
	used := make([]int, len(planted))
	wrong := make(map[Cause]int)
	alarms := 0
findings:
	for _, f := range findings {
		for i, t := range planted {
			ok, iou := t.fits(f, share)
			if !ok {
				continue
			}
			if used[i]++; used[i] > 3 {
				break
			}
			if used[i] == 1 {
				m.graded = append(m.graded, graded{f.Confidence, true, f.Cause, f})
				if t.from.Known() && !math.IsNaN(iou) {
					m.ious = append(m.ious, iou)
					if iou < 0.3 {
						m.misses = append(m.misses, fmt.Sprintf("%s: window %s against %s..%s", name, t, f.Window.From.Std().Format("01-02T15:04"), f.Window.To.Std().Format("01-02T15:04")))
					}
				}
			}
			continue findings
		}
		for _, t := range allowed {
			if ok, _ := t.fits(f, share); ok {
				continue findings
			}
		}
		alarms++
		m.misses = append(m.misses, fmt.Sprintf("%s: false %s", name, brief(f)))
		m.graded = append(m.graded, graded{f.Confidence, false, f.Cause, f})
		if wrong[f.Cause]++; wrong[f.Cause] <= wrongPerCause {
			m.wrong[f.Cause]++
		}
	}
	for i, t := range planted {
		if used[i] > 0 {
			m.hit[t.cause]++
		} else {
			m.missed[t.cause]++
			m.misses = append(m.misses, name+": missed "+t.String())
		}
	}
	if len(planted) == 0 {
		m.healthy++
		if alarms > 0 {
			m.alarmed++
		}
	}
}

func brief(f Finding) string {
	s := fmt.Sprintf("%s %s %d of %d, users %d, sure %.2f", f.Cause, f.Scope, f.Figures.Affected, f.Figures.Total, f.AffectedUsers, f.Confidence)
	if f.Figures.BaselineRate != nil {
		s += fmt.Sprintf(", base %.3f", *f.Figures.BaselineRate)
	}
	if f.Figures.PValue != nil {
		s += fmt.Sprintf(", p %.2g", *f.Figures.PValue)
	}
	if !f.Window.Whole && f.Window.From.Known() {
		s += " " + f.Window.From.Std().Format("01-02T15:04") + ".." + f.Window.To.Std().Format("01-02T15:04")
	}
	return s
}

// f1 is the harmonic mean of precision and recall over causes that keep says.
func (m *marks) f1(keep func(Cause) bool) (f1, precision, recall float64) {
	var hit, missed, wrong float64
	for _, c := range Causes {
		if keep(c) {
			hit += float64(m.hit[c])
			missed += float64(m.missed[c])
			wrong += float64(m.wrong[c])
		}
	}
	if hit == 0 {
		return 0, 0, 0
	}
	precision, recall = hit/(hit+wrong), hit/(hit+missed)
	return 2 * precision * recall / (precision + recall), precision, recall
}

// byCodeAlone are the causes that a code or the number itself gives away.
func byCodeAlone(c Cause) bool {
	switch c {
	case NumberInvalid, LeadingZero, NotMobile, VOIP, OptedOut, SenderMisconfigured, ProviderBlock:
		return true
	}
	return false
}

// calibrationError is the expected calibration error in bins of a tenth.
func (m *marks) calibrationError() float64 {
	var n, right, sure [10]float64
	for _, g := range m.graded {
		i := min(int(g.confidence*10), 9)
		n[i]++
		sure[i] += g.confidence
		if g.right {
			right[i]++
		}
	}
	err := 0.0
	for i := range n {
		err += math.Abs(right[i] - sure[i])
	}
	return err / max(float64(len(m.graded)), 1)
}

// overlapShare is the share of windows that overlap the true one by 0.3 or more.
func (m *marks) overlapShare() float64 {
	n := 0.0
	for _, v := range m.ious {
		if v >= 0.3 {
			n++
		}
	}
	return n / max(float64(len(m.ious)), 1)
}

// String is the table of results.
func (m *marks) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-24s %6s %6s %6s\n", "cause", "found", "missed", "false")
	for _, c := range Causes {
		if m.hit[c]+m.missed[c]+m.wrong[c] > 0 {
			fmt.Fprintf(&b, "%-24s %6d %6d %6d\n", c, m.hit[c], m.missed[c], m.wrong[c])
		}
	}
	f, p, r := m.f1(func(Cause) bool { return true })
	fmt.Fprintf(&b, "all: F1 %.3f (precision %.3f, recall %.3f)\n", f, p, r)
	f, p, r = m.f1(func(c Cause) bool { return !byCodeAlone(c) })
	fmt.Fprintf(&b, "without those a code gives away: F1 %.3f (precision %.3f, recall %.3f)\n", f, p, r)
	fmt.Fprintf(&b, "healthy logs with a false alarm: %d of %d\n", m.alarmed, m.healthy)
	fmt.Fprintf(&b, "windows that overlap by 0.3 or more: %.3f of %d\n", m.overlapShare(), len(m.ious))
	fmt.Fprintf(&b, "expected calibration error: %.3f over %d findings\n", m.calibrationError(), len(m.graded))
	return b.String()
}
