package finding

import (
	"fmt"
	"strings"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// The levels of a [Scope].
const (
	LevelNumber  = "number"
	LevelCarrier = "carrier"
	LevelHours   = "hours"
	LevelCountry = "country"
	LevelGlobal  = "global"
)

// String names a scope in one unambiguous line, for order and for tests.
func (s Scope) String() string {
	var b strings.Builder
	b.WriteString(s.Level)
	for _, part := range []string{s.Number, s.Country, s.Carrier} {
		if part != "" {
			b.WriteByte(' ')
			b.WriteString(part)
		}
	}
	for _, h := range s.Hours {
		fmt.Fprintf(&b, " %02d", h)
	}
	return b.String()
}

// contains says whether a number is in the scope. The groups are those of the
// table in which it has messages; class is what the numbering plan says of it.
func (s Scope) contains(t *tally.Table, n number.MSISDN, corrected string, class number.Class, groups []int) bool {
	switch s.Level {
	case LevelNumber:
		return s.Key == n || s.Number == n.E164() || s.Number == corrected
	case LevelGlobal:
		if s.Country == "" {
			return true
		}
	}
	if len(groups) == 0 { // no message in the log: by its country and by whom its prefix names
		if s.Country != "" && s.Country != class.Country {
			return false
		}
		return s.Carrier == "" || carrier.Fold(s.Carrier) == carrier.Fold(carrier.ByPrefix(n))
	}
	for _, g := range groups {
		group := t.Groups[g]
		if s.Country != "" && s.Country != group.Country {
			continue
		}
		if s.Carrier == "" || carrier.Fold(s.Carrier) == carrier.Fold(group.Carrier) {
			return true
		}
	}
	return false
}
