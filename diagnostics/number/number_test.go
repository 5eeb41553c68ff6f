package number

import "testing"

func TestParseMSISDN(t *testing.T) {
	for _, c := range []struct {
		text, region string
		want         MSISDN
	}{
		{"+447700900187", "", 447700900187},
		{"447700900187", "", 447700900187},
		{"447700900187", "GB", 447700900187},
		{"07700900187", "GB", 447700900187},
		{"00447700900187", "", 447700900187},
		{`="+447700900187"`, "", 447700900187},
		{"tel:+44-7700-900187", "", 447700900187},
		{"+44 7700 900187", "", 447700900187},
		{"+4407111222333", "", 4407111222333},
		{"", "", 0},
	} {
		if got := ParseMSISDN([]byte(c.text), c.region); got != c.want {
			t.Errorf("ParseMSISDN(%q, %q) = %d, want %d", c.text, c.region, got, c.want)
		}
	}
	m := ParseMSISDN([]byte("no number"), "GB")
	if !m.IsOdd() || m.E164() != "no number" || m != Odd("no number") {
		t.Errorf("odd text gives %d, %q", m, m.E164())
	}
}
