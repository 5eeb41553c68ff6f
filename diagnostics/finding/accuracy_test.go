package finding

import (
	"flag"
	"testing"
)

var (
	accuracySeed = flag.Uint64("accuracy.seed", 1, "first seed of the made-up logs")
	accuracyLogs = flag.Int("accuracy.logs", 240, "how many made-up logs are scored")
)

// TestAccuracy scores the findings of made-up logs with planted causes. The rules
// were tuned on seeds 1 to 3000; docs/accuracy.md measures on others.
func TestAccuracy(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many logs")
	}
	m := newMarks()
	for i := range *accuracyLogs {
		d := make1(*accuracySeed + uint64(i))
		found, _ := Find(d.table, Options{})
		before := len(m.misses)
		m.mark(d.name, found, d.planted, d.allowed, d.share)
		if !testing.Verbose() {
			continue
		}
		for _, line := range m.misses[before:] {
			t.Logf("%s   [%s %v %v, %d messages]", line, d.format, d.traits, d.confuses, d.messages)
		}
		for _, p := range d.planted {
			t.Logf("   %s planted %s: %s", d.name, p, d.strengths[p.String()])
		}
	}
	t.Logf("\n%s", m)
	if f1, _, _ := m.f1(func(Cause) bool { return true }); f1 < 0.95 {
		t.Errorf("F1 %.3f, want 0.95 or more", f1)
	}
	if f1, _, _ := m.f1(func(c Cause) bool { return !byCodeAlone(c) }); f1 < 0.92 {
		t.Errorf("F1 without the causes that a code gives away %.3f, want 0.92 or more", f1)
	}
	if m.alarmed*100 > 4*m.healthy {
		t.Errorf("false alarms on %d of %d healthy logs, want 4 %% or fewer", m.alarmed, m.healthy)
	}
	if e := m.calibrationError(); e > 0.05 {
		t.Errorf("expected calibration error %.3f, want 0.05 or less", e)
	}
	if s := m.overlapShare(); s < 0.95 {
		t.Errorf("%.3f of the windows overlap the true ones by 0.3, want 0.95 or more", s)
	}
}
