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
	trie := prefixes()
	var walk func(node uint16, digits string)
	r := rand.New(rand.NewPCG(1, 2))
	asked, named := 0, 0
	walk = func(node uint16, digits string) {
		for d, next := range trie.next[node] {
			if next != 0 {
				walk(next, digits+strconv.Itoa(d))
			} else if node != 0 && r.IntN(20) == 0 {
				full := digits + strconv.Itoa(d) + "5555555"
				full = full[:max(min(len(full), 12), len(digits)+1)]
				p, err := pn.Parse("+"+full, "ZZ")
				if err != nil || pn.Format(p, pn.E164) != "+"+full {
					continue
				}
				want, _ := pn.GetCarrierForNumber(p, "en")
				asked++
				if want != "" {
					named++
				}
				if got := ByPrefix(number.ParseMSISDN([]byte("+"+full), "")); got != want {
					t.Errorf("ByPrefix(%s) = %q, library has %q", full, got, want)
				}
			}
		}
	}
	walk(0, "")
	if asked < 5000 || named < 3000 {
		t.Errorf("asked %d, of them %d with a name", asked, named)
	}
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
