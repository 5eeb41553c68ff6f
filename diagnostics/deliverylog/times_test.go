package deliverylog

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	const want = "2026-09-26T15:58:30.1Z"
	tests := []struct {
		text string
		c    clock
		want string // RFC 3339, empty: no time
	}{
		{"2026-09-26T15:58:30.100Z", clock{}, want},
		{"2026-09-26T15:58:30.1Z", clock{}, want},
		{"2026-09-26T15:58:30.100999999Z", clock{}, want},
		{"2026-09-26t15:58:30.1z", clock{}, want},
		{"2026-09-26T17:58:30.1+02:00", clock{}, want},
		{"2026-09-26T17:58:30.1+0200", clock{}, want},
		{"2026-09-26T17:58:30.1+02", clock{}, want},
		{"2026-09-26 21:28:30.1+05:30", clock{}, want},
		{"2026-09-26 15:58:30.1", clock{}, want},
		{"  2026-09-26  15:58:30.1 ", clock{}, want},
		{"2026-09-26 15:58:30,100", clock{}, want},
		{"2026-09-26 15:58:30.1 UTC", clock{}, want},
		{"2026-09-26 15:58:30.1 GMT", clock{}, want},
		{"2026-09-26 15:58:30.1 +0000 UTC", clock{}, want},
		{"2026-09-26 08:58:30.1 -0700 (PDT)", clock{}, want},
		{"2026-09-26 08:58:30.1 PDT", clock{}, want},
		{"2026-09-26 17:58:30.1 CEST", clock{}, want},
		{"2026-09-26T17:58:30.1 02:00", clock{}, want}, // a plus that was not escaped
		{"2026-09-26 17:58:30.1", clock{zone: berlin}, want},
		{"2026-09-26T15:58:30.1Z", clock{zone: berlin}, want},
		{"2026/09/26 15:58:30.1", clock{}, want},
		{"2026-9-26 15:58:30.1", clock{}, want},
		{"2026.09.26 15:58:30.1", clock{}, want},
		{"Sat, 26 Sep 2026 15:58:30 +0000", clock{}, "2026-09-26T15:58:30Z"},
		{"Sat, 26 Sep 2026 15:58:30 GMT", clock{}, "2026-09-26T15:58:30Z"},
		{"26 Sep 2026 15:58:30 EDT", clock{}, "2026-09-26T19:58:30Z"},
		{"26-Sep-2026 15:58", clock{}, "2026-09-26T15:58:00Z"},
		{"26-SEP-26 03.58.30.100 PM", clock{}, want},
		{"Sep 26, 2026, 3:58:30 PM", clock{}, "2026-09-26T15:58:30Z"},
		{"Sep 26, 2026 3:58\u202fPM", clock{}, "2026-09-26T15:58:00Z"},
		{"September 26, 2026", clock{}, "2026-09-26T00:00:00Z"},
		{"Sat Sep 26 15:58:30 2026", clock{}, "2026-09-26T15:58:30Z"},
		{"Sat Sep 26 15:58:30 UTC 2026", clock{}, "2026-09-26T15:58:30Z"},
		{"9/26/2026, 3:58:30.100 PM", clock{order: monthFirst}, want},
		{"9/26/2026 3:58:30.100 p.m.", clock{order: monthFirst}, want},
		{"09/26/2026 15:58:30.1", clock{order: monthFirst}, want},
		{"26/09/2026 15:58:30.1", clock{}, want},
		{"26.09.2026 15:58:30.1", clock{order: monthFirst}, want},
		{"26.9.26 15:58", clock{}, "2026-09-26T15:58:00Z"},
		{"12/31/2026 12:00 AM", clock{order: monthFirst}, "2026-12-31T00:00:00Z"},
		{"12/31/2026 12:00 PM", clock{order: monthFirst}, "2026-12-31T12:00:00Z"},
		{"20260926155830", clock{}, "2026-09-26T15:58:30Z"},
		{"20260926T155830Z", clock{}, "2026-09-26T15:58:30Z"},
		{"20260926T175830+0200", clock{}, "2026-09-26T15:58:30Z"},
		{"20260926", clock{}, "2026-09-26T00:00:00Z"},
		{"2026-09-26", clock{}, "2026-09-26T00:00:00Z"},
		{"1790438310", clock{}, "2026-09-26T15:58:30Z"},
		{"1790438310.1", clock{}, want},
		{"1790438310100", clock{}, want},
		{"1790438310100000", clock{}, want},
		{"1790438310100000000", clock{}, want},
		{"46291.66562616", clock{excel: true}, want},
		{"46291", clock{excel: true}, "2026-09-26T00:00:00Z"},
		{"46291.66562616", clock{}, ""},
		{"2024-02-29T00:00:00Z", clock{}, "2024-02-29T00:00:00Z"},
		{"0001-01-01T00:00:00Z", clock{}, "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999Z", clock{}, "9999-12-31T23:59:59.999Z"},
		{"2016-12-31T23:59:60Z", clock{}, "2017-01-01T00:00:00Z"},

		{"", clock{}, ""},
		{"31/02/2026", clock{}, ""},
		{"2026-02-29T00:00:00Z", clock{}, ""},
		{"2026-13-01T00:00:00Z", clock{}, ""},
		{"2026-00-10T00:00:00Z", clock{}, ""},
		{"0000-01-01T00:00:00Z", clock{}, ""},
		{"2026-09-26T24:00:00Z", clock{}, ""},
		{"2026-09-26T15:60:00Z", clock{}, ""},
		{"2026-09-26T15:58:30.Z", clock{}, ""},
		{"2026-09-26T15:58:30+99:00", clock{}, ""},
		{"2026-09-26T15:58:30ZZ", clock{}, ""},
		{"2026-09-26T15:58:30 XYZ", clock{}, ""},
		{"2026-09-26T15", clock{}, ""},
		{"2026-09-2", clock{}, "2026-09-02T00:00:00Z"},
		{"2026-09-26Tx", clock{}, ""},
		{"13/13/2026", clock{}, ""},
		{"+447700900187", clock{}, ""},
		{"447700900187", clock{}, "1984-03-09T17:21:40.187Z"}, // twelve digits are milliseconds
		{"30007", clock{}, ""},
		{"yesterday", clock{}, ""},
		{"99999999999999999999", clock{}, ""},
		{"0001-01-01T00:00:00+05:00", clock{}, ""},
	}
	for _, tt := range tests {
		got, ok := tt.c.at([]byte(tt.text))
		s := ""
		if ok {
			s = got.Std().Format(time.RFC3339Nano)
		}
		if s != tt.want {
			t.Errorf("%q: got %q, want %q", tt.text, s, tt.want)
		}
	}
}

