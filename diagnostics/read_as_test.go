package diagnostics

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/ticket"
	"cli.otpdoctor/faq"
)

// A case that was read with columns named by hand, and in a zone and a country of
// its own, is read the same when it is resumed, also by who knows nothing of them.
func TestCaseKeepsHowItsLogsAreRead(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "log.csv")
	if err := os.WriteFile(log, []byte("Who,What,Sent\n07700 900187,failed,2026-03-03 09:00:00\n07700 900187,delivered,2026-03-03 09:30:00\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	columns := map[string]string{"to": "Who", "status": "What", "submitted_at": "Sent"}
	c := NewCase(faq.Builtin(), clock())
	c.UseOptions(Options{Region: "GB", Zone: london})
	c.SetTopic("no-code")
	c.SetNumbers([]string{"07700 900187"})
	c.SetLogs([]FileRef{{Path: log}})
	c.SetColumns(columns)
	saved := filepath.Join(dir, "a.case.jsonl")
	j, err := OpenJournal(saved)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append(c.Pending(), c.State()); err != nil {
		t.Fatal(err)
	}
	j.Close()

	c, err = LoadCase(saved, faq.Builtin(), Options{Zone: time.UTC}, clock())
	if err != nil {
		t.Fatal(err)
	}
	if o := c.Options; !maps.Equal(o.Map, columns) || o.Region != "GB" || o.Zone.String() != "Europe/London" {
		t.Errorf("resumed with columns %v, country %q, zone %v", o.Map, o.Region, o.Zone)
	}
	if n := c.Numbers(); len(n) != 1 || n[0].E164 != "+447700900187" {
		t.Errorf("the number is %+v", n)
	}
	report, err := c.Reading()(context.Background(), func(Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	if got := report.Table.Totals; got.Messages != 2 || got.Delivered != 1 {
		t.Errorf("read again it has %d messages, %d delivered", got.Messages, got.Delivered)
	}

	// What is asked for now wins over what was kept.
	c, err = LoadCase(saved, faq.Builtin(), Options{Region: "FR", Map: map[string]string{"to": "Other"}}, clock())
	if err != nil || c.Options.Region != "FR" || c.Options.Map["to"] != "Other" {
		t.Errorf("columns %v, country %q, %v", c.Options.Map, c.Options.Region, err)
	}
}

// Firm and contact of the settings are taken where the case has none, and not
// where they were given or taken away.
func TestCaseTakesTheFirmOfTheSettings(t *testing.T) {
	who := ticket.Contact{Name: "A. Doe", Email: "a.doe@northfirm.example"}
	c := NewCase(faq.Builtin(), clock())
	c.Default("northfirm.example", who)
	if !c.Empty() || c.Contact() != (ticket.Contact{}) {
		t.Error("an empty case was begun by the settings alone")
	}
	c.SetTopic("no-code")
	c.Default("northfirm.example", who)
	if got := c.Ticket(); got.FirmURL != "northfirm.example" || got.Contact != who {
		t.Errorf("the ticket names %q, %v", got.FirmURL, got.Contact)
	}
	c.SetFirm("")
	c.Default("northfirm.example", who)
	if got := c.FirmURL(); got != "" {
		t.Errorf("a firm that was taken away came back: %q", got)
	}
}
