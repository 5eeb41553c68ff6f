package carrier

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// networks has a line a network: MCC, MNC as written, countries with a slash
// between, name. A code in use in several countries has several lines, the
// main country's first. Source and licence: NOTICE. Made by generate_mccmnc.go.
//
//go:generate sh -c "go run generate_mccmnc.go mcc-mnc-list.json > mccmnc.tsv"
//go:embed mccmnc.tsv
var networks string

type network struct {
	countries []string
	name      string
}

// networkTable is keyed by MCC and MNC undivided, "23410": no two networks of
// one MCC share a spelling, because 310-04 and 310-004 differ in length.
var networkTable = sync.OnceValue(func() map[string][]network {
	t := make(map[string][]network, 2600)
	for line := range strings.Lines(networks) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		t[f[0]+f[1]] = append(t[f[0]+f[1]], network{strings.Split(f[2], "/"), f[3]})
	}
	return t
})

// ByMCCMNC names the network of a code as a log has it: undivided, or with a
// hyphen, space, slash, dot or other mark between (23410, 234-10, 310/410).
// country is the number's, and decides where several countries share a code;
// it may be empty. cc is the network's country, empty for the test network
// and the international ones.
//
// A code without an entry as written is looked up with zeros put before its
// MNC, and then with one taken away, because systems do both. As written comes
// first: 310-04 and 310-004 are two networks.
func ByMCCMNC(code, country string) (name, cc string, ok bool) {
	mcc, mnc := splitCode(code)
	return lookUp(mcc, mnc, country)
}

func lookUp(mcc, mnc, country string) (name, cc string, ok bool) {
	if mcc == "" || mnc == "" {
		return "", "", false
	}
	t := networkTable()
	country = strings.ToUpper(country)
	spellings := []string{mnc, "0" + mnc, "00" + mnc, strings.TrimPrefix(mnc, "0")}
	for i, s := range spellings {
		entries := t[mcc+s]
		if len(s) < 2 || len(entries) == 0 || i > 0 && s == mnc {
			continue
		}
		for _, e := range entries {
			if country != "" && slices.Contains(e.countries, country) {
				return e.name, country, true
			}
		}
		return entries[0].name, entries[0].countries[0], true
	}
	return "", "", false
}

// splitCode: the MCC is always the first three digits, the rest is the MNC as written.
func splitCode(code string) (mcc, mnc string) {
	code = strings.TrimSpace(code)
	if i := strings.IndexFunc(code, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		mcc, mnc = code[:i], strings.TrimLeft(code[i:], " -/._:|,")
		if len(mcc) > 3 {
			return "", ""
		}
		mcc = strings.Repeat("0", 3-len(mcc)) + mcc
	} else if len(code) >= 5 {
		mcc, mnc = code[:3], code[3:]
	}
	if !allDigits(mcc) || !allDigits(mnc) || len(mnc) > 3 {
		return "", ""
	}
	return mcc, mnc
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