func TestShortTimes(t *testing.T) {
	for text, want := range map[string]string{
		"2609261558":     "2026-09-26T15:58:00Z",
		"260926155830":   "2026-09-26T15:58:30Z",
		"20260926155830": "2026-09-26T15:58:30Z",
		"2613261558":     "", "260926": "", "26092615x8": "", "2609262558": "",
	} {
		got, ok := (&clock{}).short([]byte(text))
		s := ""
		if ok {
			s = got.Std().Format(time.RFC3339)
		}
		if s != want {
			t.Errorf("%q: got %q, want %q", text, s, want)
		}
	}
}

// FuzzClock: whatever is read as a time is one of the calendar, and is read the
// same from RFC 3339.
func FuzzClock(f *testing.F) {
	for _, s := range []string{"2026-09-26T15:58:30.100Z", "9/26/2026, 3:58:30.100 PM", "Sat, 26 Sep 2026 15:58:30 +0000", "1790438310", "46291.5", "Sat Sep 26 15:58:30 UTC 2026"} {
		f.Add(s, false, false)
	}
	f.Fuzz(func(t *testing.T, s string, american, excel bool) {
		c := clock{excel: excel}
		if american {
			c.order = monthFirst
		}
		got, ok := c.at([]byte(s))
		if !ok {
			return
		}
		if y := got.Std().Year(); y < 1 || y > 9999 {
			t.Fatalf("%q: year %d", s, y)
		}
		again, ok := c.at([]byte(got.Std().Format("2006-01-02T15:04:05.000Z07:00")))
		if !ok || again != got {
			t.Fatalf("%q: %v, read again %v %v", s, got.Std(), again.Std(), ok)
		}
	})
}
