package wizard

import (
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// carrierLines draw one carrier: its hours and errors, or its time line and users.
func (p *carriersPage) carrierLines(m *model, v *view, w, h int) {
	st, g := m.st, p.group(m)
	if g == nil {
		return
	}
	if h > 14 {
		v.add("")
	}
	name := " Carriers " + st.plain("›") + " " + tally.CarrierName(clean(g.Country), clean(g.Carrier))
	f := m.findingOf(g)
	if f != nil {
		name += "   " + st.paintSeverity(f.Severity, st.severitySign(f.Severity)) + " " + m.causeShort(f)
	}
	halves := [2]string{" Hours, errors ", " Over time, users "}
	halves[p.tab] = paint(st.accent, "[") + paint(st.bold, strings.TrimSpace(halves[p.tab])) + paint(st.accent, "]")
	v.add(st.beside(name, halves[0]+halves[1], min(w, textWidth)))
	v.add(st.cutEnd("   "+m.groupSum(g, f), w))
	v.add("")
	w = min(w, textWidth)
	if p.tab == 0 {
		v.add(p.hourLines(m, g, w)...)
		v.add("")
		v.add(p.errorLines(m, g, f, w, max(3, h-len(v.lines)-1))...)
		return
	}
	v.add(p.timeLines(m, g, f, w)...)
	v.add("")
	p.userLines(m, v, g, f, w, max(2, h-len(v.lines)-2))
}

// causeShort is a cause without the carrier's name: "filters our texts".
func (m *model) causeShort(f *finding.Finding) string {
	title := clean(f.Title)
	if rest, ok := strings.CutPrefix(title, scopeName(f.Scope)+" "); ok {
		return rest
	}
	return title
}

func (m *model) groupSum(g *tally.Group, f *finding.Finding) string {
	text := tally.FormatNoun(g.Messages, "message") + ", " + tally.FormatRateInterval(g.Delivered, g.Judged()) + " delivered. " +
		tally.FormatNoun(g.Users, "user") + ", " + tally.FormatCount(g.AffectedUsers) + " hit"
	if p50, ok := g.Latency.Quantile(0.5); ok {
		p95, _ := g.Latency.Quantile(0.95)
		text += ", p50 " + tally.FormatSeconds(secondsOf(p50)) + ", p95 " + tally.FormatSeconds(secondsOf(p95))
	}
	return text + "."
}

func secondsOf(x float64) time.Duration { return time.Duration(x * float64(time.Second)) }

// hourLines are the heat map of the last seven days.
func (p *carriersPage) hourLines(m *model, g *tally.Group, w int) []string {
	days := lastDays(g.Days, 7)
	out := []string{" Attempts without a code in time, by local hour"}
	if len(days) == 0 {
		return append(out, "   The log has no times.")
	}
	return append(out, m.st.heatMap(days, w)...)
}

// lastDays are the n calendar days that end with the newest, the ones without
// attempts too.
func lastDays(days []tally.Day, n int) []tally.Day {
	if len(days) == 0 {
		return nil
	}
	end, err := time.Parse(time.DateOnly, days[len(days)-1].Date)
	if err != nil {
		return days[max(0, len(days)-n):]
	}
	start, _ := time.Parse(time.DateOnly, days[0].Date)
	by := map[string]tally.Day{}
	for _, d := range days[max(0, len(days)-n):] {
		by[d.Date] = d
	}
	var out []tally.Day
	for i := n - 1; i >= 0; i-- {
		at := end.AddDate(0, 0, -i)
		if at.Before(start) {
			continue
		}
		date := at.Format(time.DateOnly)
		d := by[date]
		d.Date = date
		out = append(out, d)
	}
	return out
}

// errorLines compare the failed messages since a finding's start with those
// before: what is everyday, and what is new.
func (p *carriersPage) errorLines(m *model, g *tally.Group, f *finding.Finding, w, most int) []string {
	st := m.st
	if len(g.Errors) == 0 {
		return []string{" No failed messages."}
	}
	from := deliverylog.NoTime
	if f != nil && !f.Window.Whole {
		from = f.Window.From
	}
	since := make([]int64, len(g.Errors))
	if from.Known() {
		slot := deliverylog.Time(tally.SlotLength / time.Millisecond)
		for _, e := range g.ErrorSlots {
			if e.Start+slot > from && int(e.Error) < len(since) {
				since[e.Error] += int64(e.Count)
			}
		}
	}
	order := make([]int, len(g.Errors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(since[b] - since[a]) })
	head := " Failed messages"
	if from.Known() {
		head = st.pad(head, 45) + st.padLeft("since "+from.Std().Format("15:04"), 13) + st.padLeft("before", 10)
		if at := from.Std(); at.Format(time.DateOnly) != m.table().Clock.Newest.Std().Format(time.DateOnly) {
			head = st.pad(" Failed messages", 45) + st.padLeft("since "+at.Format("2 Jan"), 13) + st.padLeft("before", 10)
		}
	}
	out := []string{head}
	code := 5
	for _, i := range order[:min(len(order), most)] {
		code = min(max(code, cells(clean(g.Errors[i].Code))), 16)
	}
	for n, i := range order {
		if n == most && len(order) > most+1 {
			out = append(out, "   "+tally.FormatNoun(len(order)-n, "more code"))
			break
		}
		e := g.Errors[i]
		name := clean(e.Code)
		if name == "" {
			name = "none"
		}
		line := "   " + st.pad(name, code) + "  " + st.pad(m.codeWords(e.Code, e.Reason), 45-code-5)
		if from.Known() {
			a := st.padLeft(tally.FormatCount(since[i]), 13)
			if since[i] > e.Count-since[i] {
				a = paint(st.bold, a)
			}
			line += a + st.padLeft(tally.FormatCount(e.Count-since[i]), 10)
		} else {
			line += st.padLeft(tally.FormatCount(e.Count), 13)
		}
		out = append(out, line)
	}
	return out
}

// plotData is the picture of delay over time for a group. Attempts are digits,
// delay rises upwards, and what never came stands on top, beyond the validity.
func (p *carriersPage) plotData(m *model, g *tally.Group, f *finding.Finding, cols int) timePlot {
	t := m.table()
	end := t.Clock.Newest
	if !end.Known() {
		end = t.To
	}
	if f != nil && f.Window.To.Known() && !f.Window.Open && !f.Window.Whole {
		end = min(end, f.Window.To+deliverylog.Time(time.Hour/time.Millisecond))
	}
	step := tally.SlotLength
	from := end
	if f != nil && f.Window.From.Known() && !f.Window.Whole {
		from = f.Window.From
	}
	// The window and at least a third before it; steps that a clock has.
	need := time.Duration(end-from) * time.Millisecond * 4 / 3
	for _, s := range []time.Duration{tally.SlotLength, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour} {
		step = s
		if time.Duration(cols)*s >= need {
			break
		}
	}
	last := end.Std().Truncate(step)
	first := last.Add(-time.Duration(cols-1) * step)
	validity := "3 minutes"
	if t.Validity > 0 {
		validity = tally.FormatDuration(t.Validity)
		if t.Validity%time.Minute == 0 {
			validity = tally.FormatNoun(int(t.Validity/time.Minute), "minute")
		}
	}
	pl := timePlot{start: first, step: step, cols: cols, label: "this caller", rows: []plotRow{
		{label: "no code " + m.st.signs.fail, bad: true}, {label: "late    " + m.st.signs.late}, {label: validity, line: true},
		{label: "1 min on"}, {label: "15–60 s"}, {label: "5–15 s"}, {label: "under 5 s"}}}
	for i := range pl.rows {
		pl.rows[i].counts = make([]int, cols)
	}
	unknown := make([]int, cols)
	column := func(at deliverylog.Time) int {
		d := at.Std().Sub(first)
		if d < 0 {
			return -1
		}
		return int(d / step)
	}
	for _, s := range p.delays() {
		c := column(s.Start)
		if c < 0 || c >= cols {
			continue
		}
		pl.rows[0].counts[c] += int(s.Failed)
		pl.rows[1].counts[c] += int(s.Late)
		for class, row := range []int{6, 5, 4, 3} {
			pl.rows[row].counts[c] += int(s.OK[class])
		}
		unknown[c] += int(s.OK[tally.DelayClasses-1])
	}
	if g.Latency.Count() == 0 { // the log does not say how long they took
		pl.rows = append(pl.rows[:1], plotRow{label: "in time", counts: unknown})
	} else if slices.Max(unknown) > 0 {
		pl.rows = append(pl.rows, plotRow{label: "in time", counts: unknown})
	}
	for _, n := range m.c.Watch() {
		w, ok := t.Watched(n)
		if !ok {
			continue
		}
		for _, a := range w.Attempts {
			if c := column(a.First); c >= 0 && c < cols {
				pl.marks = append(pl.marks, c)
			}
		}
	}
	return pl
}

func (p *carriersPage) timeLines(m *model, g *tally.Group, f *finding.Finding, w int) []string {
	if len(g.Slots) == 0 {
		return []string{" The log has no times."}
	}
	if p.counts() == nil {
		return []string{" Counting the attempts."}
	}
	pl := p.plotData(m, g, f, max(10, w-20))
	day := pl.start.Add(time.Duration(pl.cols) * pl.step)
	title := " Submitted to delivered, attempts in " + tally.FormatDuration(pl.step) + ", to " + tally.FormatDate(day, m.year()) + ", UTC"
	return append([]string{m.st.cutEnd(title, w)}, m.st.plot(pl)...)
}

// counts are those of the carrier on show, or nil while they are being made.
func (p *carriersPage) counts() *counted {
	if p.at < len(p.rows) {
		return p.counted[p.rows[p.at]]
	}
	return nil
}

func (p *carriersPage) delays() []tally.DelaySlot {
	if c := p.counts(); c != nil {
		return c.delays
	}
	return nil
}

// hits are the users of the carrier on show without a code, since its finding began.
func (p *carriersPage) hits() []hit {
	if c := p.counts(); c != nil {
		return c.hits
	}
	return nil
}

func (p *carriersPage) userLines(m *model, v *view, g *tally.Group, f *finding.Finding, w, most int) {
	st := m.st
	hits := p.hits()
	head := " Users without a code"
	if f != nil && f.Window.From.Known() && !f.Window.Whole {
		head += " since " + dayTime(f.Window.From, m.now) + " UTC"
	}
	v.add(head + ": " + formatInt(len(hits)) + " of " + tally.FormatCount(g.Users))
	from := min(max(0, p.user-most/2), max(0, len(hits)-most))
	name := 0
	for _, h := range hits[from:min(from+most, len(hits))] {
		name = max(name, cells(m.number(h.number)))
	}
	for i := from; i < min(from+most, len(hits)); i++ {
		h := hits[i]
		text := st.pad(m.number(h.number), name) + "  " + st.pad(tally.FormatNoun(h.bad, "attempt"), 12) + "  " + st.pad(tally.FormatNoun(h.messages, "message"), 12)
		if u, ok := m.table().User(h.number); ok && u.LastDelivered.Known() {
			text += "  last code " + dayTime(u.LastDelivered, m.now)
		} else {
			text += "  never a code"
		}
		text = st.cutEnd(text, w-4)
		if i == p.user {
			v.focus = len(v.lines)
			v.add(" " + paint(st.accent, st.signs.cursor) + " " + paint(st.bold, text))
		} else {
			v.add("   " + text)
		}
	}
	if n := len(hits) - most; n > 0 {
		v.add("   " + tally.FormatNoun(n, "more user"))
	}
}

// userPage is one user: what was counted, and each attempt.
func (m *model) userPage(h hit) page {
	return newReader("One user", func(m *model, w int) []string { return m.userText(h.number, w) })
}

func (m *model) userText(n number.MSISDN, w int) []string {
	st, t := m.st, m.table()
	if t == nil {
		return []string{"The log is not read any more."}
	}
	out := []string{paint(st.bold, m.number(n)), ""}
	u, ok := t.User(n)
	if !ok {
		return append(out, "No message to this number in the log.")
	}
	out = append(out, st.wrap(tally.FormatNoun(u.Messages, "message")+", "+tally.FormatNoun(u.Attempts, "attempt")+": "+
		formatInt(int(u.Attempts-u.Late-u.Failed))+" ok, "+formatInt(int(u.Late))+" late, "+formatInt(int(u.Failed))+" failed.", w)...)
	if u.LastDelivered.Known() {
		out = append(out, "Last code "+tally.FormatTime(u.LastDelivered, nil, m.year())+".")
	} else {
		out = append(out, "No code ever arrived in this log.")
	}
	if u.RunBad > 0 && u.RunStart.Known() {
		out = append(out, tally.FormatNoun(u.RunBad, "attempt")+" without a code in a row, since "+tally.FormatTime(u.RunStart, nil, m.year())+".")
	}
	var attempts []tally.Attempt
	what := "Attempts without a code (UTC)"
	if watched, ok := t.Watched(n); ok {
		attempts, what = watched.Attempts, "Every attempt (UTC)"
	} else {
		for _, a := range t.Bad {
			if a.Number == n {
				attempts = append(attempts, a)
			}
		}
	}
	out = append(out, "", paint(st.bold, what))
	for _, a := range slices.Backward(attempts) {
		out = append(out, m.attemptLine(a))
	}
	if len(attempts) == 0 {
		out = append(out, "  none")
	}
	return out
}

func (m *model) attemptLine(a tally.Attempt) string {
	st, code := m.st, m.table().Code(&a)
	sign, word := st.signs.pass, "ok"
	switch a.Outcome {
	case tally.Failed:
		sign, word = paint(st.bad, st.signs.fail), "no code"
	case tally.Late:
		sign, word = paint(st.warn, st.signs.late), "late"
	case tally.NotJudged:
		sign, word = st.signs.unknown, "in flight"
	}
	line := "  " + a.First.Std().Format("Mon _2 Jan 15:04:05") + "  " + sign + " " + st.pad(word, 9) + "  " + st.pad(tally.FormatNoun(a.Messages, "message"), 11)
	switch {
	case code != "" && a.Outcome != tally.OK:
		line += "  " + clean(code) + " " + m.codeWords(code, a.Reason)
	case a.DeliveredAt.Known():
		line += "  after " + tally.FormatDuration(time.Duration(a.DeliveredAt-a.First)*time.Millisecond)
	}
	return line
}

// messages are the attempts without a code of the open carrier, newest first.
func (p *carriersPage) messages(m *model) page {
	row := p.rows[p.at]
	g := m.table().Groups[row]
	name := tally.CarrierName(clean(g.Country), clean(g.Carrier))
	var bad []tally.Attempt
	of := m.table()
	return newReader(name+": attempts without a code, newest first (UTC)", func(m *model, w int) []string {
		if m.table() != of {
			return []string{"The log was read again. esc goes back."}
		}
		if bad == nil {
			bad = badAttempts(of, row, deliverylog.NoTime, deliverylog.NoTime)
			slices.Reverse(bad)
		}
		const most = 2000
		var out []string
		for _, a := range bad[:min(len(bad), most)] {
			line := m.attemptLine(a)
			out = append(out, m.st.pad(m.number(a.Number), 18)+line)
		}
		if len(bad) > most {
			out = append(out, tally.FormatNoun(len(bad)-most, "older attempt")+" not shown")
		}
		if len(bad) == 0 {
			out = []string{"None."}
		}
		return out
	})
}

// panes draw table and carrier side by side.
func (p *carriersPage) panes(m *model, w, h int) view {
	st := m.st
	left := 50
	if w >= 140 {
		left = 60
	}
	right := w - left - 2
	a := view{}
	s := p.shape(m, left, true)
	a.add("")
	if p.find != nil {
		a.add(" / " + p.find.view(st, 30, true, "", clean))
	} else if p.words != "" {
		a.add(" / " + clean(p.words) + "   " + formatInt(len(p.rows)) + " of " + formatInt(len(m.table().Groups)))
	}
	a.add(p.heading(m, s))
	below := m.otherFindings(left - 1)
	rows := max(3, min(len(p.rows), h-len(a.lines)-len(below)-3))
	from := min(max(0, p.at-rows/2), max(0, len(p.rows)-rows))
	hits := map[int]int{}
	for i := from; i < min(from+rows, len(p.rows)); i++ {
		hits[len(a.lines)] = i
		a.add(p.row(m, m.table().Groups[p.rows[i]], s, i == p.at))
	}
	if len(p.rows) == 0 {
		a.add("    No carrier fits. esc shows all.")
	}
	if rows < len(p.rows) {
		a.add("    " + formatInt(from+1) + " to " + formatInt(min(from+rows, len(p.rows))) + " of " + formatInt(len(p.rows)))
	} else {
		a.add(p.total(m, s))
	}
	a.add("")
	a.add(below...)

	b := view{}
	if g := p.group(m); g != nil {
		f := m.findingOf(g)
		b.add("")
		name := paint(st.bold, tally.CarrierName(clean(g.Country), clean(g.Carrier)))
		if p.pane == 1 {
			name = paint(st.accent, st.signs.cursor) + " " + name
		}
		b.add(name)
		b.add(st.wrap(m.groupSum(g, f), right)...)
		hours := p.hourLines(m, g, right)
		for _, l := range hours {
			b.add(strings.TrimPrefix(l, " "))
		}
		b.add("")
		for _, l := range p.timeLines(m, g, f, min(right, textWidth)) {
			b.add(strings.TrimPrefix(l, " "))
		}
		b.add("")
		room := max(3, (h-len(b.lines)-9)/2)
		for _, l := range p.errorLines(m, g, f, right, min(4, room)) {
			b.add(strings.TrimPrefix(l, " "))
		}
		if p.user >= 0 || h-len(b.lines) < 8 {
			b.add("")
			p.userLines(m, &b, g, f, right, max(2, h-len(b.lines)-2))
		} else {
			b.add("")
			b.add(m.delayBars(g, right)...)
		}
	}
	return view{lines: sideBySide(st, a.lines, b.lines, left, w, h), hits: hits}
}

// delayBars are delivered messages by how long they took.
func (m *model) delayBars(g *tally.Group, w int) []string {
	validity := m.table().Validity
	labels := []string{"under 5 s", "5–15 s", "15–60 s", "1 min on", "late"}
	bounds := []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, validity}
	n := g.Latency.Count()
	if n == 0 {
		return nil
	}
	counts := make([]int64, 5)
	below := int64(0)
	for i, d := range bounds {
		if d < time.Minute && i == 3 {
			continue
		}
		share, _ := g.Latency.Share(d)
		upto := int64(share*float64(n) + 0.5)
		counts[i] = max(upto-below, 0)
		below = max(upto, below)
	}
	counts[4] = g.LateMessages
	out := []string{"Delivered by delay"}
	for _, l := range m.st.bars(labels, counts, 12, min(w-2, 60)) {
		out = append(out, "  "+l)
	}
	return out
}

