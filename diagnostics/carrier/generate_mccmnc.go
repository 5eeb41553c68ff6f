//go:build ignore

// Generate_mccmnc writes mccmnc.tsv from the JSON file of the npm package
// mcc-mnc-list:
//
//	npm pack mcc-mnc-list && tar xzf mcc-mnc-list-*.tgz
//	go run generate_mccmnc.go package/mcc-mnc-list.json > mccmnc.tsv
//
// It keeps what may be on the air (operational, unknown, being tested), the
// test network and the international networks; a line is MCC, MNC as written,
// countries, name. Left out are codes that are not two or three digits
// (France has blocks of five).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

type entry struct {
	Type, CountryCode, MCC, MNC, Brand, Operator, Status string
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var list []entry
	if err := json.Unmarshal(data, &list); err != nil {
		panic(err)
	}
	left := []string{"Not operational", "Reserved", "Planned", "Returned spare", "Implement / Design", "Upcoming"}
	code := regexp.MustCompile(`^\d{3}\t\d{2,3}$`)
	entries := map[string]int{} // by MCC and country
	for _, e := range list {
		entries[e.MCC+e.CountryCode]++
	}
	seen := map[string]bool{}
	var lines []string
	for _, e := range list {
		name := name(e)
		if slices.Contains(left, e.Status) || name == "" || !code.MatchString(e.MCC+"\t"+e.MNC) {
			continue
		}
		// The first country is the one that the code means where the number does not tell.
		country := strings.TrimSuffix(e.CountryCode, "-AB")
		for _, first := range []string{"AU", "GP", "CW", "RE"} {
			if i := strings.Index(country, "/"+first); i >= 0 {
				country = first + "/" + country[:i] + country[i+3:]
			}
		}
		line := strings.Join([]string{e.MCC, e.MNC, country, name}, "\t")
		if !seen[line] {
			seen[line] = true
			// Of two countries with one code the one with more networks under this MCC comes first.
			lines = append(lines, fmt.Sprintf("%s\t%s\t%03d\x00%s", e.MCC, e.MNC, 999-entries[e.MCC+e.CountryCode], line))
		}
	}
	slices.Sort(lines)
	for _, line := range lines {
		fmt.Println(line[strings.IndexByte(line, 0)+1:])
	}
}

// name is the brand as an agent says it, else the operator. The list adds the
// country to a brand that is in use in several; here it has a column.
func name(e entry) string {
	s := e.Brand
	if s == "" {
		s = e.Operator
	}
	if e.Type == "Test" {
		s = e.Operator
	}
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x200b || r == 0xad {
			return ' '
		}
		return r
	}, s)), " ")
	if e.CountryCode == "GB" {
		s = strings.TrimSuffix(strings.TrimSuffix(s, " (UK)"), " UK")
	}
	return s
}
