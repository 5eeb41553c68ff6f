package ticket

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

// draft is a ticket in the making.
type draft struct {
	in       Inputs
	report   *finding.Report
	set      *faq.Set
	people   []Person
	findings []finding.Finding
	asked    bool                               // the people were asked for by number
	bad      map[number.MSISDN][]*tally.Attempt // late and failed attempts of the people, by time
	logins   []logged                           // what the login logs have of the people
	year     int
	warnings []string
}

// Draft answers the thirteen questions. The same inputs give the same ticket.
func Draft(in Inputs) Ticket {
	d := &draft{in: in, report: in.Report, set: in.Set, asked: len(in.Numbers) > 0}
	if d.set == nil {
		d.set = faq.Builtin()
	}
	if d.report != nil && d.report.Table == nil {
		d.report = nil
	}
	created := in.CreatedAt
	if created.IsZero() && d.report != nil && d.report.Table.Clock.Newest.Known() {
		created = d.report.Table.Clock.Newest.Std()
	}
	if created.IsZero() && d.report == nil && in.Identity != nil {
		created = in.Identity.newest.Std()
	}
	if created.IsZero() {
		created = in.Now
	}
	d.year = created.UTC().Year()
	d.gather()
	d.gatherLogins()

	t := Ticket{CreatedAt: created.UTC().Truncate(time.Millisecond), FirmURL: strings.TrimSpace(in.FirmURL),
		Contact: Contact{strings.TrimSpace(in.Contact.Name), strings.TrimSpace(in.Contact.Email)}, People: d.people, Findings: d.findings,
		Steps: in.Steps, Report: in.Report, Attachments: in.Attachments}
	for i, id := range IDs {
		a := d.derive(id)
		q, ok := d.set.Question(id)
		if !ok {
			q = faq.Question{ID: id, Number: i + 1, Short: id, Text: id, Ask: id}
		}
		if text, ok := d.given(id); ok {
			a = d.answered(id, text, a)
		}
		if a.Source == "" || a.Source == Unanswered {
			a.Source, a.Short, a.Text = Unanswered, "to ask", "To ask: “"+q.Ask+"”"
		}
		a.Question = q
		t.Answers[i] = a
	}
	if len(d.findings) > 0 {
		t.Reply = d.findings[0].Reply
	}
	t.Subject = d.subject(t)
	t.Warnings = d.warnings
	return t
}

func (d *draft) given(id string) (string, bool) {
	text := strings.TrimSpace(d.in.Given[id])
	if text == "" && id == NetworkProviderID {
		text = strings.TrimSpace(d.in.CarrierSaid)
	}
	return text, text != ""
}

// gather settles whom the ticket is about and which findings are theirs.
func (d *draft) gather() {
	for _, c := range d.in.Numbers {
		d.people = append(d.people, d.person(c))
	}
	if d.report == nil {
		return
	}
	if !d.asked {
		d.people = d.covered()
		d.findings = slices.Clone(d.report.Findings)
	} else {
		for i := range d.report.Findings {
			f := &d.report.Findings[i]
			if slices.ContainsFunc(d.people, func(p Person) bool { return d.covers(f, p) }) {
				d.findings = append(d.findings, *f)
			}
		}
	}
	d.bad = map[number.MSISDN][]*tally.Attempt{}
	for _, p := range d.people {
		for _, m := range p.Keys {
			d.bad[m] = nil
		}
	}
	for i := range d.report.Table.Bad {
		a := &d.report.Table.Bad[i]
		if list, ok := d.bad[a.Number]; ok {
			d.bad[a.Number] = append(list, a)
		}
	}
}

// badAttempts are the people's late and failed attempts by time.
func (d *draft) badAttempts() []*tally.Attempt {
	var all []*tally.Attempt
	for _, p := range d.people {
		for _, m := range p.Keys {
			all = append(all, d.bad[m]...)
		}
	}
	slices.SortStableFunc(all, func(a, b *tally.Attempt) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Number, b.Number))
	})
	return all
}

