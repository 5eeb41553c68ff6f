package number

import (
	"slices"
	"strings"
	"testing"
)

// FuzzCheck: no input panics, an invalid one has an error word, and a valid
// result checked again is the same and needs no correction.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"+4407111222333", "0044 (0)7733 123456", "+52 1 55 9876 5432", "+54 0221 15 555-1234", `="+49 171 2345678"`,
		"tel:+44-7700-900187;ext=5", "+٤٤٧٧٠٠٩٠٠١٨٧", "4.47E+11", "447700900187.0", "+1 800 FLOWERS", "\u202a+44 7700 900187\u202c", "0 15 11 98765-4321", "+\x00\xff44"} {
		for _, region := range []string{"", "GB", "US", "AR", "zz"} {
			f.Add(s, region)
		}
	}
	words := []string{ErrInvalidCountryCode, ErrNotANumber, ErrTooShort, ErrTooLong, ErrInvalid}
	f.Fuzz(func(t *testing.T, raw, region string) {
		n := Check(raw, region)
		if n.Input != raw {
			t.Errorf("input %q became %q", raw, n.Input)
		}
		if !n.Valid {
			if !slices.Contains(words, n.Error) || n.E164 != "" || n.Country != "" || n.National != "" || n.Type != UnknownType || len(n.Corrections) > 0 {
				t.Errorf("Check(%q, %q) = %+v", raw, region, n)
			}
			if n.Likely != "" && !Check(n.Likely, "").Valid {
				t.Errorf("Check(%q, %q): likely %q is not valid", raw, region, n.Likely)
			}
			return
		}
		if n.Error != "" {
			t.Errorf("Check(%q, %q) is valid with error %q", raw, region, n.Error)
		}
		if raw != n.E164 && raw != n.International && len(n.Corrections) == 0 && strings.ReplaceAll(raw, " ", "") != n.E164 {
			t.Errorf("Check(%q, %q) = %q without a correction", raw, region, n.E164)
		}
		for _, text := range []string{n.E164, n.International} {
			for _, region := range []string{"", region} {
				again := Check(text, region)
				again.Input = n.Input
				if again.E164 != n.E164 || !again.Valid || len(again.Corrections) > 0 || again.Type != n.Type || again.Country != n.Country || again.National != n.National {
					t.Errorf("Check(%q, %q) = %+v, from %+v", text, region, again, n)
				}
			}
		}
		m := ParseMSISDN([]byte(n.E164), region)
		if c := Classify(m); c.Country != n.Country || c.Type != n.Type || !c.Valid || c.Reserved != n.Reserved || m.E164() != n.E164 {
			t.Errorf("Classify(%q) = %+v, Check has %+v", n.E164, c, n)
		}
	})
}

func FuzzParseMSISDN(f *testing.F) {
	for _, s := range []string{"+447700900187", "447700900187", "07700900187", `="+447700900187"`, "tel:+447700900187", "+4477******87", "no number", ""} {
		f.Add([]byte(s), "GB")
	}
	f.Fuzz(func(t *testing.T, text []byte, region string) {
		m := ParseMSISDN(text, region)
		if m != ParseMSISDN(text, region) {
			t.Errorf("%q is two recipients", text)
		}
		if m != 0 && !m.IsOdd() {
			if m >= 1e15 {
				t.Errorf("%q gives %d", text, m)
			}
			if again := ParseMSISDN([]byte(m.E164()), region); again != m {
				t.Errorf("%q gives %d, which gives %d", text, m, again)
			}
		}
		Classify(m)
		m.Location()
		if len(text) <= oddLength && m.IsOdd() && m.E164() == "" && len(oddTable[uint64(m)%oddShards].text) < oddTexts/oddShards {
			t.Errorf("%q is lost", text)
		}
		Masked(m)
		m.International()
	})
}
