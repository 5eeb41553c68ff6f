package export

import (
	"io"
	"strconv"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
)

// The shapes below are published (otpdoctor schema analysis) and change only by
// additions: a new key goes behind the others.

type analysisJSON struct {
	Schema          string          `json:"schema"`
	Inputs          []inputJSON     `json:"inputs"`
	Window          windowJSON      `json:"window"`
	ValiditySeconds float64         `json:"validity_seconds"`
	Totals          totalsJSON      `json:"totals"`
	Carriers        []carrierJSON   `json:"carriers"`
	Findings        []findingJSON   `json:"findings"`
	By              string          `json:"by,omitempty"`          // where it is not carrier
	Partial         bool            `json:"partial,omitempty"`     // reading was stopped early
	NearMisses      []nearMiss      `json:"near_misses,omitempty"` // with Explain
	TimeLine        *timeLineJSON   `json:"time_line,omitempty"`   // with TimeLine
	Comparison      *comparisonJSON `json:"comparison,omitempty"`  // with Compare
	Masked          string          `json:"masked,omitempty"`      // with Redact
}

type inputJSON struct {
	Name       string          `json:"name"`
	Format     string          `json:"format"`
	Rows       int64           `json:"rows"`
	Messages   int64           `json:"messages"`
	Rejected   int64           `json:"rejected"`
	Rejections []rejectionJSON `json:"rejections"`
	Warnings   []string        `json:"warnings"`
	Skipped    int64           `json:"skipped"`
	SHA256     string          `json:"sha256,omitempty"`
	Truncated  string          `json:"truncated,omitempty"`
}

type rejectionJSON struct {
	Line   int64  `json:"line"`
	Reason string `json:"reason"`
}

type windowJSON struct {
	From *string `json:"from"`
	To   *string `json:"to"`
}

type totalsJSON struct {
	Messages       int64 `json:"messages"`
	Delivered      int64 `json:"delivered"`
	Failed         int64 `json:"failed"`
	Unconfirmed    int64 `json:"unconfirmed"`
	InFlight       int64 `json:"in_flight"`
	Late           int64 `json:"late"`
	Users          int64 `json:"users"`
	AffectedUsers  int64 `json:"affected_users"`
	Attempts       int64 `json:"attempts"`
	AttemptsFailed int64 `json:"attempts_failed"`
}

type carrierJSON struct {
	Country        string      `json:"country"`
	Carrier        string      `json:"carrier"`
	CarrierSource  string      `json:"carrier_source"`
	Messages       int64       `json:"messages"`
	Delivered      int64       `json:"delivered"`
	Failed         int64       `json:"failed"`
	Unconfirmed    int64       `json:"unconfirmed"`
	InFlight       int64       `json:"in_flight"`
	Users          int64       `json:"users"`
	AffectedUsers  int64       `json:"affected_users"`
	Attempts       int64       `json:"attempts"`
	AttemptsFailed int64       `json:"attempts_failed"`
	DeliveryRate   *float64    `json:"delivery_rate"`
	DeliveryCI     *[2]float64 `json:"delivery_rate_ci95"`
	Latency        latencyJSON `json:"latency_seconds"`
	Late           int64       `json:"late"`
	LateRate       *float64    `json:"late_rate"`
	ByHour         []hourJSON  `json:"by_hour"`
	Errors         []errorJSON `json:"errors"`
}

