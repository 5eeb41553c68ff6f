package ticket

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
)

// answered is the agent's answer to a question. It wins over what was derived;
// where the two disagree, the derived one is kept as the conflict.
func (d *draft) answered(id, text string, derived Answer) Answer {
	a := Answer{Text: text, Short: text, Source: FromAgent}
	word := leadingWord(text)
	at, isTime := leadingTime(text)
	if word == "unknown" {
		a.Value = emptyValue(id)
		if derived.Source != "" {
			a.Conflict = d.otherwise(derived)
		}
		return a
	}
	yes := ptr(word == "yes")
	differs := func(known *bool) bool { return known != nil && *known != *yes }
	filled := false
	switch id {
	case NetworkProviderID:
		a.Value = NetworkProvider{[]string{text}, ptr(string(carrier.FromAgent))}
		if v, ok := derived.Value.(NetworkProvider); ok && derived.Source != "" &&
			!slices.ContainsFunc(v.Carriers, func(n string) bool { return sameCarrier(n, text) }) {
			a.Conflict = d.otherwise(derived)
			a.Short = text + "; the " + sourceWord(derived) + " says " + derived.Short
			if len(derived.Evidence) > 0 && derived.Source == FromLog {
				a.Conflict = "The log says otherwise: " + strings.Join(derived.Evidence, ", ") + "."
			}
		}
		return a
	case NoticedAtID:
		if isTime {
			a.Value, filled = NoticedAt{&Moment{at}}, true
			if v, ok := derived.Value.(NoticedAt); ok && v.At != nil && apart(at, v.At.Time) {
				a.Conflict = d.otherwise(derived)
			}
			a.Short = tally.FormatTime(deliverylog.FromTime(at), nil, d.year)
		}
	case WhenFailedID:
		v, _ := derived.Value.(WhenFailed)
		switch {
		case isTime:
			m := &Moment{at}
			if v.First != nil && (apart(at, v.First.Time) && at.Before(v.First.Time) || v.Last != nil && apart(at, v.Last.Time) && at.After(v.Last.Time)) {
				a.Conflict = d.otherwise(derived)
			}
			own := WhenFailed{First: m, Last: m}
			if len(d.keys()) > 0 {
				if loc := d.there(d.keys()[0]); loc != nil {
					own.Hours = []int{at.In(loc).Hour()}
				}
			}
			a.Value, filled = own, true
			a.Short = tally.FormatTime(deliverylog.FromTime(at), nil, d.year)
		case word != "": // the question's second half: is it at certain hours?
			if differs(v.PeakHours) {
				a.Conflict = d.otherwise(derived)
			}
			v.PeakHours = yes
			a.Value, filled = v, true
		}
	case MultipleTimesID:
		if word != "" {
			v, _ := derived.Value.(MultipleTimes)
			if differs(v.Repeated) {
				a.Conflict, v.FailedAttempts = d.otherwise(derived), nil
			}
			v.Repeated = yes
			a.Value, filled = v, true
		}
	case NumberChangedID:
		a.Value, filled = NumberChanged{yes}, word != ""
	case ReceivesOthersID:
		a.Value, filled = ReceivesOthers{yes}, word != ""
	case PermanentlyDisabledID:
		a.Value, filled = PermanentlyDisabled{yes}, word != ""
	case WholeFirmID:
		a.Value, filled = WholeFirm{yes}, word != ""
	case EventuallyReceivedID:
		if word != "" {
			if v, ok := derived.Value.(EventuallyReceived); ok && differs(v.Eventually) {
				a.Conflict = d.otherwise(derived)
			}
			a.Value, filled = EventuallyReceived{yes}, true
		}
	case EverReceivedID:
		if word != "" {
			v, _ := derived.Value.(EverReceived)
			if differs(v.Ever) {
				a.Conflict, v.LastDeliveredAt = d.otherwise(derived), nil
			}
			v.Ever = yes
			a.Value, filled = v, true
		}
	case AffectedUsersID:
		if v, ok := derived.Value.(AffectedUsers); ok && v.Users != nil && derived.Source != "" {
			if n, ok := leadingCount(text); ok && n != *v.Users {
				a.Conflict = d.otherwise(derived)
			}
		}
	case CountryID:
		if v, ok := derived.Value.(Country); ok && derived.Source != "" {
			if cc := countryCode(text); cc != "" && !slices.Contains(v.Countries, cc) {
				a.Conflict = d.otherwise(derived)
			}
		}
	case MobileNumberID:
		if v, ok := derived.Value.(MobileNumber); ok && derived.Source != "" {
			region := ""
			if len(d.people) > 0 {
				region = d.people[0].Number.Country
			}
			if n := number.Check(text, region); n.Valid && !slices.Contains(v.Numbers, n.E164) {
				a.Conflict = d.otherwise(derived)
			}
		}
	}
	if !filled {
		a.Value = nil
		d.warnings = append(d.warnings, id+": kept as it was written; "+expected(id))
	}
	return a
}

