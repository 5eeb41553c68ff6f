package diagnostics

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

const oktaLines = `{"published":"2026-03-03T08:05:20.650Z","eventType":"system.sms.send_factor_verify_message","actor":{"alternateId":"tom@firm.example"},"outcome":{"result":"SUCCESS"},"target":[{"type":"Phone","displayName":"+447700900187"}]}
{"published":"2026-03-03T08:06:01.331Z","eventType":"user.authentication.auth_via_mfa","actor":{"alternateId":"tom@firm.example"},"outcome":{"result":"SUCCESS"}}
`

func source(c *Case, id string) ticket.Source {
	for _, a := range c.Ticket().Answers {
		if a.Question.ID == id {
			return a.Source
		}
	}
	return ""
}

// A case with a login log alone is read, drawn, and read again where the log changes.
func TestCaseWithLoginLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "okta.jsonl")
	if err := os.WriteFile(path, []byte(oktaLines), 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewCase(faq.Builtin(), func() time.Time { return time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC) })
	c.SetNumbers([]string{"+447700900187"})
	if c.NeedsReading() {
		t.Error("nothing to read yet")
	}
	c.SetIdentity([]FileRef{{Path: path}})
	if !c.NeedsReading() {
		t.Fatal("the login log is not read yet")
	}
	report, err := c.Reading()(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReport(report)
	if c.NeedsReading() || c.Report() != nil || len(c.LoginInputs()) != 1 || c.LoginInputs()[0].Messages != 2 {
		t.Errorf("report %v, inputs %+v", c.Report(), c.LoginInputs())
	}
	if got := source(c, ticket.EverReceivedID); got != ticket.FromIdentity {
		t.Errorf("ever received from %q", got)
	}
	if v := c.Facts().Verdicts[ticket.EverReceivedID]; v.Source != "identity" || v.Result != faq.Pass {
		t.Errorf("%+v", v)
	}
	c.SetIdentity([]FileRef{{Path: path + ".gone"}})
	var input *deliverylog.InputError
	if _, err := c.Reading()(context.Background(), nil); !c.NeedsReading() || !errors.As(err, &input) {
		t.Errorf("%v", err)
	}
	if got := source(c, ticket.EverReceivedID); got != ticket.Unanswered {
		t.Errorf("ever received from %q although the log is another", got)
	}
}

func TestWithCountry(t *testing.T) {
	for _, c := range [][3]string{
		{"202-555-0143", "US", "+12025550143"}, {"202-555-0143", "", "202-555-0143"}, {"07700 900187", "GB", "+447700900187"},
		{"+44 XXXX XXX311", "GB", "+44 XXXX XXX311"}, {"XXX-XXX-0143", "US", "XXX-XXX-0143"}, {"** **43", "US", "** **43"}, {"12", "US", "12"}, {"", "US", ""},
	} {
		if got := withCountry(c[0], c[1]); got != c[2] {
			t.Errorf("%q in %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestReadLoginsStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	path := filepath.Join(t.TempDir(), "okta.jsonl")
	if err := os.WriteFile(path, []byte(oktaLines), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ReadLogins(ctx, Options{Identity: []deliverylog.Log{deliverylog.File(path)}}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A carrier that reports as delivered what nobody types in is found where a login
// log says who typed a code in, and not without it.
func TestLoginsSharpenFindings(t *testing.T) {
	const users = 60
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	var sent, okta strings.Builder
	sent.WriteString("message_id,to,carrier,country,status,submitted_at,delivered_at\n")
	for day := range 3 {
		for u := range users {
			to, name := fmt.Sprintf("+447700900%03d", 300*(u%3)+u), []string{"O2", "EE", "Vodafone"}[u%3]
			at := start.AddDate(0, 0, day).Add(time.Duration(u) * 7 * time.Minute)
			fmt.Fprintf(&sent, "m-%d-%d,%s,%s,GB,delivered,%s,%s\n", day, u, to, name, at.Format(time.RFC3339), at.Add(9*time.Second).Format(time.RFC3339))
			event := `{"published":%q,"eventType":%q,"actor":{"alternateId":"u%d@firm.example"},"outcome":{"result":"SUCCESS"},"target":[{"type":"Phone","displayName":%q}]}` + "\n"
			fmt.Fprintf(&okta, event, at.Format(time.RFC3339), "system.sms.send_factor_verify_message", u, to)
			if name != "O2" {
				fmt.Fprintf(&okta, event, at.Add(30*time.Second).Format(time.RFC3339), "user.authentication.auth_via_mfa", u, to)
			}
		}
	}
	dir := t.TempDir()
	write := func(name, text string) deliverylog.Log {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return deliverylog.File(path)
	}
	o := Options{Logs: []deliverylog.Log{write("sent.csv", sent.String())}, Identity: []deliverylog.Log{write("okta.jsonl", okta.String())}}
	ctx := context.Background()
	logins, _, err := ReadLogins(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		logins *ticket.Identity
		want   []string
	}{
		{"delivery log alone", nil, nil},
		{"with the login log", logins, []string{"carrier_spam_blocking O2 20"}},
	} {
		o.Logins = c.logins
		report, err := Analyze(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range report.Findings {
			got = append(got, fmt.Sprint(f.Cause, " ", f.Scope.Carrier, " ", len(f.Users)))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
