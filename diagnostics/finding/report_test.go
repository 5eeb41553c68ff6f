package finding

import (
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// TestFor gives each number the findings whose scope contains it.
func TestFor(t *testing.T) {
	b := newBook()
	b.live(british, only("O2", func(u int, at time.Time) how {
		if at.Minute()%3 == 0 {
			return filtered()
		}
		return fine
	}))
	b.live(french, func(p place, u int, at time.Time) how {
		if between(at, 3, 8, 10) {
			return unexplained()
		}
		return fine
	})
	for day := range 3 {
		b.try("+4407700900987", "GB", "", on(day, 9, 0), unexplained())
	}
	r := Report{Table: b.table()}
	r.Findings, _ = Find(r.Table, Options{})
	tests := []struct{ to, want string }{
		{gb(101), "carrier_spam_blocking"},                      // on O2
		{gb(1), ""},                                             // on EE
		{fr(1), "provider_outage"},                              // in France
		{"+4407700900987", "leading_zero"},                      // as the log has it
		{"+447700900987", "carrier_spam_blocking leading_zero"}, // as it should be; its prefix is O2's
		{"+33639989999", "provider_outage"},                     // no message, in France
		{"+12015550123", ""},                                    // no message, elsewhere
	}
	for _, tt := range tests {
		var got []string
		for _, f := range r.For(number.ParseMSISDN([]byte(tt.to), "")) {
			got = append(got, string(f.Cause))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.to, s, tt.want)
		}
	}
}

// TestAskedNumber is more easily convinced by a number that was asked about.
func TestAskedNumber(t *testing.T) {
	b := newBook()
	b.live(british, nil)
	h := unexplained()
	h.times = 1
	b.try("+4407700900987", "GB", "", on(1, 9, 0), h)
	table := b.table()
	if found, _ := Find(table, Options{}); len(found) != 0 {
		t.Errorf("a number seen once gave %q", found[0].Title)
	}
	found, _ := Find(table, Options{Numbers: []number.MSISDN{4407700900987}})
	if len(found) != 1 || found[0].Cause != LeadingZero {
		t.Errorf("asked about, it gave %d findings, want a leading zero", len(found))
	}
}

// TestNearMiss says what would settle it.
func TestNearMiss(t *testing.T) {
	b := newBook()
	b.live(british, nil)
	for i := range 14 {
		h := fine
		if i%4 == 0 {
			h = unexplained()
		}
		b.try(gb(900+i), "GB", "Sky", on(i%bookDays, 12, i), h)
	}
	found, near := Find(b.table(), Options{Explain: true})
	if len(found) != 0 || len(near) != 1 {
		t.Fatalf("%d findings and %d near misses, want none and one", len(found), len(near))
	}
	if got := near[0].Text; !strings.HasPrefix(got, "Sky (GB) looks worse, 4 of 14 attempts; ") || !strings.HasSuffix(got, " more users like these would settle it") {
		t.Errorf("near miss: %q", got)
	}
	if _, near := Find(b.table(), Options{}); near != nil {
		t.Error("near misses that nobody asked for")
	}
}

// TestEmpty finds nothing where there is nothing.
func TestEmpty(t *testing.T) {
	table := newBook().table()
	if found, near := Find(table, Options{Explain: true}); len(found)+len(near) != 0 {
		t.Errorf("%d findings, %d near misses in an empty log", len(found), len(near))
	}
	r := Report{Table: table}
	if c := r.Compare(0); c.All.Verdict != CannotTell {
		t.Errorf("an empty log compares as %s", c.All.Verdict)
	}
}

// TestOtherDimensions names no carrier where the groups are none.
func TestOtherDimensions(t *testing.T) {
	for _, by := range []string{"country", "provider", "sender"} {
		b := newBook()
		b.c = tally.NewCounter(tally.Options{By: by})
		b.live(british, func(p place, u int, at time.Time) how {
			if between(at, 3, 8, 10) || p.name == "O2" && at.Minute()%3 == 0 {
				return unexplained()
			}
			return fine
		})
		b.live(french, nil)
		for day := range 3 {
			b.try("+4407700900987", "GB", "", on(day, 9, 0), unexplained())
		}
		found, _ := Find(b.table(), Options{Explain: true})
		zero := false
		for _, f := range found {
			zero = zero || f.Cause == LeadingZero
			if f.Scope.Carrier != "" || f.Scope.Level == LevelCarrier || f.Scope.Level == LevelHours {
				t.Errorf("by %s: %s", by, brief(f))
			}
		}
		if !zero {
			t.Errorf("by %s: the leading zero is lost", by)
		}
	}
}
