package number

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	pn "github.com/nyaruka/phonenumbers"
)

var libraryTypes = map[pn.PhoneNumberType]LineType{
	pn.MOBILE: Mobile, pn.FIXED_LINE: FixedLine, pn.FIXED_LINE_OR_MOBILE: FixedLineOrMobile, pn.TOLL_FREE: TollFree,
	pn.PREMIUM_RATE: PremiumRate, pn.SHARED_COST: SharedCost, pn.VOIP: VOIP, pn.PERSONAL_NUMBER: PersonalNumber,
	pn.PAGER: Pager, pn.UAN: UAN, pn.VOICEMAIL: Voicemail,
}

// library says what the library says of a number made of its parts, without
// the reading of text that Parse does.
func library(c *callingCode, national string) (country string, t LineType) {
	code := int32(c.code)
	p := &pn.PhoneNumber{CountryCode: &code}
	n, _ := strconv.ParseUint(national, 10, 64)
	p.NationalNumber = &n
	if zeros := len(national) - len(strings.TrimLeft(national, "0")); zeros > 0 && len(national) > 1 {
		yes, k := true, int32(min(zeros, len(national)-1))
		p.ItalianLeadingZero, p.NumberOfLeadingZeros = &yes, &k
	}
	return pn.GetRegionCodeForNumber(p), libraryTypes[pn.GetNumberType(p)]
}

// examples gives every example number of every type of every region.
func examples() (list []*pn.PhoneNumber) {
	for id := range pn.GetSupportedRegions() {
		for t := range libraryTypes {
			if p := pn.GetExampleNumberForType(id, t); p != nil {
				list = append(list, p)
			}
		}
	}
	for cc := range pn.GetSupportedGlobalNetworkCallingCodes() {
		list = append(list, pn.GetExampleNumberForNonGeoEntity(cc))
	}
	return list
}

func TestClassifyIsTheLibrarys(t *testing.T) {
	check := func(digits string) {
		t.Helper()
		c, national := splitCallingCode(digits)
		if c == nil || national == "" {
			return
		}
		m := digitsMSISDN(digits)
		if len(digits) > maxDigits {
			m = Odd("+" + digits)
		}
		got := Classify(m)
		for i := range knownRanges {
			k := &knownRanges[i]
			if k.callingCode == c.code && k.matches(national) {
				return // we know better
			}
		}
		country, lineType := library(c, national)
		if got.Type != lineType || got.Valid != (lineType != UnknownType) || country != "" && got.Country != country || got.Reserved {
			t.Errorf("Classify(%d) = %+v, library has %s %s", m, got, country, lineType)
		}
		if got.Valid && got.Portable != pn.IsMobileNumberPortableRegion(country) {
			t.Errorf("Classify(%d).Portable = %v", m, got.Portable)
		}
	}
	list := examples()
	if len(list) < 1300 {
		t.Fatalf("only %d examples", len(list))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range list {
		digits := strings.TrimPrefix(pn.Format(p, pn.E164), "+")
		check(digits)
		for range 20 { // and its neighbours
			b := []byte(digits)
			for i := len(strconv.Itoa(int(p.GetCountryCode()))); i < len(b); i++ {
				if r.IntN(4) == 0 {
					b[i] = byte('0' + r.IntN(10))
				}
			}
			switch r.IntN(8) {
			case 0:
				b = b[:len(b)-1]
			case 1:
				b = append(b, '5')
			}
			check(string(b))
		}
	}
	for range 20000 {
		b := []byte(strconv.Itoa(1 + r.IntN(999)))
		for n := 4 + r.IntN(10); n > 0; n-- {
			b = append(b, byte('0'+r.IntN(10)))
		}
		if len(b) <= maxDigits {
			check(string(b))
		}
	}
}

func TestDataIsTheLibrarys(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/nyaruka/phonenumbers").Output()
	if err != nil {
		t.Skip("no go command to find the library with:", err)
	}
	dir := filepath.Join(strings.TrimSpace(string(out)), "data")
	for name, ours := range map[string]string{"metadata": metadataFile,
		"countrycode_to_region": regionsFile, "prefix_to_timezone": timezonesFile} {
		if theirs, err := unpacked(filepath.Join(dir, name+".xml.gz")); err != nil || ours != theirs {
			t.Errorf("%s is not the library's: run go generate (%v)", name, err)
		}
	}
}

func unpacked(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(z)
	return string(b), err
}

// BenchmarkClassify: numbers of a few countries, as in a log, and of all.
func BenchmarkClassify(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(prefixes ...string) []MSISDN {
		list := make([]MSISDN, 1<<16)
		for i := range list {
			d := []byte(prefixes[r.IntN(len(prefixes))])
			for j := len(d) - 6; j < len(d); j++ {
				d[j] = byte('0' + r.IntN(10))
			}
			list[i] = digitsMSISDN(string(d))
		}
		return list
	}
	var world []string
	for _, p := range examples() {
		if d := pn.Format(p, pn.E164)[1:]; len(d) > 9 && len(d) <= maxDigits {
			world = append(world, d)
		}
	}
	for _, bb := range []struct {
		name string
		list []MSISDN
	}{
		{"five countries", random("447911123456", "12015550123", "4915123456789", "33612345678", "919876543210")},
		{"world", random(world...)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for _, m := range bb.list {
				Classify(m)
			}
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				Classify(bb.list[i&(1<<16-1)])
				i++
			}
		})
	}
}

func TestClassifyDoesNotAllocate(t *testing.T) {
	list := []MSISDN{447911123456, 12015550123, 4915123456789, 33612345678, 4407111222333, 999999}
	for _, m := range list {
		Classify(m)
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, m := range list {
			Classify(m)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestAutomatonGrowsUnderReaders: several goroutines make the states of one
// automaton and give the answers of another that was made by one.
func TestAutomatonGrowsUnderReaders(t *testing.T) {
	for _, code := range []int{1, 44, 49} {
		known := world().codes[code]
		fresh := &callingCode{code: code, digits: known.digits, regions: known.regions}
		var wg sync.WaitGroup
		for g := range uint64(4) {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(g, 7))
				for range 3000 {
					national := strconv.FormatUint(1e9+r.Uint64N(9e9), 10)[:8+r.IntN(3)]
					if got, want := fresh.verdict(national).Class, known.verdict(national).Class; got != want {
						t.Errorf("+%d %s: %+v and %+v", code, national, got, want)
					}
				}
			})
		}
		wg.Wait()
	}
}
