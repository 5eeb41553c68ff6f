package number

import (
	"slices"
	"strings"
	"sync"
	"testing"

	pn "github.com/nyaruka/phonenumbers"
)

func TestEveryRegionHasNameAndZone(t *testing.T) {
	for id := range pn.GetSupportedRegions() {
		if !KnownRegion(id) || !KnownRegion(strings.ToLower(id)) {
			t.Errorf("%s is not known", id)
		}
		if name := CountryName(id); name == id || name == "" {
			t.Errorf("%s has no name", id)
		}
		if CountryLocation(id) == nil {
			t.Errorf("%s has no zone", id)
		}
	}
	for _, no := range []string{"", "ZZ", "001", "GBR", "XX"} {
		if KnownRegion(no) || CountryLocation(no) != nil {
			t.Errorf("%q is known", no)
		}
	}
	if got := CountryName("gb"); got != "United Kingdom" {
		t.Errorf("gb is %q", got)
	}
}

func TestLocation(t *testing.T) {
	for _, c := range []struct{ number, want string }{
		{"+447700900187", "Europe/London"},
		{"+441481960194", "Europe/Guernsey"},
		{"+12125550143", "America/New_York"},
		{"+13105550143", "America/Los_Angeles"},
		{"+18085550143", "Pacific/Honolulu"},
		{"+33639981234", "Europe/Paris"},
		{"+393331234567", "Europe/Rome"},
		{"+918765432109", "Asia/Calcutta"},
		{"+18005550199", ""}, // all of North America
		{"+61491570006", "Australia/Sydney"},
		{"+4407111222333", ""}, // no number
		{"nobody", ""},
	} {
		loc := ParseMSISDN([]byte(c.number), "").Location()
		if got := loc.String(); c.want == "" && loc != nil || c.want != "" && got != c.want {
			t.Errorf("%s is in %s, want %q", c.number, got, c.want)
		}
	}
}

func TestTimeZonesAreTheLibrarys(t *testing.T) {
	for _, p := range examples() {
		want, _ := pn.GetTimezonesForNumber(p)
		z := timeZones().of([]byte(pn.Format(p, pn.E164)[1:]))
		if z == nil {
			if want[0] != pn.UNKNOWN_TIMEZONE {
				t.Errorf("%s has no zone, library has %v", pn.Format(p, pn.E164), want)
			}
		} else if !slices.Equal(z.names, want) {
			t.Errorf("%s is in %v, library has %v", pn.Format(p, pn.E164), z.names, want)
		}
	}
}

func TestOdd(t *testing.T) {
	t.Cleanup(func() {
		for i := range oddTable {
			oddTable[i].text = nil
		}
	})
	if Odd("") != 0 {
		t.Error("no text is a recipient")
	}
	long := strings.Repeat("x", 1000)
	if m := Odd(long); !m.IsOdd() || m.E164() != long[:oddLength] || m == Odd(long[:oddLength]) {
		t.Errorf("a long text gives %q", m.E164())
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 3 * oddTexts / 2 {
				text := "text " + strings.Repeat("y", i%7) + string(rune('0'+i%10)) + strings.Repeat("z", i/7%50)
				if m := Odd(text); m.E164() != text && m.E164() != "" {
					t.Errorf("%q became %q", text, m.E164())
				}
			}
		})
	}
	wg.Wait()
	before := Odd("kept")
	for i := range 2 * oddTexts {
		Odd(strings.Repeat("a", i%100) + string(rune(0x4e00+i/100)))
	}
	kept := 0
	for i := range oddTable {
		kept += len(oddTable[i].text)
	}
	if kept > oddTexts {
		t.Errorf("%d texts kept", kept)
	}
	if before.E164() != "kept" || Odd("kept") != before {
		t.Error("an earlier text is lost")
	}
}

func TestMasked(t *testing.T) {
	for _, c := range []struct{ number, want string }{
		{"+447700900187", "+44 … 87"},
		{"+12025550143", "+1 … 43"},
		{"nobody", "…"},
		{"", ""},
	} {
		if got := Masked(ParseMSISDN([]byte(c.number), "")); got != c.want {
			t.Errorf("Masked(%s) = %q, want %q", c.number, got, c.want)
		}
	}
	if got := ParseMSISDN([]byte("+447700900187"), "").International(); got != "+44 7700 900187" {
		t.Errorf("International gives %q", got)
	}
	if got := MSISDN(4407111222333).International(); got != "+4407111222333" {
		t.Errorf("International of a wrong number gives %q", got)
	}
}

func TestListsOfCountriesAndZones(t *testing.T) {
	countries, zones := Countries(), TimeZones()
	if len(countries) < 240 || !slices.IsSorted(countries) {
		t.Errorf("%d countries", len(countries))
	}
	for _, cc := range []string{"GB", "US", "XK"} {
		if !slices.Contains(countries, cc) {
			t.Errorf("no %s among the countries", cc)
		}
	}
	if !slices.IsSorted(zones) {
		t.Error("zones are not in order")
	}
	for _, zone := range []string{"UTC", "Europe/London", "America/Los_Angeles"} {
		if !slices.Contains(zones, zone) {
			t.Errorf("no %s among the zones", zone)
		}
	}
	for _, zone := range zones {
		if loadZone(zone) == nil {
			t.Errorf("%s is no zone", zone)
		}
	}
}
