package carrier

import "testing"

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
	if name, _, _ := ByMCCAndMNC("1", "1", ""); name != "Test network" {
		t.Errorf("1 and 1 give %q", name)
	}
}
