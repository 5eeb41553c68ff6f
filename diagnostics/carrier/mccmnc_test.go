package carrier

import (
	"slices"
	"strings"
	"testing"
)

func TestByMCCMNC(t *testing.T) {
	for _, c := range []struct{ code, country, name, cc string }{
		{"23410", "GB", "O2", "GB"},
		{"23410", "", "O2", "GB"},
		{"234-10", "", "O2", "GB"},
		{"310410", "US", "AT&T", "US"},
		{"310410", "", "AT&T", "US"},
		{"310410", "VI", "Liberty", "VI"},
		{"310-410", "", "AT&T", "US"},
		{"50501", "", "Telstra", "AU"},
		{"310/260", "PR", "T-Mobile", "PR"},
		{"234 10", "FR", "O2", "GB"},
		{"2341", "", "", ""},
		{"234-010", "", "O2", "GB"},
		{"34001", "GF", "Orange", "GF"},
		{"34001", "", "Orange", "GP"},
		{"00101", "", "Test network", ""},
		{"999", "", "", ""},
		{"", "", "", ""},
		{"abc", "", "", ""},
	} {
		name, cc, ok := ByMCCMNC(c.code, c.country)
		if name != c.name || cc != c.cc || ok != (c.name != "") {
			t.Errorf("ByMCCMNC(%q, %q) = %q, %q, %v, want %q, %q", c.code, c.country, name, cc, ok, c.name, c.cc)
		}
	}
}

// TestEveryNetwork: each line of the table is found by its own code, in every
// way to write it.
func TestEveryNetwork(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(networks), "\n")
	if len(lines) < 2000 {
		t.Fatalf("%d networks", len(lines))
	}
	for _, line := range lines {
		f := strings.Split(line, "\t")
		country := strings.Split(f[2], "/")[0]
		var names []string // some codes are one country's twice
		for _, n := range networkTable()[f[0]+f[1]] {
			if slices.Contains(n.countries, country) {
				names = append(names, n.name)
			}
		}
		for _, code := range []string{f[0] + f[1], f[0] + "-" + f[1], f[0] + " " + f[1]} {
			if name, cc, ok := ByMCCMNC(code, country); !ok || !slices.Contains(names, name) || cc != country {
				t.Errorf("ByMCCMNC(%q, %q) = %q, %q, %v, want %q", code, country, name, cc, ok, names)
			}
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range []struct{ a, b string }{{"O2", "o2"}, {"T-Mobile", "T Mobile"}, {"AT&T", "ATT"}, {"Telefónica", "TELEFÓNICA"}} {
		if Fold(c.a) != Fold(c.b) {
			t.Errorf("%q and %q differ", c.a, c.b)
		}
	}
	if Fold("O2") == Fold("EE") || Fold("移动") == "" {
		t.Error("names are lost")
	}
}