func (d *draft) derive(id string) Answer {
	switch id {
	case AffectedUsersID:
		return d.affectedUsers()
	case CountryID:
		return d.country()
	case MultipleTimesID:
		return d.multipleTimes()
	case NumberChangedID:
		return d.numberChanged()
	case ReceivesOthersID:
		return Answer{Value: ReceivesOthers{}}
	case EventuallyReceivedID:
		return d.eventuallyReceived()
	case EverReceivedID:
		return d.everReceived()
	case PermanentlyDisabledID:
		return d.permanentlyDisabled()
	case WhenFailedID:
		return d.whenFailed()
	case WholeFirmID:
		return Answer{Value: WholeFirm{}}
	case MobileNumberID:
		return d.mobileNumber()
	case NetworkProviderID:
		return d.networkProvider()
	}
	return d.noticedAt()
}

// affectedUsers counts the users of the findings; a given number that no
// finding covers counts for itself.
func (d *draft) affectedUsers() Answer {
	if len(d.people) == 0 {
		return Answer{Value: AffectedUsers{}}
	}
	users, carriers := map[number.MSISDN]bool{}, map[string]int{}
	uncounted := 0 // users that a finding counts but does not list
	addCarrier := func(m number.MSISDN) {
		if u, ok := d.user(m); ok {
			g := d.report.Table.Groups[u.Group]
			carriers[g.Country+"/"+g.Carrier]++
		}
	}
	for i := range d.findings {
		f := &d.findings[i]
		for _, m := range f.Users {
			if f.Scope.Carrier != "" {
				carriers[f.Scope.Country+"/"+f.Scope.Carrier]++
			} else if !users[m] {
				addCarrier(m)
			}
			users[m] = true
		}
		uncounted = max(uncounted, f.AffectedUsers-len(f.Users))
	}
	source, evidence := FromLog, []string{}
	for i := range d.findings {
		evidence = append(evidence, d.findings[i].Title+": "+d.findings[i].Summary)
	}
	alone := 0 // people counted for themselves
	if d.asked {
		for _, p := range d.people {
			if slices.ContainsFunc(d.findings, func(f finding.Finding) bool { return d.covers(&f, p) }) {
				continue
			}
			if slices.ContainsFunc(p.Keys, func(m number.MSISDN) bool { return users[m] }) {
				continue
			}
			alone++
			if d.seen(p) {
				addCarrier(p.Key())
			} else if p.Number.Valid {
				carriers[p.Number.Country+"/"+cmp.Or(p.Number.Carrier, "unknown")]++
			}
		}
	}
	n := len(users) + uncounted + alone
	if n == 0 { // a finding that covers the number, and whose users nobody counted
		n = len(d.people)
	}
	if len(users)+uncounted == 0 {
		source = FromNumber
		evidence = append(evidence, "no finding covers the number: it counts for itself")
	}
	names := make([]string, 0, len(carriers))
	for name := range carriers {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(carriers[b], carriers[a]), cmp.Compare(a, b)) })
	v := AffectedUsers{Users: &n, Carriers: names, SameCarrier: ptr(n > 1 && len(names) == 1)}
	where := ""
	switch {
	case len(names) == 1 && n > 1:
		where = ", all on " + shownCarrier(names[0])
	case len(names) == 1:
		where = ", on " + shownCarrier(names[0])
	case len(names) > 1:
		where = fmt.Sprintf(", on %d carriers: ", len(names)) + joined(names, shownCarrier, 3)
	}
	return Answer{Value: v, Source: source, Evidence: evidence,
		Short: tally.FormatCount(int64(n)) + where, Text: tally.FormatNoun(n, "user") + where + "."}
}

// country is that of the numbers; a log's column where a number has none.
func (d *draft) country() Answer {
	var list []string
	source := FromNumber
	for _, p := range d.people {
		cc := ""
		if p.Number.Valid {
			cc = p.Number.Country
		} else if len(p.Keys) > 0 {
			cc = number.Classify(p.Key()).Country
		}
		if cc == "" && p.Number.Likely != "" {
			cc = number.Check(p.Number.Likely, "").Country
		}
		if cc == "" || cc == "001" {
			if u, ok := d.user(p.Key()); ok && d.report.Table.Groups[u.Group].Country != "" {
				cc, source = d.report.Table.Groups[u.Group].Country, FromLog
			}
		}
		if cc != "" && !slices.Contains(list, cc) {
			list = append(list, cc)
		}
	}
	if len(list) == 0 {
		return Answer{Value: Country{}}
	}
	slices.Sort(list)
	name := func(cc string) string { return cmp.Or(number.CountryName(cc), cc) }
	full := func(cc string) string {
		if n := number.CountryName(cc); n != cc {
			return n + " (" + cc + ")"
		}
		return cc
	}
	return Answer{Value: Country{list}, Source: source, Short: joined(list, name, 3), Text: joined(list, full, 12) + "."}
}

