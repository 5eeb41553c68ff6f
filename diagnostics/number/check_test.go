package number

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	pn "github.com/nyaruka/phonenumbers"

	"cli.otpdoctor/testdata"
)

// shared is a file beside the project, or "" where there is none.
func kinds(n Number) []string {
	list := []string{}
	for _, c := range n.Corrections {
		list = append(list, string(c.Kind))
	}
	return list
}

func TestExamples(t *testing.T) {
	data, err := os.ReadFile(testdata.Shared(t, "samples", "numbers", "examples.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		f := strings.Split(line, "\t")
		for _, region := range []string{f[0], ""} {
			n := Check(f[1], region)
			if n.E164 != f[2] {
				t.Errorf("row %d: Check(%q, %q) = %q (%s), want %q", i, f[1], region, n.E164, n.Error, f[2])
			}
			if f[3] == "keep" && len(n.Corrections) > 0 || f[3] == "strip" && len(n.Corrections) == 0 {
				t.Errorf("row %d: Check(%q, %q) corrects %v", i, f[1], region, kinds(n))
			}
		}
	}
}

// TestEveryRegion: every example number of every type, in all its forms.
func TestEveryRegion(t *testing.T) {
	for _, p := range examples() {
		e164 := pn.Format(p, pn.E164)
		country := pn.GetRegionCodeForNumber(p)
		code := strconv.Itoa(int(p.GetCountryCode()))
		ask := func(raw, region string, want ...string) {
			t.Helper()
			n := Check(raw, region)
			if n.E164 != e164 {
				t.Errorf("Check(%q, %q) = %q (%s), want %s", raw, region, n.E164, n.Error, e164)
			} else if want != nil && !slices.Equal(kinds(n), want) {
				t.Errorf("Check(%q, %q) corrects %v, want %v", raw, region, kinds(n), want)
			}
		}
		ask(e164, "", []string{}...)
		if n := Check(e164, ""); len(n.Corrections) != 0 || n.Country != country {
			t.Errorf("Check(%q) = %+v, want country %s, no corrections", e164, n, country)
		} else {
			if want := pn.Format(p, pn.INTERNATIONAL); n.International != want {
				t.Errorf("%s: international %q, library has %q", e164, n.International, want)
			}
			if want := pn.Format(p, pn.NATIONAL); n.National != want && p.GetCountryCode() != 54 { // there the port takes the wrong group
				t.Errorf("%s: national %q, library has %q", e164, n.National, want)
			}
		}
		ask(pn.Format(p, pn.INTERNATIONAL), "")
		ask("00"+e164[1:], "", string(InternationalPrefix))
		if country == "001" {
			continue
		}
		if p.GetCountryCode() != 54 {
			ask(pn.Format(p, pn.NATIONAL), country)
		}
		if want := []string{string(MissingCountryCode)}; p.GetCountryCode() != 54 {
			ask(Check(e164, "").National, country, want...)
		} else { // at home 15 is right, but no provider takes it
			ask(Check(e164, "").National, country)
		}
		ask(e164[1:], country)
		if trunk := pn.GetNddPrefixForRegion(country, true); trunk != "" {
			raw := "+" + code + trunk + e164[1+len(code):]
			if c, national := splitCallingCode(raw[1:]); !c.verdict(national).Valid { // else the zero may be its own
				ask(raw, "", string(LeadingZero))
			}
		}
	}
}

// TestAgreesWithTheLibrary: examples with a few characters changed, as people
// mistype them. What the library reads as a valid number we read as the same.
func TestAgreesWithTheLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	list := examples()
	slices.SortFunc(list, func(a, b *pn.PhoneNumber) int { return strings.Compare(pn.Format(a, pn.E164), pn.Format(b, pn.E164)) })
	formats := []pn.PhoneNumberFormat{pn.E164, pn.INTERNATIONAL, pn.NATIONAL, pn.RFC3966}
	agreed := 0
	for range 15000 {
		p := list[r.IntN(len(list))]
		s := []byte(pn.Format(p, formats[r.IntN(4)]))
		region := pn.GetRegionCodeForNumber(p)
		switch r.IntN(6) {
		case 0:
			region = "GB"
		case 1:
			region = ""
		}
		for n := r.IntN(3); n > 0 && len(s) > 1; n-- {
			i := r.IntN(len(s))
			switch r.IntN(4) {
			case 0:
				s = slices.Delete(s, i, i+1)
			case 1:
				s = slices.Insert(s, i, "00123456789 -()."[r.IntN(16)])
			case 2:
				s[i] = "0123456789"[r.IntN(10)]
			case 3:
				s = s[:i]
			}
		}
		raw := string(s)
		ask := region
		if region == "" || region == "001" {
			ask = "ZZ"
		}
		p, err := pn.Parse(raw, ask)
		if err != nil || !pn.IsValidNumber(p) {
			continue
		}
		got := Check(raw, region)
		if got.E164 == pn.Format(p, pn.E164) {
			agreed++
			continue
		}
		// Digits that begin with the country's own code: see readNational. And 0 is a prefix
		// for calls abroad in the Seychelles and Cape Verde, where it stands after a plus.
		if len(got.Corrections) > 0 && got.Corrections[0].Kind == MissingPlus || strings.HasPrefix(raw, "+0") {
			continue
		}
		t.Errorf("Check(%q, %q) = %q (%s), library has %s", raw, region, got.E164, got.Error, pn.Format(p, pn.E164))
	}
	if agreed < 5000 {
		t.Errorf("only %d cases", agreed)
	}
}

