package export

import (
	"io"
	"strconv"
	"strings"

	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/tally"
)

// Tables lists the tables that the CSV of an analysis can be.
func Tables() []string { return []string{"carriers", "findings", "hours", "users"} }

func analysisToCSV(w io.Writer, r *finding.Report, o Options) error {
	red := redactorFor(r, o)
	switch o.Table {
	case "", "carriers":
		return carriersCSV(w, r, red)
	case "findings":
		return findingsCSV(w, r, red)
	case "hours":
		return hoursCSV(w, r, red)
	case "users":
		return usersCSV(w, r, red)
	}
	return &FormatError{Format: o.Table, Known: Tables()}
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

func carriersCSV(w io.Writer, r *finding.Report, red *redactor) error {
	c := newCSV(w, "country", "carrier", "carrier_source", "messages", "delivered", "failed", "unconfirmed", "in_flight", "users", "affected_users",
		"attempts", "attempts_failed", "delivery_rate", "delivery_rate_low", "delivery_rate_high", "latency_count", "p50_s", "p90_s", "p95_s", "p99_s", "max_s", "late", "late_rate")
	if r.Table != nil {
		for _, g := range r.Table.Groups {
			j := carrierOf(g, red)
			low, high := "", ""
			if j.DeliveryCI != nil {
				low, high = figure(&j.DeliveryCI[0]), figure(&j.DeliveryCI[1])
			}
			c.row(j.Country, j.Carrier, j.CarrierSource, count(j.Messages), count(j.Delivered), count(j.Failed), count(j.Unconfirmed), count(j.InFlight),
				count(j.Users), count(j.AffectedUsers), count(j.Attempts), count(j.AttemptsFailed), figure(j.DeliveryRate), low, high, count(j.Latency.Count),
				figure(j.Latency.P50), figure(j.Latency.P90), figure(j.Latency.P95), figure(j.Latency.P99), figure(j.Latency.Max), count(j.Late), figure(j.LateRate))
		}
	}
	return c.close()
}

func findingsCSV(w io.Writer, r *finding.Report, red *redactor) error {
	c := newCSV(w, "cause", "severity", "confidence", "level", "country", "carrier", "number", "hours", "from", "to", "affected_users", "messages",
		"affected", "total", "rate", "baseline_rate", "baseline", "risk_ratio", "p_value", "title", "summary", "next_step", "reply", "faq")
	for _, j := range findingsOf(r.Findings, red) {
		hours := make([]string, len(j.Scope.Hours))
		for i, h := range j.Scope.Hours {
			hours[i] = strconv.Itoa(h)
		}
		c.row(j.Cause, j.Severity, figure(&j.Confidence), j.Scope.Level, j.Scope.Country, j.Scope.Carrier, j.Scope.Number, strings.Join(hours, " "),
			known(j.Window.From), known(j.Window.To), strconv.Itoa(j.AffectedUsers), strconv.Itoa(j.Messages), strconv.Itoa(j.Figures.Affected), strconv.Itoa(j.Figures.Total),
			figure(j.Figures.Rate), figure(j.Figures.BaselineRate), known(j.Figures.Baseline), figure(j.Figures.RiskRatio), figure(j.Figures.PValue),
			j.Title, j.Summary, j.NextStep, j.Reply, j.FAQ)
	}
	return c.close()
}

func hoursCSV(w io.Writer, r *finding.Report, red *redactor) error {
	c := newCSV(w, "country", "carrier", "hour", "messages", "failed", "late")
	if r.Table != nil {
		for _, g := range r.Table.Groups {
			for h, x := range g.Hours {
				c.row(word(g.Country), red.text(g.Carrier), strconv.Itoa(h), count(x.Messages), count(x.Failed), count(x.Late))
			}
		}
	}
	return c.close()
}

// usersCSV has one row for each user with a failed attempt, by number: the others
// are not what anybody looks for.
func usersCSV(w io.Writer, r *finding.Report, red *redactor) error {
	c := newCSV(w, "number", "country", "carrier", "messages", "delivered", "attempts", "attempts_late", "attempts_failed", "last_delivered_at", "first_failed", "last_failed", "failing_since")
	if r.Table == nil {
		return c.close()
	}
	r.Table.EachAffected(func(u *tally.User) {
		g := r.Table.Groups[u.Group]
		since := ""
		if u.RunBad > 0 {
			since = known(stamp(u.RunStart))
		}
		c.row(red.e164(u.Number), word(g.Country), red.text(g.Carrier), count(int64(u.Messages)), count(int64(u.Delivered)), count(int64(u.Attempts)), count(int64(u.Late)), count(int64(u.Failed)),
			known(stamp(u.LastDelivered)), known(stamp(u.FirstBad)), known(stamp(u.LastBad)), since)
	})
	return c.close()
}
