package export

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	plottext "gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
)

// chart is a picture with the figures behind it.
type chart struct {
	title, alt string
	picture    *picture
	data       table
}

// Size of charts, in the units of both SVG and PDF points.
const (
	chartWidth  = 680
	chartFont   = 11
	mostRows    = 12 // carriers in one chart
	mostCurves  = 8
	shownDays   = 7
	heatMapDays = 10
)

var chartFace = font.Font{Typeface: "Liberation", Variant: "Sans"}

// charts are the pictures of a report. k is nil for an analysis.
type charts struct {
	report *finding.Report
	main   *finding.Finding // the one that the pictures show, or nil
	found  int              // index of its carrier in the table, -1 where it has none
	red    *redactor
	year   int
}

// addCharts puts the pictures that the data allow into a document.
func addCharts(d *document, r *finding.Report, list []finding.Finding, k *ticket.Ticket, red *redactor) {
	if r == nil || r.Table == nil || r.Table.Totals.AttemptsJudged == 0 || r.Table.By != "" && r.Table.By != "carrier" {
		return
	}
	c := &charts{report: r, found: -1, red: red}
	if r.Table.To.Known() {
		c.year = r.Table.To.Std().Year()
	}
	for i := range list {
		if f := &list[i]; f.Scope.Level != "number" {
			c.main = f
			if f.Scope.Carrier != "" {
				c.found = r.Table.GroupIndex(f.Scope.Country, f.Scope.Carrier)
			}
			break
		}
	}
	var all []block
	for _, make := range []func() (chart, bool){c.intervals, c.overTime, c.byHour, c.daysOfFound, c.delays} {
		if x, ok := make(); ok {
			all = append(all, x)
		}
	}
	if k != nil {
		if x, ok := c.oneUser(k); ok {
			all = append(all, x)
		}
	}
	if len(all) > 0 {
		d.head(2, "Pictures")
		d.add(all...)
	}
}

func (c *charts) name(g *tally.Group) string {
	return cutEnd(c.red.text(groupName(g, c.report.Table.By)), 22)
}

// window is the time of the finding that the pictures show; all of the log without one.
func (c *charts) window() (from, to deliverylog.Time, whole bool) {
	t := c.report.Table
	if c.main == nil || c.main.Window.Whole || !c.main.Window.From.Known() {
		return t.From, t.To, true
	}
	to = c.main.Window.To
	if !to.Known() {
		to = t.To
	}
	return c.main.Window.From, to, false
}

func newPlot() *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle.Color, a.LineStyle.Width = faint, vg.Points(1)
		a.Tick.LineStyle.Color, a.Tick.LineStyle.Width = faint, vg.Points(1)
		a.Tick.Length = 4
		a.Label.TextStyle.Color, a.Label.TextStyle.Font = soft, font.From(chartFace, chartFont)
		a.Tick.Label.Color, a.Tick.Label.Font = ink, font.From(chartFace, chartFont)
		a.Padding = 4
	}
	p.Y.Tick.Length = 0
	return p
}

func drawn(p *plot.Plot, height float64) *picture {
	pic := newPicture(chartWidth, height)
	p.Draw(draw.Crop(draw.New(pic), 4, -12, 4, -4))
	return pic
}

// plotFunc draws on a plot's data area.
type plotFunc func(c draw.Canvas, x, y func(float64) vg.Length)

func (f plotFunc) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	f(c, x, y)
}

