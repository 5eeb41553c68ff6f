package finding

import (
	"flag"
	"testing"
)

var (
	accuracySeed = flag.Uint64("accuracy.seed", 100000, "first seed of the made-up logs")
	accuracyLogs = flag.Int("accuracy.logs", 40, "how many made-up logs are scored")
)

// TestAccuracy scores the findings of made-up logs with planted causes.
func TestAccuracy(t *testing.T) {
	m := newMarks()
	for i := range *accuracyLogs {
		d := make1(*accuracySeed + uint64(i))
		found, _ := Find(d.table, Options{})
		before := len(m.misses)
		m.mark(d.name, found, d.planted, d.allowed, d.share)
		if testing.Verbose() {
			for _, line := range m.misses[before:] {
				t.Logf("%s   [%s %v %v, %d messages]", line, d.format, d.traits, d.confuses, d.messages)
			}
			for _, p := range d.planted {
				t.Logf("   %s planted %s: %s", d.name, p, d.strengths[p.String()])
			}
		}
	}
	t.Logf("\n%s", m)
}

func show(t *testing.T, f Finding) {
	t.Logf("%s %s %.2f\n  %s\n  next: %s\n  reply: %s", f.Title, f.Severity, f.Confidence, f.Summary, f.NextStep, f.Reply)
	for _, e := range f.Evidence {
		t.Logf("    - %s", e.Text)
	}
}
