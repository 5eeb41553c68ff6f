package wizard

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

// The fixture is a week of made-up messages and two findings that are written
// down here: the screens do not depend on how sure a rule is of what.

type fixtureCarrier struct {
	name, country, prefix string
	users                 int
}

var fixtureCarriers = []fixtureCarrier{
	{"EE", "GB", "447700900", 40}, {"Vodafone", "GB", "447700901", 0}, {"O2", "GB", "447700900", 30},
	{"Telekom", "DE", "4915550", 20}, {"KPN", "NL", "3197010", 18}, {"Orange", "FR", "3363998", 12}, {"eir", "IE", "353830", 3},
}

func fixtureNow() time.Time { return time.Date(2026, 3, 3, 10, 11, 0, 0, time.UTC) }

// filterStart is when the fixture's O2 begins to filter.
var filterStart = time.Date(2026, 3, 3, 7, 40, 0, 0, time.UTC)

// fixtureCaller is the caller, as typed with the zero.
const fixtureCaller = "+4407700900187"

func fixtureTable(t testing.TB, carriers []fixtureCarrier) *tally.Table {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	caller := number.ParseMSISDN([]byte("+447700900187"), "")
	c := tally.NewCounter(tally.Options{Validity: 3 * time.Minute, Watch: []number.MSISDN{caller}})
	id := 0
	newest := deliverylog.NoTime
	add := func(cr fixtureCarrier, to number.MSISDN, at time.Time, fail bool, latency time.Duration) {
		id++
		m := message.Message{ID: "m-" + strconv.Itoa(id), To: to, Country: cr.country, Carrier: cr.name, CarrierSource: carrier.FromLog,
			Status: message.Delivered, Submitted: deliverylog.FromTime(at), Done: deliverylog.FromTime(at.Add(latency)), Line: int64(id)}
		if fail {
			m.Status, m.Done, m.Reason, m.Code = message.Failed, deliverylog.NoTime, reason.SpamFiltered, "30007"
			if r.IntN(9) == 0 {
				m.Reason, m.Code = reason.HandsetUnreachable, "30003"
			}
		}
		newest = max(newest, m.Submitted)
		c.Add(&m)
	}
	start := time.Date(2026, 2, 25, 0, 0, 0, 0, time.UTC)
	for _, cr := range carriers {
		if cr.users == 0 {
			cr.users = 25
		}
		for u := range cr.users {
			tail := 100000 + u*37
			to := number.ParseMSISDN([]byte("+"+cr.prefix+strconv.Itoa(tail)[1:]), "")
			if cr.name == "O2" && u == 0 {
				to = caller
			}
			for day := range 7 {
				at := start.AddDate(0, 0, day).Add(time.Duration(8*3600+r.IntN(9*3600)) * time.Second)
				if at.After(fixtureNow()) {
					continue
				}
				latency := time.Duration(3+r.IntN(20)) * time.Second
				if cr.name == "KPN" && r.IntN(8) == 0 {
					latency = 4 * time.Minute
				}
				add(cr, to, at, r.IntN(50) == 0, latency)
			}
			if cr.name == "O2" {
				at := filterStart.Add(time.Duration(u*4) * time.Minute)
				add(cr, to, at, u%6 != 5, 5*time.Second)
				if u == 0 {
					add(cr, to, at.Add(90*time.Second), true, 0)
					add(cr, to, at.Add(50*time.Minute), true, 0)
				}
			}
		}
	}
	return c.Close(max(newest, deliverylog.FromTime(time.Date(2026, 3, 3, 10, 6, 0, 0, time.UTC))))
}

func ptr[T any](x T) *T { return &x }

func fixtureFindings() []finding.Finding {
	from := deliverylog.FromTime(filterStart)
	caller := number.ParseMSISDN([]byte("+447700900187"), "")
	return []finding.Finding{{
		Cause: finding.CarrierSpamBlocking, Severity: finding.High, Confidence: 0.97,
		Scope:         finding.Scope{Level: "carrier", Country: "GB", Carrier: "O2"},
		Window:        finding.Window{From: from, To: deliverylog.FromTime(fixtureNow()), Open: true},
		AffectedUsers: 31, Messages: 121, Users: []number.MSISDN{caller},
		Figures: finding.Figures{Affected: 41, Total: 52, Baseline: "other GB carriers", BaseAffected: ptr(4), BaseTotal: ptr(190),
			BeforeBad: ptr(39), BeforeTotal: ptr(2575), RiskRatio: ptr(37.4), PValue: ptr(3e-41)},
		Code: "30007", CodeCount: 103, CodeTotal: 106,
		Title: "O2 (GB) filters our texts", Summary: "Since 3 March 07:40 UTC 41 of 52 attempts without a code.",
		Evidence: []finding.Evidence{
			{Text: "30007 filtered as unwanted: 103 of 106 failed messages"},
			{Number: caller, MessageID: "SM0123456789abcdef", Code: "30007", At: from},
		},
		FAQ: "no-code", FAQStep: "carrier_lets_through",
		NextStep: "Let the caller in: backup code, or an administrator of the firm. Then send the ticket.",
		Reply:    "O2 has been stopping our texts since 07:40 this morning. Your number and your phone are fine.",
	}, {
		Cause: finding.CarrierDelay, Severity: finding.Medium, Confidence: 0.93,
		Scope:         finding.Scope{Level: "carrier", Country: "NL", Carrier: "KPN"},
		Window:        finding.Window{Whole: true},
		AffectedUsers: 101,
		Figures:       finding.Figures{Affected: 132, Total: 1467, Baseline: "Odido (NL)", BaseAffected: ptr(12), BaseTotal: ptr(1152)},
		Title:         "KPN (NL) delivers too late", Summary: "132 of 1,467 delivered attempts after their 3 minutes.",
		FAQ: "slow-code", NextStep: "Ask the provider for another route to KPN.", Reply: "Your network delivers our texts late at the moment.",
	}}
}

// fixtureReport is what reading the fixture would give.
func fixtureReport(t testing.TB, name string) *finding.Report {
	return &finding.Report{
		Inputs: []deliverylog.Summary{{Name: name, Format: "twilio-csv", Rows: 1040, Messages: 1038, Rejected: 2, Size: 4242,
			Rejections: []deliverylog.RowError{{File: name, Line: 4117, Reason: `submitted_at "31/02/2026" is not a date`}}}},
		Table:    usualTable(t),
		Findings: fixtureFindings(),
	}
}

// usualTable is made once: nothing changes a finished table.
func usualTable(t testing.TB) *tally.Table {
	onceTable.Do(func() { theTable = fixtureTable(t, fixtureCarriers) })
	return theTable
}

var (
	onceTable sync.Once
	theTable  *tally.Table
)

// fixtureCase is the case of the fixture, its log read.
func fixtureCase(t testing.TB) *diagnostics.Case { return fixtureCaseAt(t, fixtureNow) }

func fixtureCaseAt(t testing.TB, now func() time.Time) *diagnostics.Case {
	t.Helper()
	c := diagnostics.NewCase(faq.Builtin(), now)
	c.SetTopic("no-code")
	c.SetNumbers([]string{fixtureCaller})
	c.SetCarrier("Vodafone")
	c.SetFirm("northfirm.example")
	c.SetLogs([]diagnostics.FileRef{{Path: "/home/agent/march.csv"}})
	c.SetReport(fixtureReport(t, "march.csv"))
	return c
}

// hostile is text as a log or a person should not have it.
const hostile = "\x1b]0;owned\x07\x1b[2JO2\r\n\x9b31m\u202eevil\u2066日本語"