func style(align draw.XAlignment, col color.Color) plottext.Style {
	return plottext.Style{Color: col, Font: font.From(chartFace, chartFont), XAlign: align, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
}

func bar(c draw.Canvas, col color.Color, x0, y0, x1, y1 vg.Length) {
	c.FillPolygon(col, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
}

func dot(c draw.Canvas, col color.Color, at vg.Point, r vg.Length) {
	var p vg.Path
	p.Move(vg.Point{X: at.X + r, Y: at.Y})
	p.Arc(at, r, 0, 2*math.Pi)
	p.Close()
	c.SetColor(col)
	c.Fill(p)
}

func stroke(c draw.Canvas, col color.Color, width vg.Length, dashes []vg.Length, points ...vg.Point) {
	c.StrokeLines(draw.LineStyle{Color: col, Width: width, Dashes: dashes}, points)
}

// percentTicks marks shares from 0 to 1 at every quarter.
var percentTicks = plot.ConstantTicks{{Value: 0, Label: "0 %"}, {Value: 0.25, Label: "25 %"}, {Value: 0.5, Label: "50 %"}, {Value: 0.75, Label: "75 %"}, {Value: 1, Label: "100 %"}}

type sharePart struct {
	group     *tally.Group
	index     int
	bad, seen int64
}

// shares are attempts without a code by carrier within a window.
func (c *charts) shares(from, to deliverylog.Time, whole bool) []sharePart {
	var list []sharePart
	for i, g := range c.report.Table.Groups {
		s := sharePart{group: g, index: i}
		if whole {
			s.bad, s.seen = g.AttemptsLate+g.AttemptsFailed, g.AttemptsJudged
		} else {
			for _, x := range g.Slots {
				if x.Start >= from-deliverylog.Time(tally.SlotLength.Milliseconds())+1 && x.Start <= to {
					s.bad, s.seen = s.bad+int64(x.Late)+int64(x.Failed), s.seen+int64(x.Judged)
				}
			}
		}
		if f := c.main; i == c.found && !whole && f.Figures.Total > 0 && f.Cause != finding.CarrierDelay && f.Cause != finding.PeakHourDelay {
			// The finding's own count, which is to the minute: slots are coarser.
			s.bad, s.seen = int64(f.Figures.Affected), int64(f.Figures.Total)
		}
		if s.seen > 0 {
			list = append(list, s)
		}
	}
	return list
}

// intervals shows who is hit: the share without a code by carrier, with its interval.
func (c *charts) intervals() (chart, bool) {
	from, to, whole := c.window()
	list := c.shares(from, to, whole)
	slices.SortStableFunc(list, func(a, b sharePart) int {
		if d := boolInt(c.concerned(b.index)) - boolInt(c.concerned(a.index)); d != 0 {
			return d
		}
		return cmp.Compare(b.seen, a.seen)
	})
	list = list[:min(len(list), mostRows)]
	if len(list) == 0 {
		return chart{}, false
	}
	title := "Who: attempts without a code by carrier, with 95 % intervals"
	if !whole {
		title = "Who: attempts without a code " + sinceWords(c.main, c.year) + ", by carrier, with 95 % intervals"
	}
	x := chart{title: title, data: table{caption: title, head: []string{"Carrier", "Without a code", "Attempts", "Share, 95 % interval"}, right: []bool{false, true, true, true}}}
	p := newPlot()
	p.X.Min, p.X.Max, p.X.Tick.Marker, p.X.Label.Text = -0.012, 1.012, percentTicks, "share of attempts without a code in time" // dots at either end stand free
	p.Y.Min, p.Y.Max = -0.6, float64(len(list))-0.4
	p.Y.LineStyle.Width = 0
	var ticks plot.ConstantTicks
	for i, s := range list {
		ticks = append(ticks, plot.Tick{Value: float64(len(list) - 1 - i), Label: c.name(s.group)})
		x.data.rows = append(x.data.rows, []string{c.name(s.group), tally.FormatCount(s.bad), tally.FormatCount(s.seen), tally.FormatRateInterval(s.bad, s.seen)})
	}
	p.Y.Tick.Marker = ticks
	p.Add(plotFunc(func(cv draw.Canvas, px, py func(float64) vg.Length) {
		for _, v := range []float64{0, 0.25, 0.5, 0.75, 1} {
			stroke(cv, faint, 0.5, nil, vg.Point{X: px(v), Y: cv.Min.Y}, vg.Point{X: px(v), Y: cv.Max.Y})
		}
		for i, s := range list {
			col := other
			if c.concerned(s.index) {
				col = accent
			}
			y := py(float64(len(list) - 1 - i))
			low, high := tally.Wilson(s.bad, s.seen)
			rate := float64(s.bad) / float64(s.seen)
			stroke(cv, col, 2, nil, vg.Point{X: px(low), Y: y}, vg.Point{X: px(high), Y: y})
			for _, end := range []float64{low, high} {
				stroke(cv, col, 2, nil, vg.Point{X: px(end), Y: y - 4}, vg.Point{X: px(end), Y: y + 4})
			}
			dot(cv, col, vg.Point{X: px(rate), Y: y}, 4.5)
			label := tally.FormatOf(s.bad, s.seen)
			if high < 0.8 {
				cv.FillText(style(draw.XLeft, soft), vg.Point{X: px(high) + 8, Y: y}, label)
			} else if low > 0.2 {
				cv.FillText(style(draw.XRight, soft), vg.Point{X: px(low) - 8, Y: y}, label)
			}
		}
	}))
	x.picture = drawn(p, 50+22*float64(len(list)))
	x.alt = "Dots with bars: " + x.data.rows[0][0] + " " + x.data.rows[0][3] + "."
	if len(x.data.rows) > 1 {
		x.alt += " The others are listed in the table."
	}
	return x, true
}

// concerned says whether the finding shown is about a group.
func (c *charts) concerned(group int) bool {
	switch {
	case c.main == nil:
		return false
	case c.found >= 0:
		return group == c.found
	}
	return c.main.Scope.Country == "" || c.main.Scope.Country == c.report.Table.Groups[group].Country
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sinceWords says since when, for a chart's title.
func sinceWords(f *finding.Finding, year int) string {
	if f.Window.Open || !f.Window.To.Known() {
		return "since " + tally.FormatTime(f.Window.From, nil, year)
	}
	return tally.FormatSpan(f.Window.From, f.Window.To, year)
}

// overTime shows since when, and whether it is over: attempts by hour, those
// without a code at the foot of each bar, the finding's window shaded.
func (c *charts) overTime() (chart, bool) {
	t := c.report.Table
	if !t.From.Known() || t.To-t.From < 3*3600e3 {
		return chart{}, false
	}
	from, to, whole := c.window()
	first, last := t.From, t.To
	if !whole {
		first = max(first, from-deliverylog.Time((shownDays-1)*86400e3))
		last = min(last, max(to, first+shownDays*86400e3))
	}
	step := deliverylog.Time(3600e3)
	unit := "hour"
	switch span := last - first; {
	case span > 60*86400e3:
		step, unit = 7*86400e3, "week"
	case span > 14*86400e3:
		step, unit = 86400e3, "day"
	case span > 8*86400e3:
		step, unit = 6*3600e3, "6 hours"
	}
	first -= ((first % step) + step) % step
	n := int((last-first)/step) + 1
	seen, bad := make([]int64, n), make([]int64, n)
	groups, whose := t.Groups, "all carriers"
	if c.found >= 0 {
		groups, whose = t.Groups[c.found:c.found+1], tally.CarrierName(t.Groups[c.found].Country, c.red.text(t.Groups[c.found].Carrier))
	} else if c.main != nil && c.main.Scope.Country != "" {
		groups = nil
		for _, g := range t.Groups {
			if g.Country == c.main.Scope.Country {
				groups = append(groups, g)
			}
		}
		whose = c.main.Scope.Country
	}
	for _, g := range groups {
		for _, s := range g.Slots {
			if i := int((s.Start - first) / step); s.Start >= first && i < n {
				seen[i], bad[i] = seen[i]+int64(s.Judged), bad[i]+int64(s.Late)+int64(s.Failed)
			}
		}
	}
	most := int64(1)
	for _, k := range seen {
		most = max(most, k)
	}
	title := fmt.Sprintf("Since when: attempts at %s by %s, those without a code at the foot of each bar", whose, unit)
	x := chart{title: title, data: table{caption: title, head: []string{"From (UTC)", "Attempts", "Without a code"}, right: []bool{false, true, true}}}
	for i := range n {
		if seen[i] > 0 {
			x.data.rows = append(x.data.rows, []string{(first + deliverylog.Time(i)*step).Std().Format("2006-01-02 15:04"), tally.FormatCount(seen[i]), tally.FormatCount(bad[i])})
		}
	}
	p := newPlot()
	p.X.Min, p.X.Max, p.X.Label.Text = 0, float64(n), "time, UTC"
	p.Y.Min, p.Y.Max, p.Y.Label.Text = 0, float64(most)*1.15, ""
	p.Y.Tick.Marker = countTicks(most)
	p.X.Tick.Marker = timeTicks(first, step, n)
	p.Add(plotFunc(func(cv draw.Canvas, px, py func(float64) vg.Length) {
		if !whole {
			a, b := float64(from-first)/float64(step), float64(to-first)/float64(step)
			x0, x1 := px(max(a, 0)), px(min(max(b, a+0.3), float64(n)))
			bar(cv, shade, x0, cv.Min.Y, x1, cv.Max.Y)
			label := from.Std().Format("from 2 Jan 15:04")
			at := vg.Point{X: x0 - 4, Y: cv.Max.Y - 6}
			align := draw.XRight
			if x0-cv.Min.X < 120 {
				at.X, align = x0+4, draw.XLeft
			}
			cv.FillText(style(align, soft), at, label)
		}
		width := px(1) - px(0)
		gap := min(width*0.15, 1)
		for i := range n {
			if seen[i] == 0 {
				continue
			}
			x0, x1 := px(float64(i))+gap, px(float64(i+1))-gap
			bar(cv, withAlpha(other, 0.45), x0, py(0), x1, py(float64(seen[i])))
			if bad[i] > 0 {
				bar(cv, accent, x0, py(0), x1, py(float64(bad[i])))
			}
		}
	}))
	x.picture = drawn(p, 190)
	var total, totalBad int64
	for i := range n {
		total, totalBad = total+seen[i], totalBad+bad[i]
	}
	x.alt = fmt.Sprintf("Bars over time: %s attempts without a code in the time shown.", tally.FormatOf(totalBad, total))
	return x, true
}

// countTicks marks whole counts from 0 to most.
func countTicks(most int64) plot.ConstantTicks {
	step := int64(1)
	for _, s := range []int64{1, 2, 5} {
		for m := int64(1); m <= 1e12; m *= 10 {
			if s*m*4 >= most && (step*4 < most || s*m < step) {
				step = s * m
			}
		}
	}
	var ticks plot.ConstantTicks
	for v := int64(0); v <= most; v += step {
		ticks = append(ticks, plot.Tick{Value: float64(v), Label: tally.FormatCount(v)})
	}
	return ticks
}

// timeTicks marks days, or hours where there are few.
func timeTicks(first, step deliverylog.Time, n int) plot.ConstantTicks {
	var ticks plot.ConstantTicks
	span := deliverylog.Time(n) * step
	add := func(at deliverylog.Time, layout string) {
		ticks = append(ticks, plot.Tick{Value: float64(at-first) / float64(step), Label: at.Std().Format(layout)})
	}
	every, layout := deliverylog.Time(86400e3), "2 Jan"
	switch {
	case span <= 86400e3:
		every, layout = 3*3600e3, "15:04"
	case span <= 8*86400e3:
		layout = "Mon 2 Jan"
	default:
		for span/every > 9 {
			every *= 2
		}
	}
	for at := first + (every-first%every)%every; at <= first+span; at += every {
		add(at, layout)
	}
	return ticks
}

// byHour shows at which local hours: carrier by hour, a digit for each tenth.
func (c *charts) byHour() (chart, bool) {
	var groups []*tally.Group
	for i, g := range c.report.Table.Groups {
		if len(groups) < mostRows && g.AttemptsJudged > 0 || i == c.found {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 || !c.report.Table.From.Known() {
		return chart{}, false
	}
	rows := make([]heatRow, 0, len(groups))
	for _, g := range groups {
		r := heatRow{name: c.name(g), found: c.concerned(slices.Index(c.report.Table.Groups, g))}
		for _, d := range g.Days {
			for h, x := range d.Hours {
				r.seen[h], r.bad[h] = r.seen[h]+int64(x.Judged), r.bad[h]+int64(x.Late)+int64(x.Failed)
			}
		}
		rows = append(rows, r)
	}
	return heatMap("At which hours: attempts without a code by carrier and local hour, in tenths", "Carrier", rows), true
}

// daysOfFound is the found carrier day by day: an outage is a row, a busy hour a column.
func (c *charts) daysOfFound() (chart, bool) {
	if c.found < 0 {
		return chart{}, false
	}
	g := c.report.Table.Groups[c.found]
	days := g.Days
	if _, _, whole := c.window(); !whole && c.main.Window.To.Known() {
		end := c.main.Window.To.Std().Add(26 * time.Hour).Format(time.DateOnly)
		for len(days) > heatMapDays && days[len(days)-1].Date > end {
			days = days[:len(days)-1]
		}
	}
	days = days[max(0, len(days)-heatMapDays):]
	if len(days) == 0 {
		return chart{}, false
	}
	var rows []heatRow
	for _, d := range days {
		r := heatRow{name: d.Date, found: true}
		if t, err := time.Parse(time.DateOnly, d.Date); err == nil {
			r.name = t.Format("Mon 2 Jan")
		}
		for h, x := range d.Hours {
			r.seen[h], r.bad[h] = int64(x.Judged), int64(x.Late)+int64(x.Failed)
		}
		rows = append(rows, r)
	}
	name := tally.CarrierName(g.Country, c.red.text(g.Carrier))
	return heatMap(name+" day by day: attempts without a code by local hour, in tenths", "Day", rows), true
}

type heatRow struct {
	name      string
	found     bool
	seen, bad [24]int64
}

// heatMap draws rows by local hour. The digit in a cell is the rounded tenth of
// attempts without a code, at least 1 where there was any, 9 from 85 % on; a
// point is none, and blank is where nobody asked.
func heatMap(title, what string, rows []heatRow) chart {
	x := chart{title: title, data: table{caption: title, head: []string{what}, right: []bool{false}}}
	for h := range 24 {
		x.data.head = append(x.data.head, strconv.Itoa(h))
		x.data.right = append(x.data.right, true)
	}
	p := newPlot()
	p.X.Min, p.X.Max, p.X.Label.Text = 0, 24, "local hour of the day"
	p.Y.Min, p.Y.Max = 0, float64(len(rows))
	p.Y.LineStyle.Width = 0
	var hours, names plot.ConstantTicks
	for h := range 24 {
		hours = append(hours, plot.Tick{Value: float64(h) + 0.5, Label: strconv.Itoa(h)})
	}
	worst, at := 0.0, ""
	for i, r := range rows {
		names = append(names, plot.Tick{Value: float64(len(rows)-1-i) + 0.5, Label: r.name})
		cells := []string{r.name}
		for h := range 24 {
			if r.seen[h] == 0 {
				cells = append(cells, "")
				continue
			}
			cells = append(cells, fmt.Sprintf("%d/%d", r.bad[h], r.seen[h]))
			if share := float64(r.bad[h]) / float64(r.seen[h]); share > worst && r.seen[h] >= 4 {
				worst, at = share, fmt.Sprintf("%s, hour %d, %s", r.name, h, tally.FormatOf(r.bad[h], r.seen[h]))
			}
		}
		x.data.rows = append(x.data.rows, cells)
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = hours, names
	p.X.Tick.Length = 0
	p.Add(plotFunc(func(cv draw.Canvas, px, py func(float64) vg.Length) {
		for i, r := range rows {
			base := float64(len(rows) - 1 - i)
			for h := range 24 {
				if r.seen[h] == 0 {
					continue
				}
				share := float64(r.bad[h]) / float64(r.seen[h])
				col := other
				if r.found {
					col = accent
				}
				x0, x1, y0, y1 := px(float64(h))+0.75, px(float64(h+1))-0.75, py(base)+0.75, py(base+1)-0.75
				depth := 0.08 + 0.87*share
				if r.seen[h] < 4 { // one of one is no more than a hint
					depth = 0.08 + 0.3*share
				}
				bar(cv, withAlpha(col, depth), x0, y0, x1, y1)
				label := "·"
				if r.bad[h] > 0 {
					tenth := min(max(int(math.Round(share*10)), 1), 9)
					label = strconv.Itoa(tenth)
				}
				ground := color.Color(ink)
				if depth > 0.55 {
					ground = paper
				}
				cv.FillText(style(draw.XCenter, ground), vg.Point{X: (x0 + x1) / 2, Y: (y0 + y1) / 2}, label)
			}
		}
	}))
	x.picture = drawn(p, 44+20*float64(len(rows)))
	x.alt = "A grid of rows by the 24 local hours; a digit is tenths of the attempts without a code, a point none."
	if at != "" {
		x.alt += " The worst: " + at + "."
	}
	return x
}

// delays shows how fast: the share of messages delivered within a time. A curve
// ends below 100 % where codes never came.
func (c *charts) delays() (chart, bool) {
	t := c.report.Table
	type curve struct {
		group *tally.Group
		found bool
	}
	var list []curve
	for i, g := range t.Groups {
		if g.Latency.Count() > 0 && (len(list) < mostCurves || i == c.found) {
			list = append(list, curve{g, i == c.found})
		}
	}
	if len(list) == 0 {
		return chart{}, false
	}
	// The found one is drawn last, so that it lies on top.
	slices.SortStableFunc(list, func(a, b curve) int { return boolInt(a.found) - boolInt(b.found) })
	validity := t.Validity.Seconds()
	marks := []float64{1, 5, 15, 60, validity, 600, 3600}
	within := func(g *tally.Group, seconds float64) float64 {
		share, _ := g.Latency.Share(time.Duration(seconds * float64(time.Second)))
		return share * float64(g.Latency.Count()) / float64(max(g.Latency.Count()+g.Failed+g.Unconfirmed, 1))
	}
	longest := validity * 2
	for _, k := range list {
		if s, ok := k.group.Latency.Quantile(0.999); ok {
			longest = max(longest, s)
		}
	}
	longest = min(longest*1.1, 6*3600)
	title := "How fast: share of messages delivered within a time, codes are valid for " + minutes(validity)
	x := chart{title: title, data: table{caption: title, head: []string{"Carrier"}, right: []bool{false}}}
	for _, m := range marks {
		x.data.head = append(x.data.head, "within "+tally.FormatDuration(time.Duration(m*float64(time.Second))))
		x.data.right = append(x.data.right, true)
	}
	for i := len(list) - 1; i >= 0; i-- {
		row := []string{c.name(list[i].group)}
		for _, m := range marks {
			row = append(row, tally.FormatShare(within(list[i].group, m)))
		}
		x.data.rows = append(x.data.rows, row)
	}
	p := newPlot()
	p.X.Min, p.X.Max, p.X.Label.Text = math.Log10(1), math.Log10(longest), "time from submitted to delivered"
	p.Y.Min, p.Y.Max, p.Y.Tick.Marker = 0, 1.02, percentTicks
	var ticks plot.ConstantTicks
	for _, m := range marks {
		if m <= longest {
			ticks = append(ticks, plot.Tick{Value: math.Log10(m), Label: tally.FormatDuration(time.Duration(m * float64(time.Second)))})
		}
	}
	p.X.Tick.Marker = ticks
	p.Add(plotFunc(func(cv draw.Canvas, px, py func(float64) vg.Length) {
		for _, v := range []float64{0.25, 0.5, 0.75, 1} {
			stroke(cv, faint, 0.5, nil, vg.Point{X: cv.Min.X, Y: py(v)}, vg.Point{X: cv.Max.X, Y: py(v)})
		}
		v := px(math.Log10(validity))
		stroke(cv, ink, 1, []vg.Length{4, 3}, vg.Point{X: v, Y: cv.Min.Y}, vg.Point{X: v, Y: cv.Max.Y})
		for _, k := range list {
			col, width := color.Color(withAlpha(other, 0.7)), vg.Length(1.25)
			if k.found {
				col, width = accent, 2.5
			}
			var points []vg.Point
			for s := 1.0; s < longest; s *= 1.06 {
				points = append(points, vg.Point{X: px(math.Log10(s)), Y: py(within(k.group, s))})
			}
			points = append(points, vg.Point{X: px(math.Log10(longest)), Y: py(within(k.group, longest))})
			stroke(cv, col, width, nil, points...)
			if k.found {
				end := points[len(points)-1]
				cv.FillText(style(draw.XRight, accent), vg.Point{X: end.X - 2, Y: end.Y - 12}, c.name(k.group))
			}
		}
	}))
	x.picture = drawn(p, 220)
	x.alt = fmt.Sprintf("Rising curves, one for each carrier. %s: %s within %s.", x.data.rows[0][0], x.data.rows[0][5], minutes(validity))
	return x, true
}

// oneUser shows one user's attempts on a time line, by shape and word.
func (c *charts) oneUser(k *ticket.Ticket) (chart, bool) {
	if len(k.People) == 0 || len(k.People) > 20 {
		return chart{}, false
	}
	person := k.People[0]
	w, ok := c.report.Table.Watched(person.Key())
	if !ok || len(w.Attempts) == 0 {
		return chart{}, false
	}
	attempts := w.Attempts[max(0, len(w.Attempts)-200):]
	loc := person.Key().Location()
	if loc == nil {
		loc = time.UTC
	}
	who := c.red.number(person.Key())
	title := "This user, " + who + ": every attempt, when a code came and when not"
	x := chart{title: title, data: table{caption: title, head: []string{"Attempt (UTC)", "There", "Messages", "Delivered", "How it ended", "Code"}, right: []bool{false, false, true, true, false, false}}}
	words := map[tally.Outcome]string{tally.OK: "code came", tally.Late: "too late", tally.Failed: "no code", tally.NotJudged: "not judged"}
	lanes := []tally.Outcome{tally.OK, tally.Late, tally.Failed, tally.NotJudged}
	count := map[tally.Outcome]int{}
	for i := range attempts {
		a := &attempts[i]
		count[a.Outcome]++
		x.data.rows = append(x.data.rows, []string{a.First.Std().Format("2006-01-02 15:04:05"), a.First.Std().In(loc).Format("Mon 2 Jan 15:04"), strconv.Itoa(int(a.Messages)),
			strconv.Itoa(int(a.Delivered)), words[a.Outcome], word(c.report.Table.Code(a))})
	}
	lanes = slices.DeleteFunc(lanes, func(o tally.Outcome) bool { return count[o] == 0 && o != tally.OK && o != tally.Failed })
	first, last := attempts[0].First, attempts[len(attempts)-1].First
	pad := max((last-first)/30, 600e3)
	first, last = first-pad, last+pad
	const steps = 1000
	step := (last - first) / steps
	p := newPlot()
	p.X.Min, p.X.Max, p.X.Label.Text = 0, steps, "time, UTC"
	p.X.Tick.Marker = timeTicks(first, max(step, 1), steps)
	p.Y.Min, p.Y.Max = -0.6, float64(len(lanes))-0.4
	p.Y.LineStyle.Width = 0
	var names plot.ConstantTicks
	row := map[tally.Outcome]float64{}
	for i, o := range lanes {
		row[o] = float64(len(lanes) - 1 - i)
		names = append(names, plot.Tick{Value: row[o], Label: words[o]})
	}
	p.Y.Tick.Marker = names
	p.Add(plotFunc(func(cv draw.Canvas, px, py func(float64) vg.Length) {
		for _, o := range lanes {
			stroke(cv, faint, 0.5, nil, vg.Point{X: cv.Min.X, Y: py(row[o])}, vg.Point{X: cv.Max.X, Y: py(row[o])})
		}
		for _, a := range attempts {
			at := vg.Point{X: px(float64(a.First-first) / float64(max(step, 1))), Y: py(row[a.Outcome])}
			switch a.Outcome {
			case tally.OK:
				dot(cv, other, at, 4)
			case tally.Failed:
				stroke(cv, accent, 2.5, nil, vg.Point{X: at.X - 5, Y: at.Y - 5}, vg.Point{X: at.X + 5, Y: at.Y + 5})
				stroke(cv, accent, 2.5, nil, vg.Point{X: at.X - 5, Y: at.Y + 5}, vg.Point{X: at.X + 5, Y: at.Y - 5})
			case tally.Late:
				cv.FillPolygon(accent, []vg.Point{{X: at.X - 5, Y: at.Y - 4}, {X: at.X + 5, Y: at.Y - 4}, {X: at.X, Y: at.Y + 5}})
			default:
				stroke(cv, other, 1.5, nil, vg.Point{X: at.X - 4, Y: at.Y}, vg.Point{X: at.X + 4, Y: at.Y})
			}
		}
	}))
	x.picture = drawn(p, 44+26*float64(len(lanes)))
	x.alt = fmt.Sprintf("%s: %s with a code in time, %d too late, %d without a code.", who, tally.FormatNoun(count[tally.OK], "attempt"), count[tally.Late], count[tally.Failed])
	return x, true
}
