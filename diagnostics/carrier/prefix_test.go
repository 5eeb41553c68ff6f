package carrier

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	pn "github.com/nyaruka/phonenumbers"

	"cli.otpdoctor/diagnostics/number"
)

func TestByPrefixIsTheLibrarys(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	asked, named := 0, 0
	readPrefixes(func(prefix int, _ entry) {
		if r.IntN(20) != 0 {
			return
		}
		full := strconv.Itoa(prefix)
		full += "5555555"[:max(0, min(7, 12-len(full)))]
		p, err := pn.Parse("+"+full, "ZZ")
		if err != nil || pn.Format(p, pn.E164) != "+"+full {
			return
		}
		want, _ := pn.GetCarrierForNumber(p, "en")
		asked++
		if want != "" {
			named++
		}
		if got := ByPrefix(number.ParseMSISDN([]byte("+"+full), "")); got != want {
			t.Errorf("ByPrefix(%s) = %q, library has %q", full, got, want)
		}
	})
	if asked < 1000 || named < 1000 {
		t.Errorf("asked %d, of them %d with a name", asked, named)
	}
}

// prefixMap is the prefixes and their names as they stand.
func prefixMap() map[int]string {
	all := make(map[int]entry)
	names := readPrefixes(func(prefix int, name entry) { all[prefix] = name })
	m := make(map[int]string, len(all))
	for prefix, name := range all {
		m[prefix] = names[name]
	}
	return m
}

// longestPrefix cuts m digit by digit.
func longestPrefix(all map[int]string, m number.MSISDN) string {
	var buf [16]byte
	for n := range m.Digits(&buf) {
		p := int(m)
		for range n {
			p /= 10
		}
		if name, ok := all[p]; ok {
			return name
		}
	}
	return ""
}

// TestByPrefixIsTheLongest: every prefix, with every digit less and more, at all
// lengths of a number.
func TestByPrefixIsTheLongest(t *testing.T) {
	all := prefixMap()
	check := func(m int) {
		if got, want := ByPrefix(number.MSISDN(m)), longestPrefix(all, number.MSISDN(m)); got != want {
			t.Fatalf("ByPrefix(%d) = %q, the longest prefix has %q", m, got, want)
		}
	}
	for prefix := range all {
		check(prefix / 10)
		for m := prefix; m < 1e15; m = m*10 + prefix%9 {
			check(m)
			check(m - 1)
			check(m + 1)
		}
		for d := range 10 {
			check(prefix*10 + d)
			check((prefix*10+d)*1000 + 555)
		}
	}
	for _, m := range []number.MSISDN{0, number.Odd("no number"), 1e15, 447911123456 * 1000, 447911123456 * 100000, 1e16 - 1, 1e16, 1 << 62} {
		check(int(m))
	}
}

func FuzzByPrefix(f *testing.F) {
	all := prefixMap()
	for _, m := range []uint64{0, 44, 44797, 447973, 447911123456, 1e15 + 1, 1<<63 | 1} {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, m uint64) {
		if got, want := ByPrefix(number.MSISDN(m)), longestPrefix(all, number.MSISDN(m)); got != want {
			t.Errorf("ByPrefix(%d) = %q, the longest prefix has %q", m, got, want)
		}
	})
}

func TestPrefixesAreTheLibrarys(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/nyaruka/phonenumbers").Output()
	if err != nil {
		t.Skip("no go command to find the library with:", err)
	}
	theirs, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "data", "prefix_to_carriers", "en.txt.gz"))
	if err != nil || !bytes.Equal(prefixFile, theirs) {
		t.Errorf("prefixes.gz is not the library's: run go generate (%v)", err)
	}
}

func BenchmarkByPrefix(b *testing.B) {
	list := []number.MSISDN{447911123456, 12015550123, 4915123456789, 33612345678, 919876543210}
	ByPrefix(list[0])
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		ByPrefix(list[i%len(list)])
		i++
	}
}