func (d *draft) multipleTimes() Answer {
	if !d.anySeen() {
		if a, ok := d.identityMultiple(); ok {
			return a
		}
		return Answer{Value: MultipleTimes{}}
	}
	bad := d.badAttempts()
	n := len(bad)
	a := Answer{Value: MultipleTimes{ptr(n > 1), &n}, Source: FromLog, Evidence: d.attemptLines(bad)}
	switch {
	case n == 0:
		a.Short, a.Text = "no, no attempt without a code", "No: the log has no attempt without a code."
		if runs, of := d.failedRuns(); len(runs) > 0 {
			a.Evidence = append([]string{"the login log has " + tally.FormatNoun(len(runs), "try", "tries") + " in which no code was typed in correctly"}, d.runLines(runs, of)...)
		}
	case n == 1:
		a.Short, a.Text = "no, 1 attempt without a code", "No: 1 attempt without a code."
	default:
		a.Short = "yes, " + tally.FormatCount(int64(n)) + " attempts without a code"
		a.Text = "Yes: " + tally.FormatCount(int64(n)) + " attempts without a code"
		if len(d.people) > 1 {
			a.Text += " of " + tally.FormatNoun(len(d.people), "user")
		}
		a.Text += "."
	}
	return a
}

func (d *draft) eventuallyReceived() Answer {
	if a, ok := d.identityEventually(); ok {
		return a
	}
	multi, delivered := 0, 0
	for _, m := range d.keys() {
		if u, ok := d.user(m); ok {
			multi += int(u.Multi)
			delivered += int(u.MultiDelivered)
		}
	}
	if multi == 0 {
		a := Answer{Value: EventuallyReceived{}}
		if d.anySeen() {
			a.Evidence = []string{"the log has no attempt with two codes or more"}
		}
		return a
	}
	a := Answer{Value: EventuallyReceived{ptr(delivered > 0)}, Source: FromLog}
	several := slices.DeleteFunc(d.badAttempts(), func(a *tally.Attempt) bool { return a.Messages < 2 })
	a.Evidence = d.attemptLines(several)
	if delivered > 0 && d.attemptsUntyped() {
		return Answer{Value: EventuallyReceived{}, Evidence: []string{"the log has one delivered in " + tally.FormatOf(int64(delivered), int64(multi)) +
			" attempts with several codes, but no code was ever typed in"}}
	}
	if delivered > 0 {
		a.Short = fmt.Sprintf("yes, in %s attempts", tally.FormatOf(int64(delivered), int64(multi)))
		a.Text = fmt.Sprintf("Yes: of the attempts with several codes, one arrived in %s.", tally.FormatOf(int64(delivered), int64(multi)))
		return a
	}
	messages := 0
	for _, x := range several {
		messages += int(x.Messages)
	}
	a.Short = fmt.Sprintf("no, none of %s in %s", tally.FormatCount(int64(messages)), tally.FormatNoun(multi, "attempt"))
	a.Text = fmt.Sprintf("No: none of %s in %s arrived.", tally.FormatNoun(messages, "message"), tally.FormatNoun(multi, "attempt with several codes", "attempts with several codes"))
	return a
}

func (d *draft) everReceived() Answer {
	if a, ok := d.identityEver(); ok {
		return a
	}
	if !d.anySeen() {
		return Answer{Value: EverReceived{}}
	}
	messages, delivered, last, whose := 0, 0, deliverylog.NoTime, number.MSISDN(0)
	for _, m := range d.keys() {
		u, ok := d.user(m)
		if !ok {
			continue
		}
		messages += int(u.Messages)
		delivered += int(u.Delivered)
		if u.LastDelivered > last {
			last, whose = u.LastDelivered, m
		}
	}
	if delivered == 0 {
		return Answer{Value: EverReceived{Ever: ptr(false)}, Source: FromLog,
			Short: "no, none of " + tally.FormatNoun(messages, "message"), Text: "No: none of " + tally.FormatNoun(messages, "message") + " in the log was delivered."}
	}
	// Without delivery times in the log, the time is when it was sent: for people to read.
	at, told := moment(last), d.in.Report.Table.Totals.Latency.Count() > 0
	if !told {
		at = nil
	}
	a := Answer{Value: EverReceived{ptr(true), at}, Source: FromLog, Evidence: []string{tally.FormatOf(int64(delivered), int64(messages)) + " messages delivered"}}
	a.Short, a.Text = "yes", "Yes."
	if last.Known() && !told {
		a.Short = "yes, last sent " + tally.FormatTime(last, nil, d.year)
		a.Text = "Yes: the last one that was delivered was sent on " + tally.FormatTime(last, d.there(whose), 0) + "; the log has no delivery times."
	} else if last.Known() {
		a.Short = "yes, last " + tally.FormatTime(last, nil, d.year)
		a.Text = "Yes: the last one was delivered on " + tally.FormatTime(last, d.there(whose), 0) + "."
	}
	return a
}

