package number

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	pn "github.com/nyaruka/phonenumbers"
)

// shared is a file beside the project, or "" where there is none.
func shared(path ...string) string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			name := filepath.Join(append([]string{dir, "..", "shared"}, path...)...)
			if _, err := os.Stat(name); err == nil {
				return name
			}
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

func kinds(n Number) []string {
	list := []string{}
	for _, c := range n.Corrections {
		list = append(list, string(c.Kind))
	}
	return list
}

func TestExamples(t *testing.T) {
	name := shared("samples", "numbers", "examples.tsv")
	if name == "" {
		t.Skip("no samples")
	}
	data, err := os.ReadFile(name)
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