func TestCorrections(t *testing.T) {
	for _, c := range []struct {
		raw, region, e164 string
		kinds             string
	}{
		{"+447111222333", "", "+447111222333", ""},
		{"+44 7111 222333", "", "+447111222333", ""},
		{"+1 202-555-0143", "", "+12025550143", ""},
		{"+4407111222333", "", "+447111222333", "leading_zero"},
		{"+44 (0)7111 222333", "", "+447111222333", "leading_zero"},
		{"+44-7111-222333", "", "+447111222333", "punctuation"},
		{" +447111222333 ", "", "+447111222333", "punctuation"},
		{"00447111222333", "", "+447111222333", "international_prefix"},
		{"0044 (0)7111 222333", "GB", "+447111222333", "international_prefix leading_zero"},
		{"+0044 7111 222333", "", "+447111222333", "international_prefix"},
		{"011 44 7111 222333", "US", "+447111222333", "international_prefix"},
		{"0011 44 7111 222333", "AU", "+447111222333", "international_prefix"},
		{"8 10 44 7111 222333", "RU", "+447111222333", "international_prefix"},
		{"447111222333", "GB", "+447111222333", "missing_plus"},
		{"4407111222333", "GB", "+447111222333", "missing_plus leading_zero"},
		{"12025550143", "US", "+12025550143", "missing_plus"},
		{"4915112345678", "DE", "+4915112345678", "missing_plus"},
		{"07111 222333", "GB", "+447111222333", "missing_country_code"},
		{"07111 222333", "uk", "+447111222333", "missing_country_code"},
		{"(202) 555-0143", "US", "+12025550143", "missing_country_code"},
		{"0655 123 456", "ES", "+34655123456", "missing_country_code leading_zero"},
		{"06 30 555 1234", "HU", "+36305551234", "missing_country_code"},
		{"+7 8 916 555 12 34", "", "+79165551234", "leading_zero"},
		{"+3706 12 34567", "", "+37061234567", ""},
		{"+370 8 612 34567", "", "+37061234567", "leading_zero"},
		{"+1 1 202 555 0143", "", "+12025550143", "leading_zero"},
		{"+57 0 301 234 5678", "", "+573012345678", "leading_zero"},
		{"+52 1 55 9876 5432", "", "+525598765432", "mobile_prefix"},
		{"+52 044 55 9876 5432", "", "+525598765432", "mobile_prefix"},
		{"+52 045 55 9876 5432", "", "+525598765432", "mobile_prefix"},
		{"+52 01 55 9876 5432", "", "+525598765432", "leading_zero"},
		{"044 55 9876 5432", "MX", "+525598765432", "missing_country_code mobile_prefix"},
		{"+54 11 15 2345 6789", "", "+5491123456789", "mobile_prefix"},
		{"+54 9 11 15 2345 6789", "", "+5491123456789", "mobile_prefix"},
		{"+54 9 011 2345 6789", "", "+5491123456789", "leading_zero"},
		{"+54 0 11 15 2345 6789", "", "+5491123456789", "leading_zero mobile_prefix"},
		{"0221 15 555 1234", "AR", "+5492215551234", "missing_country_code mobile_prefix"},
		{"+55 0 15 11 98765 4321", "", "+5511987654321", "leading_zero carrier_code"},
		{"0 15 11 98765 4321", "BR", "+5511987654321", "missing_country_code carrier_code"},
		{"0xx11 98765 4321", "BR", "+5511987654321", "missing_country_code punctuation"},
		{"+４４７１１１２２２３３３", "", "+447111222333", "other_digits"},
		{"＋447111222333", "", "+447111222333", "other_digits"},
		{"+٤٤٧١١١٢٢٢٣٣٣", "", "+447111222333", "other_digits"},
		{"+४४७१११२२२३३३", "", "+447111222333", "other_digits"},
		{"+1 800 FLOWERS", "", "+18003569377", "other_digits"},
		{"\u202a+44 7111 222333\u202c", "", "+447111222333", "punctuation"},
		{"+44\u200b7111\u00a0222333", "", "+447111222333", "punctuation"},
		{`="+447111222333"`, "", "+447111222333", "punctuation"},
		{"'+447111222333", "", "+447111222333", "punctuation"},
		{"<+447111222333>;", "", "+447111222333", "punctuation"},
		{"“+447111222333”", "", "+447111222333", "punctuation"},
		{"tel:+447111222333", "", "+447111222333", "punctuation"},
		{"tel:7111222333;phone-context=+44", "", "+447111222333", "punctuation"},
		{"%2B447111222333", "", "+447111222333", "punctuation"},
		{"447111222333.0", "GB", "+447111222333", "missing_plus punctuation"},
		{"447,111,222,333", "GB", "+447111222333", "missing_plus punctuation"},
		{"+447111222333 ext. 12", "", "+447111222333", "extension_removed"},
		{"+447111222333;ext=12", "", "+447111222333", "extension_removed"},
		{"+447111222333x12", "", "+447111222333", "extension_removed"},
		// the zero stays
		{"+39 06 6982 1234", "", "+390669821234", ""},
		{"+378 0549 886377", "", "+3780549886377", ""},
		{"+242 06 123 4567", "", "+242061234567", ""},
		{"+241 06 03 12 34", "", "+24106031234", ""},
		{"+229 01 95 12 34 56", "", "+2290195123456", ""},
		{"+38 067 123 4567", "", "+380671234567", ""},
		{"+7 800 200 0600", "", "+78002000600", ""},
	} {
		n := Check(c.raw, c.region)
		if got := strings.Join(kinds(n), " "); n.E164 != c.e164 || got != c.kinds {
			t.Errorf("Check(%q, %q) = %q (%s) [%s], want %q [%s]", c.raw, c.region, n.E164, n.Error, got, c.e164, c.kinds)
		}
		for _, f := range n.Corrections {
			if f.From != c.raw || f.To != n.E164 || f.Why == "" {
				t.Errorf("Check(%q): correction %+v", c.raw, f)
			}
		}
	}
}

