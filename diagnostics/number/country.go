package number

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // so that local hours do not depend on what the machine has installed
)

// countries has a line for each ISO 3166 country and for the three others
// that the numbering plans know (AC, TA, XK): code, English short name, the
// zone that most of its people live in (after the tz database's zone.tab).
//
//go:embed countries.tsv
var countries string

type country struct {
	name, zone string
	location   func() *time.Location
}

var countryTable = sync.OnceValue(func() map[string]*country {
	t := make(map[string]*country, 256)
	for line := range strings.Lines(countries) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		zone := f[2]
		t[f[0]] = &country{f[1], zone, sync.OnceValue(func() *time.Location { return loadZone(zone) })}
	}
	return t
})

// loadZone is nil where there is no such zone.
func loadZone(name string) *time.Location {
	if name == "" {
		return nil
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

// CountryName gives a country's short English name, "United Kingdom" for GB,
// for every ISO 3166 alpha-2 code in any case. An unknown code gives itself,
// and "001", the international services, "international".
func CountryName(cc string) string {
	if cc == "001" {
		return "international"
	}
	if c := countryTable()[strings.ToUpper(cc)]; c != nil {
		return c.name
	}
	return cc
}

// CountryLocation gives the zone that most of a country's people live in, or
// nil where the country is unknown.
func CountryLocation(cc string) *time.Location {
	if c := countryTable()[strings.ToUpper(cc)]; c != nil {
		return c.location()
	}
	return nil
}

// Countries lists the countries that Check takes as a region, as ISO 3166
// alpha-2 codes in order.
func Countries() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(countryTable())), func(cc string) bool { return !KnownRegion(cc) })
}

// TimeZones lists the time zones that phone numbers are in use in, by their
// names in the tz database, with UTC, in order.
func TimeZones() []string {
	names := map[string]bool{"UTC": true}
	for _, c := range countryTable() {
		names[c.zone] = true
	}
	for _, z := range timeZones().zones {
		if z != nil {
			for _, name := range z.names {
				names[name] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool { return loadZone(name) == nil })
}
