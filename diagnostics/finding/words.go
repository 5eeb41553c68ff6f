package finding

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

// finish gives a claim's finding its severity, its confidence and its words.
func (b *board) finish(c *claim) {
	f, attempts := &c.Finding, c.attempts
	if c.what == "" {
		c.what = b.what(f.Cause)
	}
	f.Severity = severity(f, b.table.Totals.Users)
	f.Confidence = b.confidence(f)
	set := b.options.FAQ
	if set == nil {
		set = faq.Builtin()
	}
	w := b.wordsOf(f)
	f.FAQ, f.FAQStep = set.TopicForCause(string(f.Cause))
	f.Title = b.title(set, f)
	f.Reply = set.Reply(string(f.Cause), w)
	f.NextStep = set.NextStep(string(f.Cause), w)
	f.Summary = b.summary(f, c.what)
	f.Evidence = b.evidence(f, c.what, attempts)
	if ready := b.providerReady(f, attempts); ready != "" {
		f.Evidence = append(f.Evidence, Evidence{Text: ready})
	}
}

// year is the year of the log's end: dates in it are written without it.
func (b *board) year() int {
	if b.timed {
		return b.table.To.Std().Year()
	}
	return 0
}

// place is where a scope's users are, for the time there; nil where that is many places.
func (s Scope) place() *time.Location {
	if s.Level == LevelNumber && s.Key != 0 {
		if loc := s.Key.Location(); loc != nil {
			return loc
		}
	}
	if s.Country == "" {
		return nil
	}
	return number.CountryLocation(s.Country)
}

// wordsOf are the words of the case for the FAQ's templates.
func (b *board) wordsOf(f *Finding) map[string]string {
	w := map[string]string{}
	if f.Scope.Carrier != "" {
		w["carrier"] = f.Scope.Carrier
	}
	if f.Scope.Country != "" {
		w["country"] = number.CountryName(f.Scope.Country)
	}
	if f.Scope.Level == LevelNumber {
		w["number"] = f.Scope.Key.International()
		if f.Cause == LeadingZero {
			w["corrected"] = parsed(f.Scope.Number).International()
		}
	}
	if !f.Window.Whole && f.Window.From.Known() {
		at := f.Window.From.Std()
		if loc := f.Scope.place(); loc != nil {
			at = at.In(loc)
			w["since"] = tally.FormatDate(at, b.year()) + at.Format(", 15:04")
		} else {
			w["since"] = tally.FormatTime(f.Window.From, nil, b.year())
		}
	}
	return w
}

func parsed(e164 string) number.MSISDN { return number.ParseMSISDN([]byte(e164), "") }