func TestNotValid(t *testing.T) {
	for _, c := range []struct{ raw, region, err, likely, say string }{
		{"", "", ErrNotANumber, "", ""},
		{"hello", "GB", ErrNotANumber, "", ""},
		{"\x00\xff", "", ErrNotANumber, "", ""},
		{"+", "", ErrNotANumber, "", ""},
		{"4.47E+11", "GB", ErrNotANumber, "", "cannot be guessed"},
		{"4,47112E+11", "", ErrNotANumber, "", "cannot be guessed"},
		{"+447700******", "", ErrNotANumber, "", "masked"},
		{"+447700xxxxxx", "", ErrNotANumber, "", "masked"},
		{"+447700900187 / +447700900188", "", ErrNotANumber, "", "more than one"},
		{strings.Repeat("9", 251), "", ErrTooLong, "", ""},
		{strings.Repeat("9", 5<<20), "", ErrTooLong, "", ""},
		{"07700900142", "", ErrInvalidCountryCode, "+447700900142", "Perhaps +44 7700 900142 (United Kingdom)."},
		{"447111222333", "", ErrInvalidCountryCode, "+447111222333", "Perhaps +44 7111 222333 (United Kingdom)."},
		{"07700900142", "ZZ", ErrInvalidCountryCode, "+447700900142", ""},
		{"+999 123456789", "", ErrInvalidCountryCode, "", ""},
		{"+44 7700", "", ErrTooShort, "", ""},
		{"+44 7700 900187 123", "", ErrTooLong, "", ""},
		{"+44 1111 111111", "", ErrInvalid, "", ""},
		{"+44 00 7700 900187", "", ErrTooLong, "+447700900187", "Perhaps"}, // one zero goes, never two
		{"+44 44 7700 900187", "", ErrTooLong, "+447700900187", "Perhaps"},
		{"+229 97123456", "", ErrInvalid, "+2290197123456", "has changed"},
		{"+225 07080910", "", ErrTooShort, "+2250707080910", "has changed"},
		{"+84 168 123 4567", "", ErrInvalid, "+84381234567", "has changed"},
		{"+55 11 8765 4321", "", ErrInvalid, "+5511987654321", "has changed"},
	} {
		n := Check(c.raw, c.region)
		if n.Valid || n.Error != c.err || n.Likely != c.likely || !strings.Contains(strings.Join(n.Advice, " "), c.say) {
			t.Errorf("Check(%.40q, %q) = valid %v, %q, likely %q, advice %q; want %q, %q, %q", c.raw, c.region, n.Valid, n.Error, n.Likely, n.Advice, c.err, c.likely, c.say)
		}
	}
}

