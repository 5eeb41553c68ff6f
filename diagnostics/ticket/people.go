package ticket

import (
	"cmp"
	"slices"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// person finds the numbers under which a log has an asked-for number: the right
// form, and the wrong one that was typed, which may be how it is stored.
func (d *draft) person(c carrier.Checked) Person {
	p := Person{Number: c}
	var keys []number.MSISDN
	add := func(m number.MSISDN) {
		if m != 0 && !slices.Contains(keys, m) {
			keys = append(keys, m)
		}
	}
	if c.Valid {
		add(number.ParseMSISDN([]byte(c.E164), ""))
	}
	add(number.ParseMSISDN([]byte(c.Input), ""))
	if d.report != nil {
		for _, f := range d.report.Findings {
			if f.Scope.Level == "number" && c.Valid && f.Scope.Number == c.E164 {
				add(f.Scope.Key)
			}
		}
	}
	for _, m := range keys {
		if _, ok := d.user(m); ok {
			p.Keys = append(p.Keys, m)
		}
	}
	slices.SortStableFunc(p.Keys, func(a, b number.MSISDN) int {
		ua, _ := d.user(a)
		ub, _ := d.user(b)
		return cmp.Compare(ub.Messages, ua.Messages)
	})
	if len(p.Keys) == 0 && len(keys) > 0 {
		p.Keys = keys[:1]
	}
	return p
}

// covered lists every number that a finding covers, as people, by number.
func (d *draft) covered() []Person {
	var keys []number.MSISDN
	for _, f := range d.report.Findings {
		keys = append(keys, f.Users...)
		if f.Scope.Level == "number" && f.Scope.Key != 0 {
			keys = append(keys, f.Scope.Key)
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	people := make([]Person, 0, len(keys))
	for _, m := range keys {
		people = append(people, Person{Keys: []number.MSISDN{m}})
	}
	return people
}

func (d *draft) user(m number.MSISDN) (tally.User, bool) {
	if d.report == nil || d.report.Table == nil {
		return tally.User{}, false
	}
	return d.report.Table.User(m)
}

// seen says whether the log has a message to the person.
func (d *draft) seen(p Person) bool {
	return slices.ContainsFunc(p.Keys, func(m number.MSISDN) bool { _, ok := d.user(m); return ok })
}

// covers says whether a finding's scope contains a person.
func (d *draft) covers(f *finding.Finding, p Person) bool {
	switch f.Scope.Level {
	case "number":
		return slices.Contains(p.Keys, f.Scope.Key) || p.Number.Valid && f.Scope.Number == p.Number.E164
	case "global":
		return true
	}
	if f.Scope.Country == "" && f.Scope.Carrier == "" {
		return true
	}
	inside := func(country, name string) bool {
		return (f.Scope.Country == "" || f.Scope.Country == country) &&
			(f.Scope.Carrier == "" || carrier.Fold(f.Scope.Carrier) == carrier.Fold(name))
	}
	found := false
	for _, m := range p.Keys {
		if _, ok := d.user(m); !ok {
			continue
		}
		for _, i := range d.report.Table.GroupsOf(m) {
			found = true
			if g := d.report.Table.Groups[i]; inside(g.Country, g.Carrier) {
				return true
			}
		}
	}
	// A number that the log does not have is judged by what the numbering plan or a lookup says.
	return !found && p.Number.Valid && inside(p.Number.Country, p.Number.Carrier)
}

// there is the place by whose clock a person lives: the number's own zone, else
// its country's, else that of the country under which the log has it; nil where
// nobody knows.
func (d *draft) there(m number.MSISDN) *time.Location {
	if loc := m.Location(); loc != nil {
		return loc
	}
	country := number.Classify(m).Country
	if u, ok := d.user(m); ok && country == "" {
		country = d.report.Table.Groups[u.Group].Country
	}
	return number.CountryLocation(country)
}
