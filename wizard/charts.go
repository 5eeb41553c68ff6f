package wizard

import (
	"math"
	"strconv"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/tally"
)

// The charts are made of glyphs and digits, never of background colours, so that
// they survive NO_COLOR, a pipe and a screen reader.

// share is a part of a whole, such as attempts without a code.
type share struct{ bad, all int64 }

func (a share) plus(b share) share { return share{a.bad + b.bad, a.all + b.all} }

// spark draws one mark for each share: blank where nobody asked, "·" for none bad,
// else a bar that grows with the rate. Marks of half and more are red.
func (s *styles) spark(marks []share) string {
	var b strings.Builder
	for _, m := range marks {
		switch {
		case m.all == 0:
			b.WriteByte(' ')
		case m.bad == 0:
			b.WriteString(s.signs.none)
		default:
			level := int(math.Ceil(float64(m.bad)/float64(m.all)*float64(len(s.signs.spark)))) - 1
			mark := s.signs.spark[min(max(level, 0), len(s.signs.spark)-1)]
			if 2*m.bad >= m.all {
				mark = paint(s.bad, mark)
			}
			b.WriteString(mark)
		}
	}
	return b.String()
}

// lastHours gathers a group's slots into marks of equal length that end at end,
// the newest last.
func lastHours(slots []tally.Slot, end deliverylog.Time, each time.Duration, n int) []share {
	marks := make([]share, n)
	if !end.Known() {
		return marks
	}
	step := deliverylog.Time(each / time.Millisecond)
	from := end - step*deliverylog.Time(n)
	for i := len(slots) - 1; i >= 0 && slots[i].Start > from-deliverylog.Time(tally.SlotLength/time.Millisecond); i-- {
		at := min(int((slots[i].Start-from)/step), n-1)
		if at < 0 {
			continue
		}
		marks[at] = marks[at].plus(share{int64(slots[i].Late) + int64(slots[i].Failed), int64(slots[i].Judged)})
	}
	return marks
}

// tenths writes a share as one digit: "·" for none, 1 to 9 tenths, at least 1
// where there was any, 9 from 85 %; blank where nobody asked.
func (s *styles) tenths(m share) string {
	switch {
	case m.all == 0:
		return " "
	case m.bad == 0:
		return s.signs.none
	}
	p := float64(m.bad) / float64(m.all)
	digit := min(max(int(math.Round(p*10)), 1), 9)
	if digit == 9 && p < 0.85 {
		digit = 8
	}
	text := strconv.Itoa(digit)
	if digit >= 5 {
		return paint(s.badBold, text)
	}
	return text
}

// heatMap draws days down and local hours across: an outage or a filter is a row,
// busy hours are a column. It is 75 cells wide and ends with what the signs mean. In
// fewer cells the attempts of a day are told in short, or not.
func (s *styles) heatMap(days []tally.Day, w int) []string {
	out := []string{"         0     3     6     9     12    15    18    21"}
	rows := make([]string, len(days))
	sums := make([]share, len(days))
	for i, d := range days {
		var row strings.Builder
		for h := range d.Hours {
			c := d.Hours[h]
			m := share{int64(c.Late) + int64(c.Failed), int64(c.Judged)}
			sums[i] = sums[i].plus(m)
			row.WriteString(s.tenths(m) + " ")
		}
		name := d.Date
		if t, err := time.Parse(time.DateOnly, d.Date); err == nil {
			name = t.Format("Mon 2")
		}
		rows[i] = " " + s.pad(name, 8) + row.String()
	}
	for _, words := range []func(share) string{
		func(m share) string { return tally.FormatOf(m.bad, m.all) },
		func(m share) string { return tally.FormatRate(m.bad, m.all) },
		func(m share) string { return tally.FormatCount(m.bad) },
	} {
		width := 0
		for _, m := range sums {
			width = max(width, cells(words(m)))
		}
		if 58+width <= w {
			for i, m := range sums {
				rows[i] += s.padLeft(words(m), min(w, 60+width)-57)
			}
			break
		}
	}
	out = append(out, rows...)
	return append(out, s.plain("         · none   1–9 tenths of the attempts   blank: nobody asked"))
}

// interval is one row of an interval plot.
type interval struct {
	label  string
	k, n   int64
	strong bool
}