func TestAdvice(t *testing.T) {
	for _, c := range []struct{ raw, receive, say string }{
		{"+39 02 8846 1234", No, "the rule to drop a leading zero does not apply here (Italy)"},
		{"+225 07 08 09 10 11", Yes, "the rule to drop a leading zero does not apply here (Côte d'Ivoire)"},
		{"+54 11 2345 6789", No, "it is +5491123456789"},
		{"+39 0331 123456", No, ""},
		{"+241 6031234", Yes, "today it would be +24106031234"},
		{"+1 202 555 2368", Unknown, "cannot be told from the number"},
		{"+44 56 1234 5678", Unlikely, "VOIP"},
		{"+44 7012 345678", Unlikely, "personal"},
		{"+44 7640 123456", No, "pager"},
		{"+44 800 123 4567", Unlikely, "toll-free"},
		{"+44 20 7946 0018", No, "landline"},
		{"+44 55 1234 5678", No, "company"},
	} {
		n := Check(c.raw, "")
		if n.CanReceiveSMS != c.receive || !strings.Contains(strings.Join(n.Advice, " "), c.say) {
			t.Errorf("Check(%q): %s %s %q, want %s %q", c.raw, n.Type, n.CanReceiveSMS, n.Advice, c.receive, c.say)
		}
	}
}

// TestEveryWriting: the mobile number of every region, in every way to write it.
func TestEveryWriting(t *testing.T) {
	other := func(s string, zero rune) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return zero + r - '0'
			}
			return r
		}, s)
	}
	for id := range pn.GetSupportedRegions() {
		p := pn.GetExampleNumberForType(id, pn.MOBILE)
		if p == nil {
			continue
		}
		want := pn.Format(p, pn.E164)
		code := strconv.Itoa(int(p.GetCountryCode()))
		national := want[1+len(code):]
		groups := pn.Format(p, pn.INTERNATIONAL)
		rest := strings.TrimPrefix(groups, "+"+code+" ")
		writings := map[string]string{
			"+" + code + "-" + strings.ReplaceAll(rest, " ", "-"): "punctuation",
			"(+" + code + ") " + rest:                             "punctuation",
			"00" + code + " " + rest:                              "international_prefix",
			"00 " + code + " " + rest:                             "international_prefix",
			"+00" + want[1:]:                                      "international_prefix",
			`="` + want + `"`:                                     "punctuation",
			`"` + want + `"`:                                      "punctuation",
			"'" + want:                                            "punctuation",
			"tel:" + want:                                         "punctuation",
			"Phone: " + want + ".":                                "punctuation",
			"\u200e" + want + "\u200f":                            "punctuation",
			"\u202a" + groups + "\u202c":                          "punctuation",
			"\ufeff" + want:                                       "punctuation",
			strings.ReplaceAll(groups, " ", "\u00a0"):             "punctuation",
			want + " 📱":                                           "punctuation",
			want + " ext 123":                                     "extension_removed",
			want + ";ext=123":                                     "extension_removed",
			other(want, '０'):                                      "other_digits",
			other(want, '٠'):                                      "other_digits",
			other(want, '۰'):                                      "other_digits",
			other(want, '०'):                                      "other_digits",
			other(want, '০'):                                      "other_digits",
			other(want, '๐'):                                      "other_digits",
			"＋" + want[1:]:                                        "other_digits",
		}
		trunk := pn.GetNddPrefixForRegion(id, true)
		if trunk == "" {
			trunk = "0"
		}
		if c, n := splitCallingCode(code + trunk + national); !c.verdict(n).Valid {
			writings["+"+code+trunk+national] = "leading_zero"
			writings["+"+code+" ("+trunk+") "+national] = "leading_zero"
			writings["00"+code+trunk+national] = "international_prefix"
		}
		for raw, kind := range writings {
			for _, region := range []string{"", id} {
				n := Check(raw, region)
				if n.E164 != want || len(n.Corrections) == 0 || !slices.Contains(kinds(n), kind) {
					t.Errorf("%s: Check(%q, %q) = %q (%s) %v, want %s %s", id, raw, region, n.E164, n.Error, kinds(n), want, kind)
				}
			}
		}
		if n := Check(want[1:], id); n.E164 != want || kinds(n)[0] != "missing_plus" && kinds(n)[0] != "missing_country_code" {
			t.Errorf("%s: without plus %q (%s) %v", id, n.E164, n.Error, kinds(n))
		}
		if n := Check(want[1:], ""); n.Valid || n.Error != ErrInvalidCountryCode || n.Likely != want && !strings.Contains(strings.Join(n.Advice, " "), groups) {
			t.Errorf("%s: without plus and region %+v", id, n)
		}
	}
}
