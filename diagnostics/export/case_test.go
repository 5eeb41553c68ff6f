package export

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with testdata/NAME, or rewrites it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		gl, wl := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
		for i := range gl {
			if i >= len(wl) || !bytes.Equal(gl[i], wl[i]) {
				w := []byte("(nothing)")
				if i < len(wl) {
					w = wl[i]
				}
				t.Fatalf("%s:%d: got %.300q, want %.300q", path, i+1, gl[i], w)
			}
		}
		t.Fatalf("%s: %d lines, want %d", path, len(gl), len(wl))
	}
}

const caller = "+447700900187"

func msisdn(s string) number.MSISDN { return number.ParseMSISDN([]byte(s), "") }

func moment(s string) deliverylog.Time {
	x, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return deliverylog.FromTime(x)
}

// made is a made-up log of three weeks: O2 (GB) stops texts on the morning of 3
// March, Bouygues (FR) is slow, the others are fine. The caller is on O2.
func made() []message.Message {
	r := rand.New(rand.NewPCG(3, 2026))
	var list []message.Message
	add := func(to, cc, name string, at deliverylog.Time, latency float64, code string, why reason.Reason) {
		m := message.Message{ID: fmt.Sprintf("m-%06x", len(list)+0x10f000), To: msisdn(to), Country: cc, Carrier: name, CarrierSource: carrier.FromLog,
			Provider: "twilio", Format: "generic-csv", Submitted: at, Done: deliverylog.NoTime, Verified: deliverylog.NoTime, Status: message.Delivered, Reason: reason.Delivered}
		if code != "" {
			m.Status, m.Reason, m.Code = message.Failed, why, code
		} else {
			m.Done = at + deliverylog.Time(latency*1000)
		}
		list = append(list, m)
	}
	carriers := []struct {
		cc, name, prefix string
		users            int
		slow             float64
	}{{"GB", "EE", "+447700900", 90, 6}, {"GB", "O2", "+447700900", 70, 6}, {"GB", "Vodafone", "+447700900", 60, 7},
		{"FR", "Orange", "+3363998", 60, 6}, {"FR", "Bouygues", "+3363998", 50, 40}, {"US", "T-Mobile", "+1212555", 40, 4}}
	start := moment("2026-02-10 00:00:00")
	hours := []int{7, 8, 8, 9, 9, 9, 10, 11, 13, 14, 15, 16, 17, 19}
	for day := range 22 {
		for ci, c := range carriers {
			for range 14 {
				n := r.IntN(c.users)
				to := fmt.Sprintf("%s%03d", c.prefix, (ci*137+n*3)%1000)
				switch c.cc {
				case "FR":
					to = fmt.Sprintf("%s%04d", c.prefix, ci*1000+n)
				case "US":
					to = fmt.Sprintf("%s01%02d", c.prefix, n)
				}
				if to == caller {
					continue
				}
				at := start + deliverylog.Time(int64(day)*86400e3+int64(hours[r.IntN(len(hours))])*3600e3+r.Int64N(3600e3))
				if at > moment("2026-03-03 10:06:00") {
					continue
				}
				blocked := c.name == "O2" && c.cc == "GB" && at >= moment("2026-03-03 07:40:00") && r.Float64() < 0.8
				switch {
				case blocked:
					for k := range 1 + r.IntN(3) {
						add(to, c.cc, c.name, at+deliverylog.Time(k*70e3), 0, "30007", reason.SpamFiltered)
					}
				case r.Float64() < 0.02:
					add(to, c.cc, c.name, at, 0, "30003", reason.HandsetUnreachable)
				default:
					latency := 2 + r.ExpFloat64()*c.slow
					if c.name == "Bouygues" && r.Float64() < 0.1 {
						latency += 200
					}
					add(to, c.cc, c.name, at, latency, "", 0)
				}
			}
		}
	}
	// The morning itself needs more than one day's share of O2 users.
	for i := range 45 {
		at := moment("2026-03-03 07:41:00") + deliverylog.Time(i*190e3)
		to := fmt.Sprintf("+447700900%03d", 200+i*7%90)
		if i%6 == 5 {
			add(to, "GB", "O2", at, 7, "", 0)
		} else {
			add(to, "GB", "O2", at, 0, "30007", reason.SpamFiltered)
		}
	}
	for _, s := range []string{"2026-02-12 09:10:00", "2026-02-19 08:55:00", "2026-03-02 16:48:00"} {
		add(caller, "GB", "O2", moment(s), 9, "", 0)
	}
	for _, s := range []string{"2026-03-03 07:52:14", "2026-03-03 07:53:40", "2026-03-03 07:55:02", "2026-03-03 08:31:05", "2026-03-03 08:33:00", "2026-03-03 09:47:10", "2026-03-03 09:50:00"} {
		add(caller, "GB", "O2", moment(s), 0, "30007", reason.SpamFiltered)
	}
	return list
}

func badSince(t *tally.Table, cc, name string, from deliverylog.Time) (bad, total int, users []number.MSISDN) {
	g := t.GroupIndex(cc, name)
	seen := map[number.MSISDN]bool{}
	for _, a := range t.Bad {
		if int(a.Group) == g && a.First >= from {
			bad++
			if !seen[a.Number] {
				seen[a.Number] = true
				users = append(users, a.Number)
			}
		}
	}
	for _, s := range t.Groups[g].Slots {
		if s.Start >= from {
			total += int(s.Judged)
		}
	}
	return bad, total, users
}