// intervals draws Wilson intervals on one scale from 0 to 100 %: a dot for the
// rate, a line for the 95 % interval. Where two lines do not touch, the rates
// differ.
func (s *styles) intervals(rows []interval, labelWidth, w int) []string {
	scale := w - labelWidth - 1
	if scale < 24 {
		return nil
	}
	axis := []byte(strings.Repeat(" ", scale+1))
	place := func(p float64) int { return min(int(math.Round(p*float64(scale-1))), scale-1) }
	for _, mark := range []struct {
		at   float64
		text string
	}{{0, "0 %"}, {0.25, "25 %"}, {0.5, "50 %"}, {0.75, "75 %"}, {1, "100 %"}} {
		from := place(mark.at) + 1 - len(mark.text)/2
		from = min(max(from, 0), len(axis)-len(mark.text))
		copy(axis[from:], mark.text)
	}
	out := []string{strings.Repeat(" ", labelWidth) + strings.TrimRight(string(axis), " ")}
	for _, r := range rows {
		line := make([]string, scale)
		for i := range line {
			line[i] = " "
		}
		if r.n > 0 {
			low, high := tally.Wilson(r.k, r.n)
			for i := place(low); i <= place(high); i++ {
				line[i] = s.signs.line
			}
			dot := s.signs.dot
			if r.strong {
				dot = paint(s.bold, dot)
			}
			line[place(float64(r.k)/float64(r.n))] = dot
		}
		out = append(out, s.pad(r.label, labelWidth)+s.signs.vertical+strings.TrimRight(strings.Join(line, ""), " "))
	}
	return out
}

// timePlot is a picture of delay over time.
type timePlot struct {
	rows  []plotRow
	start time.Time // UTC, of the first column
	step  time.Duration
	cols  int
	marks []int // columns of this caller's attempts
	label string
}

type plotRow struct {
	label  string
	counts []int
	bad    bool
	line   bool // the validity: a line across, no counts
}

// plot draws the rows above a time axis. Counts over 9 are "+": the sums stand
// beside the picture in words.
func (s *styles) plot(p timePlot) []string {
	const labels = 12
	var out []string
	for _, r := range p.rows {
		if r.line {
			out = append(out, " "+s.pad(r.label, labels-2)+s.signs.cross+strings.Repeat(s.signs.dash, p.cols))
			continue
		}
		var b strings.Builder
		for _, n := range r.counts {
			switch {
			case n == 0:
				b.WriteByte(' ')
			case n > 9:
				b.WriteByte('+')
			default:
				b.WriteString(strconv.Itoa(n))
			}
		}
		label, body := s.pad(r.label, labels-2), strings.TrimRight(b.String(), " ")
		if r.bad {
			label, body = paint(s.badBold, label), paint(s.badBold, body)
		}
		out = append(out, " "+label+s.signs.vertical+body)
	}
	axis, names := make([]string, p.cols), []byte(strings.Repeat(" ", p.cols+labels+8))
	every := labelStep(p.step)
	for i := range axis {
		axis[i] = s.signs.line
		at := p.start.Add(time.Duration(i) * p.step)
		if at.Truncate(every).Equal(at) || at.Truncate(every).After(at.Add(-p.step)) {
			axis[i] = s.signs.tick
			text := at.Format("15:04")
			if every >= 24*time.Hour {
				text = at.Format("2 Jan")
			}
			if from := labels + 1 + i; from+len(text) <= len(names) && from+len(text) <= p.cols+labels+5 {
				copy(names[from:], text)
			}
		}
	}
	out = append(out, strings.Repeat(" ", labels-1)+s.signs.corner+strings.Join(axis, ""))
	out = append(out, strings.TrimRight(string(names[:min(len(names), p.cols+labels+4)]), " "))
	if len(p.marks) > 0 {
		line := []byte(strings.Repeat(" ", p.cols))
		for _, c := range p.marks {
			if c >= 0 && c < p.cols {
				line[c] = '^'
			}
		}
		body := strings.TrimRight(string(line), " ")
		out = append(out, " "+s.pad(p.label, labels-1)+paint(s.accent, body))
	}
	return out
}

func labelStep(step time.Duration) time.Duration {
	for _, every := range []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour} {
		if every/step >= 8 {
			return every
		}
	}
	return 7 * 24 * time.Hour
}

// bars draws counts as bars of at most w cells, figures behind them.
func (s *styles) bars(labels []string, counts []int64, labelWidth, w int) []string {
	most := int64(1)
	figures := 0
	for _, n := range counts {
		most = max(most, n)
		figures = max(figures, len(tally.FormatCount(n)))
	}
	room := w - labelWidth - figures - 2
	if room < 4 {
		return nil
	}
	var out []string
	for i, n := range counts {
		size := int(math.Round(float64(n) / float64(most) * float64(room)))
		bar := strings.Repeat(s.signs.bar, size)
		if n > 0 && size == 0 {
			bar = s.plain("▏")
		}
		out = append(out, s.pad(labels[i], labelWidth)+s.pad(bar, room)+"  "+s.padLeft(tally.FormatCount(n), figures))
	}
	return out
}

// progressBar is a bar of w cells.
func (s *styles) progressBar(part float64, w int) string {
	n := min(max(int(part*float64(w)), 0), w)
	return strings.Repeat(s.signs.full, n) + strings.Repeat(s.signs.rest, w-n)
}

func formatInt(n int) string { return tally.FormatCount(int64(n)) }