func (d *draft) whenFailed() Answer {
	bad := d.badAttempts()
	if len(bad) == 0 {
		a := Answer{Value: WhenFailed{}}
		if !d.anySeen() {
			if a, ok := d.identityWhen(); ok {
				return a
			}
		} else {
			a.Evidence = []string{"the log has no attempt without a code"}
		}
		return a
	}
	first, last, hours := bad[0].First, bad[0].Last, uint32(0)
	for _, x := range bad {
		first, last, hours = min(first, x.First), max(last, x.Last), hours|x.Hours
	}
	list := []int{}
	for h := range 24 {
		if hours&(1<<h) != 0 {
			list = append(list, h)
		}
	}
	peak := d.peakHours()
	v := WhenFailed{First: moment(first), Last: moment(last), Hours: list, PeakHours: &peak}
	a := Answer{Value: v, Source: FromLog, Short: tally.FormatSpan(first, last, d.year), Evidence: d.attemptLines(bad)}
	a.Text = "From " + tally.FormatTime(first, d.there(bad[0].Number), 0) + " to " + tally.FormatTime(last, d.there(bad[len(bad)-1].Number), 0)
	if first == last {
		a.Text = "On " + tally.FormatTime(first, d.there(bad[0].Number), 0)
	}
	a.Text += ", in the local " + hourWords(list) + ". "
	if peak {
		a.Text += "It is worse at certain hours."
		a.Short += ", at certain hours"
	} else {
		a.Text += "It is not tied to certain hours."
	}
	return a
}

func (d *draft) mobileNumber() Answer {
	var list, shown []string
	for _, p := range d.people {
		switch {
		case p.Number.Valid:
			list, shown = append(list, p.Number.E164), append(shown, p.Number.International)
		case p.Number.Input != "":
			list, shown = append(list, p.Number.Input), append(shown, p.Number.Input)
		default:
			list, shown = append(list, p.Key().E164()), append(shown, p.Key().International())
		}
	}
	if len(list) == 0 {
		return Answer{Value: MobileNumber{}}
	}
	a := Answer{Value: MobileNumber{list}, Source: FromNumber}
	if !d.asked {
		a.Source = FromLog
	}
	self := func(s string) string { return s }
	a.Short, a.Text = joined(shown, self, 2), joined(shown, self, 20)+"."
	if len(list) > 3 {
		a.Short = tally.FormatNoun(len(list), "number")
	}
	for _, p := range d.people {
		if p.Number.Input == "" {
			continue
		}
		switch {
		case !p.Number.Valid:
			a.Evidence = append(a.Evidence, p.Number.Input+" is not a valid number: "+strings.ReplaceAll(p.Number.Error, "_", " "))
		case len(p.Number.Corrections) > 0:
			a.Evidence = append(a.Evidence, "typed as "+p.Number.Input+", corrected to "+p.Number.E164)
		}
	}
	a.Evidence = append(a.Evidence, d.storedNumbers()...)
	return a
}