// otherwise is what a derived answer says against the agent's.
func (d *draft) otherwise(derived Answer) string {
	return "The " + sourceWord(derived) + " says otherwise: " + derived.Text
}

func sourceWord(a Answer) string {
	switch a.Source {
	case FromIdentity:
		return "login log"
	case FromNumber, FromLookup:
		return string(a.Source)
	}
	return "log"
}

// expected says what would have filled the value.
func expected(id string) string {
	switch id {
	case NoticedAtID:
		return "a time such as 2026-03-03T08:10:00Z fills the value"
	case WhenFailedID:
		return "a time such as 2026-03-03T08:10:00Z, yes or no fill the value"
	case AffectedUsersID, CountryID, MobileNumberID:
		return "numbers and logs fill the value"
	}
	return "yes, no or unknown at its beginning fill the value"
}

func emptyValue(id string) any {
	switch id {
	case AffectedUsersID:
		return AffectedUsers{}
	case CountryID:
		return Country{}
	case MultipleTimesID:
		return MultipleTimes{}
	case NumberChangedID:
		return NumberChanged{}
	case ReceivesOthersID:
		return ReceivesOthers{}
	case EventuallyReceivedID:
		return EventuallyReceived{}
	case EverReceivedID:
		return EverReceived{}
	case PermanentlyDisabledID:
		return PermanentlyDisabled{}
	case WhenFailedID:
		return WhenFailed{}
	case WholeFirmID:
		return WholeFirm{}
	case MobileNumberID:
		return MobileNumber{}
	case NetworkProviderID:
		return NetworkProvider{}
	}
	return NoticedAt{}
}

// apart says whether two moments differ by more than people do who look at no clock.
func apart(a, b time.Time) bool { return a.Sub(b).Abs() > time.Hour }

// sameCarrier compares names as people say them: "O2 UK" is "O2".
func sameCarrier(a, b string) bool {
	a, b = carrier.Fold(a), carrier.Fold(b)
	if a == "" || b == "" {
		return a == b
	}
	return a == b || len(a) >= 2 && len(b) >= 2 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

func leadingCount(text string) (int, bool) {
	word, _, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(strings.TrimRight(strings.ReplaceAll(word, ",", ""), ".;:"))
	return n, err == nil
}

// countryCode reads a country's code or English name, or "".
func countryCode(text string) string {
	text = strings.TrimSpace(text)
	if len(text) == 2 && number.KnownRegion(text) {
		return strings.ToUpper(text)
	}
	for i := 'A'; i <= 'Z'; i++ {
		for j := 'A'; j <= 'Z'; j++ {
			cc := fmt.Sprintf("%c%c", i, j)
			if name := number.CountryName(cc); name != "" && name != cc && strings.EqualFold(name, text) {
				return cc
			}
		}
	}
	return ""
}