// otherFindings sum up all findings below the table.
func (m *model) otherFindings(w int) []string {
	st := m.st
	var out []string
	for i, f := range m.d.findings {
		if i == 3 {
			out = append(out, " "+tally.FormatNoun(len(m.d.findings)-3, "more finding")+", 5 shows them")
			break
		}
		head := " " + st.paintSeverity(f.Severity, st.severitySign(f.Severity)) + " "
		out = append(out, st.hang(head, m.maskText(clean(f.Title)), w)...)
		out = append(out, st.hang("   ", m.since(f), w)...)
		for n, r := range m.figuresOf(f) {
			if n < 2 {
				text := tally.FormatOf(r.k, r.n) + " " + r.what + ", " + tally.FormatRateInterval(r.k, r.n)
				if n == 1 {
					text = r.label + " " + tally.FormatOf(r.k, r.n) + ", " + tally.FormatRateInterval(r.k, r.n)
				}
				out = append(out, st.hang("   ", text, w)...)
			}
		}
		out = append(out, "   "+tally.FormatNoun(f.AffectedUsers, "user")+", "+tally.FormatSure(f.Confidence), "")
	}
	return out
}

// sideBySide joins two panes of h lines, parted by one line.
func sideBySide(st *styles, left, right []string, leftWidth, w, h int) []string {
	out := make([]string, h)
	for i := range out {
		var a, b string
		if i < len(left) {
			a = left[i]
		}
		if i < len(right) {
			b = right[i]
		}
		out[i] = fit(st.plain(a), leftWidth) + st.signs.vertical + " " + fit(st.plain(b), w-leftWidth-2)
	}
	return out
}