// madeReport is the log counted, with findings put together by hand from its counts.
func madeReport() *finding.Report {
	c := tally.NewCounter(tally.Options{Watch: []number.MSISDN{msisdn(caller)}})
	list := made()
	for i := range list {
		c.Add(&list[i])
	}
	t := c.Close(moment("2026-03-03 10:06:00"))
	from := moment("2026-03-03 07:40:00")
	bad, total, users := badSince(t, "GB", "O2", from)
	rate, base, rr, p := float64(bad)/float64(total), 0.021, float64(bad)/float64(total)/0.021, 7.7e-38
	slowBad, slowTotal, slowUsers := badSince(t, "FR", "Bouygues", 0)
	slowRate, slowBase := float64(slowBad)/float64(slowTotal), 0.02
	r := &finding.Report{Table: t,
		Inputs: []deliverylog.Summary{{Name: "march.csv", Format: "generic-csv", Rows: int64(len(list)) + 2, Messages: int64(len(list)), Rejected: 2,
			Rejections: []deliverylog.RowError{{File: "march.csv", Line: 417, Reason: `submitted_at "31/02/2026" is not a date`}, {File: "march.csv", Line: 902, Reason: "no recipient"}},
			SHA256:     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}},
		Findings: []finding.Finding{
			{Cause: finding.CarrierSpamBlocking, Severity: finding.High, Confidence: 0.97, Scope: finding.Scope{Level: "carrier", Country: "GB", Carrier: "O2"},
				Window: finding.Window{From: from, To: moment("2026-03-03 10:06:00"), Open: true}, AffectedUsers: len(users), Messages: 70, Users: users,
				Figures: finding.Figures{Affected: bad, Total: total, Rate: &rate, BaselineRate: &base, Baseline: "GB, other carriers", RiskRatio: &rr, PValue: &p},
				Code:    "30007", CodeCount: 58, CodeTotal: 60, Title: "O2 (GB) filters our texts",
				Summary: fmt.Sprintf("Since 3 March 07:40 UTC (07:40 there) %s attempts without a code, %s; other GB carriers 2.1 %%.", tally.FormatOf(int64(bad), int64(total)), tally.FormatRateInterval(int64(bad), int64(total))),
				Evidence: []finding.Evidence{{Text: "filtered as unwanted", Number: msisdn(caller), MessageID: "m-10f3a2", Code: "30007", At: moment("2026-03-03 07:52:14")},
					{Text: "37 times the rate of the other GB carriers; by chance less than 1 in 10^37"}},
				FAQ: "no-code", FAQStep: "carrier_lets_through", NextStep: "Backup code or administrator for the users; send the ticket: the SMS provider has to take it up with O2.",
				Reply: "O2 has been stopping our texts since 07:40 this morning. Your number and your phone are fine. We have reported it; until it is lifted, please log in with a backup code."},
			{Cause: finding.CarrierDelay, Severity: finding.Medium, Confidence: 0.93, Scope: finding.Scope{Level: "carrier", Country: "FR", Carrier: "Bouygues"},
				Window: finding.Window{From: t.From, To: t.To, Whole: true}, AffectedUsers: len(slowUsers), Messages: slowTotal, Users: slowUsers,
				Figures: finding.Figures{Affected: slowBad, Total: slowTotal, Rate: &slowRate, BaselineRate: &slowBase, Baseline: "FR, other carriers"},
				Title:   "Bouygues (FR) delivers too late", Summary: fmt.Sprintf("%s delivered attempts after their 3 minutes.", tally.FormatOf(int64(slowBad), int64(slowTotal))),
				FAQ: "slow-code", NextStep: "Ask the provider for another route to Bouygues; backup codes meanwhile.", Reply: "Bouygues delivers our texts too late."},
		},
		NearMisses: []finding.NearMiss{{Cause: finding.CarrierOutage, Scope: finding.Scope{Level: "carrier", Country: "GB", Carrier: "EE"}, Text: "EE (GB) looks worse, 3 of 14 attempts; 11 more users would settle it"}},
	}
	return r
}

func madeTicket() ticket.Ticket {
	set := faq.Builtin()
	w, err := set.Begin("no-code", faq.Facts{Verdicts: map[string]faq.Verdict{
		"leading_zero": {Result: faq.Pass, Source: "log", Detail: "log, 7 of 7 messages"}, "number_invalid": {Result: faq.Pass, Source: "number", Detail: "number"},
		"not_mobile": {Result: faq.Pass, Source: "number", Detail: "number"}, "voip": {Result: faq.Pass, Source: "number", Detail: "number"},
		"carrier_spam_blocking": {Result: faq.Fail, Source: "log", Detail: "log, 41 of 52 attempts", Confidence: 0.97},
	}})
	if err != nil {
		panic(err)
	}
	return ticket.Draft(ticket.Inputs{Report: madeReport(), Numbers: []carrier.Checked{carrier.Check("+4407700900187", "", nil)}, FirmURL: "https://northfirm.example",
		Given: map[string]string{"receives_other_messages": "yes", "network_provider": "Vodafone", "whole_firm": "ask Jo at jo@northfirm.example, 07700 900999"},
		Steps: ticket.Steps(w), Set: set, Attachments: []string{"march-northfirm.csv"}})
}