// networkProvider takes, after the agent, a lookup, then the log, then the prefix.
func (d *draft) networkProvider() Answer {
	var names []string
	best := carrier.Unknown
	rank := func(s carrier.Source) int {
		return slices.Index([]carrier.Source{carrier.Unknown, carrier.Prefix, carrier.FromLog, carrier.FromLookup}, s)
	}
	var evidence []string
	add := func(name string, s carrier.Source) {
		if name == "" || name == "unknown" || rank(s) < 1 {
			return
		}
		if rank(s) > rank(best) {
			best = s
		}
		if !slices.ContainsFunc(names, func(n string) bool { return carrier.Fold(n) == carrier.Fold(name) }) {
			names = append(names, name)
		}
	}
	portable := false
	for _, p := range d.people {
		portable = portable || p.Number.Portable || len(p.Keys) > 0 && number.Classify(p.Key()).Portable
		if p.Number.CarrierSource == carrier.FromLookup {
			add(p.Number.Carrier, carrier.FromLookup)
			continue
		}
		found := false
		for _, c := range d.loggedCarriers(p) {
			add(c.name, c.source)
			found = found || c.source != carrier.Prefix
			if len(d.people) == 1 {
				evidence = append(evidence, fmt.Sprintf("%s in %s messages", c.name, tally.FormatOf(int64(c.messages), int64(c.of))))
			}
		}
		if !found {
			add(p.Number.Carrier, p.Number.CarrierSource)
		}
	}
	if len(names) == 0 {
		return Answer{Value: NetworkProvider{}}
	}
	self := func(s string) string { return s }
	a := Answer{Value: NetworkProvider{names, ptr(string(best))}, Evidence: evidence, Short: joined(names, self, 3), Text: joined(names, self, 12)}
	switch best {
	case carrier.FromLookup:
		a.Source = FromLookup
	case carrier.FromLog:
		a.Source = FromLog
	default:
		a.Source = FromNumber
		a.Short += " by its prefix"
		a.Text += ", by the number's prefix"
		if portable {
			a.Text += "; numbers move between carriers there, so it may be another by now"
		}
	}
	a.Text += "."
	return a
}

type loggedCarrier struct {
	name         string
	source       carrier.Source
	messages, of int
}

// loggedCarriers are the carriers under which the log has a person, most messages first.
func (d *draft) loggedCarriers(p Person) []loggedCarrier {
	var list []loggedCarrier
	total := 0
	add := func(name string, s carrier.Source, n int) {
		if s == carrier.Unknown || name == "unknown" {
			return
		}
		for i := range list {
			if carrier.Fold(list[i].name) == carrier.Fold(name) {
				list[i].messages += n
				return
			}
		}
		list = append(list, loggedCarrier{name: name, source: s, messages: n})
	}
	for _, m := range p.Keys {
		u, ok := d.user(m)
		if !ok {
			continue
		}
		total += int(u.Messages)
		if w, ok := d.report.Table.Watched(m); ok {
			for i := range w.Messages {
				// The group's spelling, which is the log's commonest.
				name := w.Messages[i].Carrier
				if g := d.report.Table.GroupIndex(w.Messages[i].Country, name); g >= 0 && d.report.Table.By == "carrier" {
					name = d.report.Table.Groups[g].Carrier
				}
				add(name, w.Messages[i].CarrierSource, 1)
			}
			continue
		}
		for _, i := range d.report.Table.GroupsOf(m) {
			g := d.report.Table.Groups[i]
			n := 0
			if i == int(u.Group) {
				n = int(u.Messages)
			}
			add(g.Carrier, g.CarrierSource, n)
		}
	}
	slices.SortStableFunc(list, func(a, b loggedCarrier) int {
		return cmp.Or(cmp.Compare(b.messages, a.messages), cmp.Compare(a.name, b.name))
	})
	for i := range list {
		list[i].of = total
	}
	return list
}

func (d *draft) noticedAt() Answer {
	start, whose := deliverylog.NoTime, number.MSISDN(0)
	for _, m := range d.keys() {
		u, ok := d.user(m)
		if ok && u.RunBad > 0 && u.RunStart.Known() && (!start.Known() || u.RunStart < start) {
			start, whose = u.RunStart, m
		}
	}
	if !start.Known() {
		a := Answer{Value: NoticedAt{}}
		if !d.anySeen() {
			if a, ok := d.identityNoticed(); ok {
				return a
			}
		} else {
			a.Evidence = []string{"the log has no failed attempt after the last one that was in order"}
		}
		return a
	}
	return Answer{Value: NoticedAt{moment(start)}, Source: FromLog, Short: tally.FormatTime(start, nil, d.year),
		Text:     "On " + tally.FormatTime(start, d.there(whose), 0) + ": the first code asked for of the failed attempts that have gone on since.",
		Evidence: []string{"submit time of the first message after the last attempt that was in order"}}
}

func (d *draft) keys() []number.MSISDN {
	var keys []number.MSISDN
	for _, p := range d.people {
		keys = append(keys, p.Keys...)
	}
	return keys
}