type latencyJSON struct {
	Count int64    `json:"count"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	P95   *float64 `json:"p95"`
	P99   *float64 `json:"p99"`
	Max   *float64 `json:"max"`
}

type hourJSON struct {
	Hour     int   `json:"hour"`
	Messages int64 `json:"messages"`
	Failed   int64 `json:"failed"`
	Late     int64 `json:"late"`
}

type errorJSON struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

type findingJSON struct {
	Cause         string      `json:"cause"`
	Severity      string      `json:"severity"`
	Confidence    float64     `json:"confidence"`
	Scope         scopeJSON   `json:"scope"`
	Window        windowJSON  `json:"window"`
	AffectedUsers int         `json:"affected_users"`
	Messages      int         `json:"messages"`
	Figures       figuresJSON `json:"figures"`
	Summary       string      `json:"summary"`
	Evidence      []string    `json:"evidence"`
	FAQ           string      `json:"faq"`
	NextStep      string      `json:"next_step"`
	Reply         string      `json:"reply"`
	Title         string      `json:"title"`
	Code          string      `json:"code,omitempty"`
}

type scopeJSON struct {
	Level   string `json:"level"`
	Number  string `json:"number,omitempty"`
	Hours   []int  `json:"hours,omitempty"`
	Country string `json:"country,omitempty"`
	Carrier string `json:"carrier,omitempty"`
}

type figuresJSON struct {
	Affected     int      `json:"affected"`
	Total        int      `json:"total"`
	Rate         *float64 `json:"rate"`
	BaselineRate *float64 `json:"baseline_rate"`
	Baseline     *string  `json:"baseline"`
	RiskRatio    *float64 `json:"risk_ratio"`
	PValue       *float64 `json:"p_value"`
}

type nearMiss struct {
	Cause   string      `json:"cause"`
	Scope   scopeJSON   `json:"scope"`
	Text    string      `json:"text"`
	Figures figuresJSON `json:"figures"`
}

// stamp writes a moment in RFC 3339, UTC, with milliseconds where it has any.
func stamp(t deliverylog.Time) *string {
	if !t.Known() {
		return nil
	}
	s := stampOf(t.Std())
	return &s
}

func stampOf(t time.Time) string { return ticket.Moment{Time: t}.String() }

func analysisOf(r *finding.Report, o Options, red *redactor) analysisJSON {
	knowTimeLine(red, o)
	t := r.Table
	a := analysisJSON{Schema: "otpdoctor/analysis/v1", Inputs: inputsOf(r, red), Carriers: []carrierJSON{}, Findings: []findingJSON{}, Partial: r.Partial}
	if t != nil {
		a.Window = windowJSON{stamp(t.From), stamp(t.To)}
		a.ValiditySeconds = t.Validity.Seconds()
		a.Totals = totalsOf(&t.Totals)
		if t.By != "carrier" {
			a.By = t.By
		}
		for _, g := range t.Groups {
			a.Carriers = append(a.Carriers, carrierOf(g, red))
		}
	}
	a.Findings = findingsOf(r.Findings, red)
	if o.Explain {
		for i := range r.NearMisses {
			n := &r.NearMisses[i]
			a.NearMisses = append(a.NearMisses, nearMiss{string(n.Cause), scopeOf(&n.Scope, red), red.text(n.Text), figuresOf(&n.Figures, red)})
		}
	}
	a.TimeLine, a.Comparison = timeLineOf(o.TimeLine, red), comparisonOf(o.Compare, red)
	if red.on {
		a.Masked = red.masked()
	}
	return a
}

func inputsOf(r *finding.Report, red *redactor) []inputJSON {
	list := []inputJSON{}
	for i := range r.Inputs {
		in := &r.Inputs[i]
		j := inputJSON{Name: red.text(in.Name), Format: word(in.Format), Rows: in.Rows, Messages: in.Messages, Rejected: in.Rejected,
			Rejections: []rejectionJSON{}, Warnings: red.all(in.Warnings), Skipped: in.Skipped, SHA256: in.SHA256, Truncated: red.text(in.Truncated)}
		for _, x := range in.Rejections {
			j.Rejections = append(j.Rejections, rejectionJSON{x.Line, red.text(x.Reason)})
		}
		list = append(list, j)
	}
	return list
}

func totalsOf(g *tally.Group) totalsJSON {
	return totalsJSON{g.Messages, g.Delivered, g.Failed, g.Unconfirmed, g.InFlight, g.LateMessages, g.Users, g.AffectedUsers,
		g.AttemptsJudged, g.AttemptsLate + g.AttemptsFailed}
}

func carrierOf(g *tally.Group, red *redactor) carrierJSON {
	c := carrierJSON{Country: word(g.Country), Carrier: red.text(g.Carrier), CarrierSource: string(g.CarrierSource),
		Messages: g.Messages, Delivered: g.Delivered, Failed: g.Failed, Unconfirmed: g.Unconfirmed, InFlight: g.InFlight,
		Users: g.Users, AffectedUsers: g.AffectedUsers, Attempts: g.AttemptsJudged, AttemptsFailed: g.AttemptsLate + g.AttemptsFailed,
		DeliveryRate: ratio(g.Delivered, g.Judged()), Latency: latencyOf(&g.Latency), Late: g.LateMessages,
		LateRate: ratio(g.LateMessages, g.Latency.Count()), ByHour: make([]hourJSON, 24), Errors: []errorJSON{}}
	if n := g.Judged(); n > 0 {
		low, high := tally.Wilson(g.Delivered, n)
		c.DeliveryCI = &[2]float64{rounded(low), rounded(high)}
	}
	for h, x := range g.Hours {
		c.ByHour[h] = hourJSON{h, x.Messages, x.Failed, x.Late}
	}
	for _, e := range g.Errors {
		c.Errors = append(c.Errors, errorJSON{word(e.Code), e.Reason.String(), e.Count})
	}
	return c
}

func latencyOf(h *tally.Histogram) latencyJSON {
	at := func(q float64) *float64 {
		s, ok := h.Quantile(q)
		if !ok {
			return nil
		}
		s = rounded(s)
		return &s
	}
	l := latencyJSON{Count: h.Count(), P50: at(0.50), P90: at(0.90), P95: at(0.95), P99: at(0.99)}
	if s, ok := h.Max(); ok {
		s = rounded(s)
		l.Max = &s
	}
	return l
}

func findingsOf(list []finding.Finding, red *redactor) []findingJSON {
	out := []findingJSON{}
	for i := range list {
		f := &list[i]
		out = append(out, findingJSON{Cause: string(f.Cause), Severity: string(f.Severity), Confidence: rounded(f.Confidence), Scope: scopeOf(&f.Scope, red),
			Window: windowJSON{stamp(f.Window.From), stamp(f.Window.To)}, AffectedUsers: f.AffectedUsers, Messages: f.Messages,
			Figures: figuresOf(&f.Figures, red), Summary: red.text(f.Summary), Evidence: evidenceOf(f, red), FAQ: f.FAQ,
			NextStep: red.text(f.NextStep), Reply: red.text(f.Reply), Title: red.text(f.Title), Code: word(f.Code)})
	}
	return out
}

func scopeOf(s *finding.Scope, red *redactor) scopeJSON {
	j := scopeJSON{Level: s.Level, Country: word(s.Country), Carrier: red.text(s.Carrier), Hours: s.Hours}
	if s.Level == "number" {
		j.Country, j.Carrier = "", ""
		j.Number = scopeNumber(s, red)
	}
	return j
}

// scopeNumber is a finding's number in E.164, or its label.
func scopeNumber(s *finding.Scope, red *redactor) string {
	if red.on && s.Key != 0 {
		return red.label(s.Key)
	}
	if s.Number == "" {
		return red.e164(s.Key)
	}
	return red.text(s.Number)
}

func figuresOf(f *finding.Figures, red *redactor) figuresJSON {
	j := figuresJSON{Affected: f.Affected, Total: f.Total, Rate: shareOf(f.Rate), BaselineRate: shareOf(f.BaselineRate), RiskRatio: shareOf(f.RiskRatio), PValue: chanceOf(f.PValue)}
	if f.Baseline != "" {
		s := red.text(f.Baseline)
		j.Baseline = &s
	}
	return j
}

// chanceOf keeps three figures: the rest depends on the order of a sum.
func chanceOf(p *float64) *float64 {
	if p == nil {
		return nil
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(*p, 'e', 2, 64), 64)
	if err != nil {
		return nil
	}
	return &r
}

func shareOf(x *float64) *float64 {
	if x == nil {
		return nil
	}
	r := rounded(*x)
	return &r
}

// evidenceOf gives each proof as one line: its sentence, or without one when, who
// and which message.
func evidenceOf(f *finding.Finding, red *redactor) []string {
	out := []string{}
	for i := range f.Evidence {
		out = append(out, evidenceLine(&f.Evidence[i], red))
	}
	return out
}

func evidenceLine(e *finding.Evidence, red *redactor) string {
	if e.Text != "" {
		return red.text(e.Text)
	}
	var parts []string
	if e.At.Known() && e.At != 0 {
		parts = append(parts, stampOf(e.At.Std()))
	}
	if e.Number != 0 {
		parts = append(parts, red.e164(e.Number))
	}
	if e.MessageID != "" {
		parts = append(parts, "message "+red.id(e.MessageID))
	}
	if e.Code != "" {
		parts = append(parts, "code "+word(e.Code))
	}
	return strings.Join(parts, ", ")
}

func analysisToJSON(w io.Writer, r *finding.Report, o Options) error {
	return writeJSON(w, analysisOf(r, o, redactorFor(r, o)), "  ")
}

// redactorFor knows the personal values of an analysis.
func redactorFor(r *finding.Report, o Options) *redactor {
	red := newRedactor(o)
	if !red.on || r == nil {
		return red
	}
	if o.pack != nil {
		red.firm(o.pack.firm)
	}
	for i := range r.Findings {
		red.finding(&r.Findings[i])
	}
	red.forget()
	return red
}

func figure(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}