// title is the finding in a few words: "O2 (GB) filters our texts".
func (b *board) title(set *faq.Set, f *Finding) string {
	carrier := ""
	if f.Scope.Carrier != "" {
		carrier = tally.CarrierName(f.Scope.Country, f.Scope.Carrier)
	}
	t := set.CauseTitle(string(f.Cause), map[string]string{"carrier": carrier})
	if over := !f.Window.Whole && !f.Window.Open; over {
		t = strings.Replace(t, " is down", " was down", 1)
	}
	switch f.Scope.Level {
	case LevelNumber:
		return f.Scope.Key.International() + ": " + t
	case LevelHours:
		if carrier == "" && f.Scope.Country != "" {
			t += " in " + countryInSentence(f.Scope.Country)
		}
		return capital(t) + ", " + hoursInWords(f.Scope.Hours) + " there"
	case LevelCountry:
		return capital(t) + ", " + countryInSentence(f.Scope.Country) + " alone"
	case LevelCarrier:
		if !strings.Contains(t, carrier) {
			t += ", " + carrier
		}
	}
	return capital(t)
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func countryInSentence(cc string) string {
	name := number.CountryName(cc)
	switch {
	case name == "":
		return cc
	case strings.HasPrefix(name, "United ") || name == "Netherlands" || name == "Philippines":
		return "the " + name
	}
	return name
}

// hoursInWords writes local hours as "08:00 to 10:00", several stretches with "and".
func hoursInWords(hours []int) string {
	var parts []string
	for i := 0; i < len(hours); {
		j := i
		for j+1 < len(hours) && hours[j+1] == hours[j]+1 {
			j++
		}
		parts = append(parts, fmt.Sprintf("%02d:00 to %02d:00", hours[i], (hours[j]+1)%24))
		i = j + 1
	}
	if len(parts) == 2 && strings.HasPrefix(parts[0], "00:00") && strings.HasSuffix(parts[1], "to 00:00") { // over midnight
		return strings.TrimSuffix(parts[1], "00:00") + strings.TrimPrefix(parts[0], "00:00 to ")
	}
	return strings.Join(parts, " and ")
}

// when says since when, until when.
func (b *board) when(w Window, loc *time.Location) string {
	switch {
	case !w.From.Known():
		return "In the log, which has no times,"
	case w.Whole:
		return "In the whole log"
	case w.Open:
		return "Since " + tally.FormatTime(w.From, loc, b.year())
	}
	return "From " + tally.FormatSpan(w.From, w.To, b.year())
}

// what names the bad attempts of a cause.
func (b *board) what(c Cause) string {
	if c == CarrierDelay || c == PeakHourDelay {
		return "delivered attempts came after their " + tally.FormatDuration(b.table.Validity)
	}
	return "attempts without a code"
}

// rateOf writes "41 of 52 attempts without a code, 79 % (66-88)".
func rateOf(bad, total int) string {
	return tally.FormatOf(int64(bad), int64(total)) + ", " + tally.FormatRateInterval(int64(bad), int64(total))
}

// Yardstick is what the figures are compared with, for sentences: "other GB carriers".
func (f Figures) Yardstick() string { return yardstickInWords(f.Baseline) }

// yardstickInWords turns "GB, other carriers" into "other GB carriers".
func yardstickInWords(baseline string) string {
	place, rest, ok := strings.Cut(baseline, ", other ")
	if !ok {
		return baseline
	}
	if strings.Contains(place, "(") {
		return "other " + rest + " of " + place
	}
	return "other " + place + " " + rest
}

// OfYardstick is the same behind "the rate": "of other GB carriers", "at other times".
func (f Figures) OfYardstick() string { return ofYardstick(f.Baseline) }

// ofYardstick is the yardstick behind "the rate": "of other GB carriers", "at other times".
func ofYardstick(baseline string) string {
	if baseline == atOtherTimes || baseline == elsewhere {
		return baseline
	}
	return "of " + yardstickInWords(baseline)
}

// Yardsticks that are no group of users.
const (
	atOtherTimes = "at other times"
	elsewhere    = "elsewhere"
)

// summary is one sentence with its numbers.
func (b *board) summary(f *Finding, what string) string {
	g := f.Figures
	var s strings.Builder
	s.WriteString(b.when(f.Window, f.Scope.place()))
	if f.Scope.Level == LevelHours {
		fmt.Fprintf(&s, ", from %s there,", hoursInWords(f.Scope.Hours))
	}
	of := tally.FormatOf(int64(g.Affected), int64(g.Total))
	fmt.Fprintf(&s, " %s %s, %s", of, what, tally.FormatRateInterval(int64(g.Affected), int64(g.Total)))
	if g.BaseTotal != nil {
		fmt.Fprintf(&s, "; %s %s", yardstickInWords(g.Baseline), rateOf(*g.BaseAffected, *g.BaseTotal))
	}
	s.WriteByte('.')
	return s.String()
}

// mostExamples is how many messages the evidence names.
const mostExamples = 5

// evidence are the figures behind a finding, then a few messages for the provider.
func (b *board) evidence(f *Finding, what string, attempts []int32) []Evidence {
	var out []Evidence
	say := func(format string, args ...any) { out = append(out, Evidence{Text: fmt.Sprintf(format, args...)}) }
	g := f.Figures
	say("%s: %s %s", f.scopeInWords(), rateOf(g.Affected, g.Total), what)
	if g.BaseTotal != nil {
		say("%s: %s", yardstickInWords(g.Baseline), rateOf(*g.BaseAffected, *g.BaseTotal))
	}
	if g.BeforeTotal != nil && (g.BaseTotal == nil || *g.BeforeTotal != *g.BaseTotal) {
		say("%s outside this time: %s", f.scopeInWords(), rateOf(*g.BeforeBad, *g.BeforeTotal))
	}
	if f.Code != "" {
		say("code %s%s in %s that have one", f.Code, b.meaning(f.Code, attempts), tally.FormatOf(int64(f.CodeCount), int64(f.CodeTotal)))
	}
	if f.Cause == LeadingZero {
		say("stored as %s, right is %s", f.Scope.Key.E164(), f.Scope.Number)
	}
	if g.RiskRatio != nil && g.PValue != nil && *g.RiskRatio >= 1 {
		say("%s the rate %s; by chance: %s", tally.FormatRatio(*g.RiskRatio), ofYardstick(g.Baseline), tally.FormatChance(*g.PValue))
	}
	return append(out, b.examples(attempts)...)
}

// scopeInWords names who a finding is about.
func (f *Finding) scopeInWords() string {
	s := f.Scope
	switch {
	case s.Level == LevelNumber:
		return s.Key.International()
	case s.Carrier != "":
		return tally.CarrierName(s.Country, s.Carrier)
	case s.Country != "":
		return number.CountryName(s.Country)
	}
	return "all carriers"
}

// meaning is what a code among these attempts says.
func (b *board) meaning(code string, attempts []int32) string {
	for _, i := range attempts {
		if at := b.full(i); b.table.Code(at) == code && at.Reason != reason.Unknown {
			return " (" + at.Reason.Title() + ")"
		}
	}
	return ""
}

// examples names a few messages of the newest attempts, each of another user
// where there are such: providers look at fresh ones only.
func (b *board) examples(attempts []int32) []Evidence {
	var picked []int32
	seen := make(map[number.MSISDN]bool)
	for _, again := range []bool{false, true} {
		for _, i := range slices.Backward(attempts) {
			at := b.full(i)
			if len(picked) == mostExamples {
				break
			}
			if !at.HasMessageID() || seen[at.Number] != again || slices.Contains(picked, i) {
				continue
			}
			seen[at.Number] = true
			picked = append(picked, i)
		}
	}
	b.byTime(picked)
	var out []Evidence
	for _, i := range slices.Backward(picked) {
		at := b.full(i)
		id, code := b.table.MessageID(at), b.table.Code(at)
		text := fmt.Sprintf("%s, %s, message %s", momentOf(at.First), at.Number.International(), id)
		if code != "" && at.Outcome == tally.Failed {
			text += ", code " + code
		}
		out = append(out, Evidence{Text: text, Number: at.Number, MessageID: id, Code: code, At: at.First})
	}
	return out
}

func momentOf(t deliverylog.Time) string {
	if !t.Known() {
		return "time unknown"
	}
	return t.Std().Format("2006-01-02 15:04:05 UTC")
}

// holds says whether a time lies in the window.
func (w Window) holds(t deliverylog.Time) bool {
	return w.Whole || !t.Known() || t >= w.From && t <= w.To
}

// What SMS providers ask for before they look into filtering or loss at a
// carrier: several users, fresh failures (a day old at most, since carriers keep
// no longer traces), and examples with their message ids.
const (
	readyUsers    = 3
	readyExamples = 3
	readyAge      = deliverylog.Time(24 * 3600 * 1000)
)

// providerReady says whether a finding is enough for the provider, and what to
// collect where it is not. Only findings that a provider has to act on have it.
func (b *board) providerReady(f *Finding, attempts []int32) string {
	switch f.Cause {
	case CarrierSpamBlocking, CarrierDelay, CarrierOutage, PeakHourDelay, ProviderOutage, SenderMisconfigured, ProviderBlock:
	default:
		return ""
	}
	users, ids := map[number.MSISDN]bool{}, 0
	newest := deliverylog.NoTime
	end := b.endOf()
	for _, i := range attempts {
		at := b.full(i)
		newest = max(newest, at.First)
		if end-at.First <= readyAge {
			users[at.Number] = true
			if at.HasMessageID() {
				ids++
			}
		}
	}
	var lacks []string
	if !newest.Known() || end-newest > readyAge {
		lacks = append(lacks, "failures of the last 24 hours")
	} else if len(users) < readyUsers {
		lacks = append(lacks, fmt.Sprintf("%d more users in the last 24 hours", readyUsers-len(users)))
	}
	if ids < readyExamples {
		lacks = append(lacks, fmt.Sprintf("%d more message ids of the last 24 hours", readyExamples-ids))
	}
	if len(lacks) > 0 {
		return "Not yet enough for the provider. Collect: " + strings.Join(lacks, "; ") + "."
	}
	return fmt.Sprintf("Enough for the provider: %s users in the log's last 24 hours, with message ids.", tally.FormatCount(int64(len(users))))
}
