package finding

import (
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// TestCompare tells whether a filter was lifted.
func TestCompare(t *testing.T) {
	lifted := on(7, 0, 0)
	tests := []struct {
		name string
		fate func(u int, at time.Time) how
		want Verdict
	}{
		{"lifted", func(u int, at time.Time) how {
			if at.Before(lifted) && at.Day() >= 5 && at.Minute()%2 == 0 {
				return filtered()
			}
			return fine
		}, Better},
		{"not lifted", func(u int, at time.Time) how {
			if at.Day() >= 5 && at.Minute()%2 == 0 {
				return filtered()
			}
			return fine
		}, Unchanged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook()
			b.live(british, only("O2", tt.fate))
			r := Report{Table: b.table()}
			r.Findings, _ = Find(r.Table, Options{})
			if len(r.Findings) != 1 {
				for _, f := range r.Findings {
					t.Log(brief(f))
				}
				t.Fatalf("%d findings, want 1", len(r.Findings))
			}
			c := r.Compare(deliverylog.FromTime(lifted))
			if len(c.Findings) != 1 || c.Findings[0].Verdict != tt.want {
				t.Errorf("finding: %+v, want %s", c.Findings, tt.want)
			}
			for _, carrier := range c.Carriers {
				if v := carrier.Verdict; carrier.Scope.Carrier != "O2" && (v == Better || v == Worse) {
					t.Errorf("%s, though nothing changed there", carrier.Text)
				}
			}
		})
	}
}

func TestChange(t *testing.T) {
	tests := []struct {
		before, after sum
		want          Verdict
		needs         bool
		text          string
	}{
		{sum{41, 52}, sum{3, 60}, Better, false, "O2: better. Attempts without a code before: 41 of 52, 79 % (66–88); after: 3 of 60, 5.0 % (1.7–13.7)."},
		{sum{3, 60}, sum{41, 52}, Worse, false, ""},
		{sum{41, 52}, sum{2, 5}, CannotTell, true, ""},
		{sum{41, 52}, sum{0, 0}, CannotTell, true, "O2: cannot tell yet. Attempts without a code before: 41 of 52, 79 % (66–88); after: no attempts. About "},
		{sum{0, 0}, sum{5, 9}, CannotTell, false, "There is nothing before to compare with."},
		{sum{200, 10000}, sum{205, 10000}, Unchanged, false, ""},
	}
	for _, tt := range tests {
		c := change(Scope{}, "", "O2", tt.before, tt.after, 1.96)
		if c.Verdict != tt.want || (c.Needs > 0) != tt.needs || !strings.Contains(c.Text, tt.text) {
			t.Errorf("%v then %v: %s, needs %d: %s", tt.before, tt.after, c.Verdict, c.Needs, c.Text)
		}
		if c.Needs > 0 && tt.after.n > 0 {
			more := sum{tt.after.bad + float64(c.Needs)*tt.after.rate(), tt.after.n + float64(c.Needs)}
			low, high := difference(tt.before, more, 1.96)
			if verdict(tt.before, more, low, high) == CannotTell {
				t.Errorf("%v then %v: %d more attempts do not settle it", tt.before, tt.after, c.Needs)
			}
		}
	}
}

// TestTimeLine puts one user's attempts before the carrier's.
func TestTimeLine(t *testing.T) {
	n := number.ParseMSISDN([]byte(gb(105)), "")
	b := newBook()
	b.c = tally.NewCounter(tally.Options{Watch: []number.MSISDN{n}})
	b.live(british, only("O2", func(u int, at time.Time) how {
		if between(at, 3, 7, 12) {
			return unexplained()
		}
		return fine
	}))
	r := Report{Table: b.table()}
	r.Findings, _ = Find(r.Table, Options{})
	l, ok := r.TimeLine(n)
	if !ok {
		t.Fatal("no time line")
	}
	if len(l.Attempts) != 20 || l.OK+l.Failed != 20 || l.Carrier != "O2" || l.Place.String() != "Europe/London" || len(l.Findings) != 1 {
		t.Fatalf("%d attempts, %d ok, %d failed at %s in %s, %d findings", len(l.Attempts), l.OK, l.Failed, l.Carrier, l.Place, len(l.Findings))
	}
	total := 0
	for _, s := range l.Behind {
		total += s.Total
	}
	if total != l.OthersTotal+20 {
		t.Errorf("%d attempts behind, want the others' %d and 20", total, l.OthersTotal)
	}
	in := 0
	for _, m := range l.Attempts {
		if len(m.Findings) == 1 {
			in++
			if m.Outcome != tally.Failed || m.NearTotal == 0 || m.NearBad*2 < m.NearTotal {
				t.Errorf("attempt in the outage: %s, %d of %d others failed", m.Outcome, m.NearBad, m.NearTotal)
			}
		}
	}
	if in != 1 {
		t.Errorf("%d attempts in the outage, want 1", in)
	}
	if _, ok := r.TimeLine(number.ParseMSISDN([]byte(gb(999)), "")); ok {
		t.Error("a time line for a number that nobody watched")
	}
}