func (d *draft) anySeen() bool { return slices.ContainsFunc(d.people, d.seen) }

// maxEvidence is how many lines of proof an answer carries.
const maxEvidence = 6

// attemptLines are attempts as proof: when, by UTC and by the user's clock, how
// many messages, how they ended, and an id for the provider.
func (d *draft) attemptLines(list []*tally.Attempt) []string {
	var lines []string
	for i, a := range list {
		if i == maxEvidence-1 && len(list) > maxEvidence {
			lines = append(lines, tally.FormatCount(int64(len(list)-i))+" more attempts")
			break
		}
		var b strings.Builder
		t := a.First.Std()
		b.WriteString(t.Format("2006-01-02 15:04:05 UTC"))
		if loc := d.there(a.Number); loc != nil {
			b.WriteString(t.In(loc).Format(" (15:04 there)"))
		}
		if len(d.people) > 1 {
			b.WriteString(", " + a.Number.E164())
		}
		b.WriteString(", " + tally.FormatNoun(a.Messages, "message"))
		if a.Outcome == tally.Late {
			b.WriteString(", delivered too late")
		} else {
			b.WriteString(", none delivered")
		}
		if code := d.report.Table.Code(a); code != "" {
			b.WriteString(", code " + code)
		}
		if id := d.report.Table.MessageID(a); id != "" {
			b.WriteString(", message id " + id)
		}
		lines = append(lines, b.String())
	}
	return lines
}

// subject is one line from the main finding, never from a person's words.
func (d *draft) subject(t Ticket) string {
	what := "2FA text messages not received: "
	users, _ := t.Answers[0].Value.(AffectedUsers)
	who := "users not known"
	if users.Users != nil {
		who = tally.FormatNoun(*users.Users, "user")
	}
	if len(d.findings) == 0 {
		if c, ok := t.Answers[1].Value.(Country); ok && len(c.Countries) > 0 {
			return oneLine(what + who + ", " + joined(c.Countries, func(cc string) string { return cmp.Or(number.CountryName(cc), cc) }, 3))
		}
		return oneLine(what + who)
	}
	f := &d.findings[0]
	switch f.Cause {
	case finding.CarrierDelay, finding.PeakHourDelay:
		what = "2FA text messages too late: "
	}
	// The line speaks of the main finding; other findings may have other users.
	if f.AffectedUsers > 0 {
		who = tally.FormatNoun(f.AffectedUsers, "user")
	}
	place := tally.CarrierName(f.Scope.Country, f.Scope.Carrier)
	switch f.Scope.Level {
	case "number":
		place = string(f.Cause)
		if c, ok := d.set.Cause(place); ok {
			place = c.Title
		}
		if c, ok := t.Answers[1].Value.(Country); ok && len(c.Countries) == 1 {
			place += " (" + c.Countries[0] + ")"
		}
	case "country":
		place = cmp.Or(number.CountryName(f.Scope.Country), f.Scope.Country)
	}
	return oneLine(what + who + ", " + place)
}

// oneLine keeps a subject within what every help desk takes.
func oneLine(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 120 {
		r = append(r[:119], '…')
	}
	return string(r)
}

// joined names the first of a list and counts the rest.
func joined(list []string, name func(string) string, most int) string {
	var b strings.Builder
	for i, s := range list {
		if i == most && len(list) > most {
			fmt.Fprintf(&b, " and %d more", len(list)-most)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name(s))
	}
	return b.String()
}

// shownCarrier writes GB/O2 as a sentence has it.
func shownCarrier(key string) string {
	country, name, _ := strings.Cut(key, "/")
	return tally.CarrierName(country, name)
}

// hourWords writes hours as "hours 7, 8 and 9", runs as "hours 7 to 11".
func hourWords(hours []int) string {
	var parts []string
	for i := 0; i < len(hours); {
		j := i
		for j+1 < len(hours) && hours[j+1] == hours[j]+1 {
			j++
		}
		switch {
		case j-i >= 2:
			parts = append(parts, fmt.Sprintf("%d to %d", hours[i], hours[j]))
		default:
			for k := i; k <= j; k++ {
				parts = append(parts, fmt.Sprint(hours[k]))
			}
		}
		i = j + 1
	}
	word := "hours "
	if len(hours) == 1 {
		word = "hour "
	}
	if n := len(parts); n > 1 {
		return word + strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
	return word + strings.Join(parts, "")
}
