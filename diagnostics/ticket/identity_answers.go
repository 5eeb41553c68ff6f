package ticket

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
)

// changedWithin is how long ago a number counts as changed lately.
const changedWithin = 30 * 24 * time.Hour

// keycloak logs successes only where somebody has switched that on.
const keycloak = "keycloak"

// logged is what the login logs have of one of the people.
type logged struct {
	person Person
	key    number.MSISDN // as E.164
	*record
}

// gatherLogins finds the people in the login logs.
func (d *draft) gatherLogins() {
	x := d.in.Identity
	if x == nil || len(x.accounts) == 0 {
		return
	}
	for i, p := range d.people {
		l := logged{person: p, key: righted(p)}
		accounts, ambiguous := x.match(l.key, func(canBe func(number.MSISDN) bool) bool { return d.others(i, canBe) })
		whole := l.key
		if len(accounts) == 0 && d.asked && len(d.people) == 1 {
			if a, ok := x.single(); ok {
				accounts, whole = []*account{a}, 0
			}
		}
		if len(accounts) == 0 && !ambiguous {
			continue
		}
		l.record = x.record(whole, accounts)
		l.ambiguous = ambiguous
		d.logins = append(d.logins, l)
	}
}

// righted is the number of a person without the mistakes that a log may keep.
func righted(p Person) number.MSISDN {
	if p.Number.Valid {
		return number.ParseMSISDN([]byte(p.Number.E164), "")
	}
	m := p.Key()
	if m != 0 && !number.Classify(m).Valid {
		if n := number.Check(m.E164(), ""); n.Valid {
			return number.ParseMSISDN([]byte(n.E164), "")
		}
	}
	return m
}

// others says whether a number that is not seen whole can be that of somebody
// else than person i: of another number asked for, or of one in the delivery log.
func (d *draft) others(i int, canBe func(number.MSISDN) bool) bool {
	own := append([]number.MSISDN{righted(d.people[i])}, d.people[i].Keys...)
	found := false
	check := func(m number.MSISDN) { found = found || !slices.Contains(own, m) && canBe(m) }
	for k, p := range d.people {
		if k != i {
			check(righted(p))
		}
	}
	if d.report != nil {
		d.report.Table.EachUser(func(u *tally.User) { check(u.Number) })
	}
	return found
}

// runs are the people's runs by time, those that cannot be judged left out.
func (d *draft) runs() (list []Run, whose []number.MSISDN) {
	type owned struct {
		Run
		m number.MSISDN
	}
	var all []owned
	for _, l := range d.logins {
		for _, r := range l.record.runs {
			if !r.Open {
				all = append(all, owned{r, l.key})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b owned) int { return cmp.Compare(a.First(), b.First()) })
	for _, o := range all {
		list, whose = append(list, o.Run), append(whose, o.m)
	}
	return list, whose
}

// failedRuns are the runs without a code.
func (d *draft) failedRuns() (list []Run, whose []number.MSISDN) {
	all, of := d.runs()
	for i := range all {
		if all[i].Failed() {
			list, whose = append(list, all[i]), append(whose, of[i])
		}
	}
	return list, whose
}

// identityMultiple answers multiple_times for people that no delivery log has.
func (d *draft) identityMultiple() (Answer, bool) {
	all, _ := d.runs()
	if len(all) == 0 {
		return Answer{}, false
	}
	bad, whose := d.failedRuns()
	n := len(bad)
	a := Answer{Value: MultipleTimes{ptr(n > 1), &n}, Source: FromIdentity, Evidence: d.runLines(bad, whose)}
	switch {
	case n == 0:
		a.Short, a.Text = "no, no try without a code", "No: in the login log a code was typed in at every try."
	case n == 1:
		a.Short, a.Text = "no, 1 try without a code", "No: the login log has 1 try in which no code was typed in correctly."
	default:
		a.Short = "yes, " + tally.FormatCount(int64(n)) + " tries without a code"
		a.Text = "Yes: the login log has " + tally.FormatCount(int64(n)) + " tries in which no code was typed in correctly."
	}
	return a, true
}

// identityEventually answers eventually_received by what was typed in after
// several codes had been asked for, by the login log's runs or the delivery
// log's attempts. sure is false where a delivery log that says yes is as good.
func (d *draft) identityEventually() (a Answer, found bool) {
	all, whose := d.runs()
	var wrong, silent, elsewhere *Run
	asked, several := 0, 0
	var of number.MSISDN
	for i := range all {
		r := &all[i]
		if len(r.Sent) < 2 {
			continue
		}
		several++
		asked += len(r.Sent)
		switch {
		case r.Accepted.Known() && !r.ByCall:
			return Answer{Value: EventuallyReceived{ptr(true)}, Source: FromIdentity, Short: "yes, a code was typed in",
				Text:     fmt.Sprintf("Yes: of %d codes asked for, one was typed in on %s.", len(r.Sent), tally.FormatTime(r.Accepted, d.there(whose[i]), 0)),
				Evidence: append(d.runLines(all[i:i+1], whose[i:i+1]), d.againstReceipts(whose[i], r)...)}, true
		case r.Rejected.Known():
			wrong, of = r, whose[i]
		case r.Accepted.Known() || r.Other.Known():
			elsewhere = r
		default:
			silent = r
		}
	}
	if a, ok := d.typedInAttempt(); ok {
		return a, true
	}
	switch {
	case several == 0:
		return Answer{}, false
	case wrong != nil:
		return Answer{Value: EventuallyReceived{ptr(true)}, Source: FromIdentity, Short: "yes, but a wrong code was typed in",
			Text: "Yes, something arrived, perhaps too late: of " + fmt.Sprint(len(wrong.Sent)) + " codes asked for, one was typed in on " +
				tally.FormatTime(wrong.Rejected, d.there(of), 0) + ", and it was not the right one.",
			Evidence: []string{"a wrong code is not a missing one: who types in an earlier code has received a message"}}, true
	case d.anySeen(): // the delivery log says more
		return Answer{}, false
	case elsewhere != nil && silent == nil, d.silentLog():
		a := Answer{Value: EventuallyReceived{}}
		if elsewhere != nil {
			a.Evidence = append(a.Evidence, "no code was typed in, but the user got in with "+cmp.Or(elsewhere.OtherBy, "a phone call")+" on "+
				tally.FormatTime(max(elsewhere.Other, elsewhere.Accepted), nil, 0))
		}
		return a, true
	}
	bad, owners := d.failedRuns()
	for i := len(bad) - 1; i >= 0; i-- {
		if len(bad[i].Sent) < 2 {
			bad, owners = slices.Delete(bad, i, i+1), slices.Delete(owners, i, i+1)
		}
	}
	return Answer{Value: EventuallyReceived{ptr(false)}, Source: FromIdentity, Evidence: d.runLines(bad, owners),
		Short: fmt.Sprintf("no sign of it in %s", tally.FormatNoun(several, "try", "tries")),
		Text: fmt.Sprintf("No sign of it: of %s in %s, none was ever typed in.", tally.FormatNoun(asked, "code asked for", "codes asked for"),
			tally.FormatNoun(several, "try with several codes", "tries with several codes"))}, true
}

// typedInAttempt finds a code typed in during an attempt of the delivery log with
// several messages, for login logs that have no sends.
func (d *draft) typedInAttempt() (Answer, bool) {
	if d.report == nil {
		return Answer{}, false
	}
	for _, l := range d.logins {
		for _, m := range l.person.Keys {
			w, ok := d.report.Table.Watched(m)
			if !ok {
				continue
			}
			for _, a := range w.Attempts {
				end := a.Last + deliverylog.Time(runGap.Milliseconds())
				if a.Messages < 2 {
					continue
				}
				for _, e := range l.events {
					if e.event == deliverylog.CodeAccepted && !e.byTel && e.at >= a.First && e.at <= end {
						return Answer{Value: EventuallyReceived{ptr(true)}, Source: FromIdentity, Short: "yes, a code was typed in",
							Text: "Yes: of several codes one was typed in on " + tally.FormatTime(e.at, d.there(m), 0) + "."}, true
					}
				}
			}
		}
	}
	return Answer{}, false
}

// againstReceipts says so where the provider's receipts deny what was typed in.
func (d *draft) againstReceipts(m number.MSISDN, r *Run) []string {
	if d.report == nil {
		return nil
	}
	for _, l := range d.logins {
		for _, k := range l.person.Keys {
			w, ok := d.report.Table.Watched(k)
			if l.key != m || !ok {
				continue
			}
			for _, a := range w.Attempts {
				if a.Delivered == 0 && a.Outcome == tally.Failed && a.First <= r.Accepted && r.First() <= a.Last+deliverylog.Time(runGap.Milliseconds()) {
					return []string{"the delivery log has no receipt for it: the code that was typed in proves more"}
				}
			}
		}
	}
	return nil
}

// untyped says whether a login log that covers the time saw codes delivered from
// from to to being asked for, and none of them typed in.
func (d *draft) untyped(m number.MSISDN, from, to deliverylog.Time) bool {
	x := d.in.Identity
	if x == nil || !from.Known() {
		return false
	}
	for _, l := range d.logins {
		if !slices.Contains(l.person.Keys, m) || len(l.accounts) == 0 || l.silent() {
			continue
		}
		gap := deliverylog.Time(runGap.Milliseconds())
		if from < x.oldest-gap || to > x.newest {
			return false
		}
		return !slices.ContainsFunc(l.events, func(e login) bool {
			typed := e.event == deliverylog.CodeAccepted || e.event == deliverylog.CodeRejected || e.event == deliverylog.Enrolled
			return typed && e.at >= from && e.at <= to+gap
		})
	}
	return false
}

// silent says that the logs of a record would not show a success.
func (r *record) silent() bool {
	for _, a := range r.accounts {
		if a.provider != keycloak {
			return false
		}
	}
	return len(r.accounts) > 0
}

func (d *draft) silentLog() bool {
	return len(d.logins) > 0 && !slices.ContainsFunc(d.logins, func(l logged) bool { return len(l.accounts) > 0 && !l.silent() })
}

// identityEver answers ever_received by a code typed in. Where the login log
// knows the people and none was, a message that the delivery log calls delivered
// proves nothing, and only they can say.
func (d *draft) identityEver() (Answer, bool) {
	last, waited, whose := deliverylog.NoTime, time.Duration(-1), number.MSISDN(0)
	rejected, called := deliverylog.NoTime, deliverylog.NoTime
	runs, tried, masked := 0, 0, false
	var elsewhere *Run
	for _, l := range d.logins {
		if l.accepted > last {
			last, waited, whose = l.accepted, l.waited, l.key
			masked = l.masked()
		}
		rejected, called = max(rejected, l.rejected), max(called, l.byCall)
		for i := range l.record.runs {
			r := &l.record.runs[i]
			if r.Open {
				continue
			}
			runs++
			tried += len(r.Sent)
			if r.Other.Known() {
				elsewhere = r
			}
		}
	}
	if last.Known() {
		a := Answer{Value: EverReceived{ptr(true), moment(d.deliveredBefore(whose, last))}, Source: FromIdentity,
			Short: "yes, last " + tally.FormatTime(last, nil, d.year),
			Text:  "Yes: a code was last typed in correctly on " + tally.FormatTime(last, d.there(whose), 0) + "."}
		if waited >= 0 {
			a.Evidence = append(a.Evidence, formatWait(waited)+" from the code asked for to the code typed in")
		}
		if masked {
			a.Evidence = append(a.Evidence, "the login log does not show the number whole; no other known number fits")
		}
		return a, true
	}
	var signs []string
	if rejected.Known() {
		signs = append(signs, "a wrong code was typed in on "+tally.FormatTime(rejected, nil, 0)+": something arrived, perhaps too late")
	}
	if called.Known() {
		signs = append(signs, "the code typed in on "+tally.FormatTime(called, nil, 0)+" may have come by a phone call")
	}
	if elsewhere != nil {
		signs = append(signs, "the user got in with "+elsewhere.OtherBy+" on "+tally.FormatTime(elsewhere.Other, nil, 0))
	}
	delivered, unproven := 0, true
	for _, m := range d.keys() {
		u, ok := d.user(m)
		if !ok || u.Delivered == 0 {
			continue
		}
		delivered += int(u.Delivered)
		unproven = unproven && !rejected.Known() && d.noneTyped(m, &u)
	}
	switch {
	case delivered > 0 && unproven && len(d.logins) > 0:
		return Answer{Value: EverReceived{}, Evidence: append([]string{tally.FormatNoun(delivered, "message") + " delivered by the log, but none of the codes was ever typed in"}, signs...)}, true
	case delivered > 0:
		return Answer{}, false
	case len(signs) > 0:
		return Answer{Value: EverReceived{}, Evidence: signs}, true
	case d.anySeen() || runs == 0 || d.silentLog():
		return Answer{}, false
	}
	return Answer{Value: EverReceived{Ever: ptr(false)}, Source: FromIdentity,
		Short: "no, none of " + tally.FormatNoun(tried, "code") + " was typed in",
		Text:  "No: none of " + tally.FormatNoun(tried, "code asked for", "codes asked for") + " in the login log was ever typed in."}, true
}

// noneTyped says that every delivered message of a number was sent within the
// time of a login log that has no code typed in for it.
func (d *draft) noneTyped(m number.MSISDN, u *tally.User) bool {
	w, ok := d.report.Table.Watched(m)
	if !ok {
		return d.untyped(m, u.LastDelivered, u.LastDelivered)
	}
	for i := range w.Messages {
		msg := &w.Messages[i]
		if msg.Done.Known() || msg.Status.String() == "delivered" {
			if !d.untyped(m, msg.Submitted, max(msg.Submitted, msg.Done)) {
				return false
			}
		}
	}
	return true
}

// attemptsUntyped is noneTyped for the attempts with several messages.
func (d *draft) attemptsUntyped() bool {
	if len(d.logins) == 0 {
		return false
	}
	for _, m := range d.keys() {
		u, seen := d.user(m)
		w, ok := d.report.Table.Watched(m)
		if !ok && seen && u.MultiDelivered > 0 {
			return false
		}
		for i := 0; ok && i < len(w.Attempts); i++ {
			if a := &w.Attempts[i]; a.Messages > 1 && a.Delivered > 0 && !d.untyped(m, a.First, max(a.Last, a.DeliveredAt)) {
				return false
			}
		}
	}
	return true
}

// masked says that the logs do not give the number whole.
func (l *logged) masked() bool {
	for _, a := range l.accounts {
		if slices.ContainsFunc(a.phones, func(ph phone) bool { return ph.key == l.key }) {
			return false
		}
	}
	return slices.ContainsFunc(l.accounts, func(a *account) bool { return len(a.phones) > 0 })
}

// deliveredBefore is the delivery time of the message that was typed in: the
// newest delivered one before, as far as the log has it, else the time of typing.
func (d *draft) deliveredBefore(m number.MSISDN, verified deliverylog.Time) deliverylog.Time {
	if d.report == nil {
		return verified
	}
	best := deliverylog.NoTime
	for _, l := range d.logins {
		if l.key != m {
			continue
		}
		for _, k := range l.person.Keys {
			if w, ok := d.report.Table.Watched(k); ok {
				for i := range w.Messages {
					if done := w.Messages[i].Done; done.Known() && done <= verified {
						best = max(best, done)
					}
				}
			}
		}
	}
	if best.Known() {
		return best
	}
	return verified
}

// identityWhen answers when_failed for people that no delivery log has.
func (d *draft) identityWhen() (Answer, bool) {
	all, whose := d.runs()
	bad, of := d.failedRuns()
	if len(bad) == 0 {
		if len(all) == 0 {
			return Answer{}, false
		}
		return Answer{Value: WhenFailed{}, Evidence: []string{"the login log has no try without a code"}}, true
	}
	first, last, lastOf := bad[0].First(), bad[0].Last(), of[0]
	var hours [24]bool
	for i := range bad {
		if bad[i].Last() > last {
			last, lastOf = bad[i].Last(), of[i]
		}
		for _, t := range bad[i].Sent {
			hours[d.local(t, of[i]).Hour()] = true
		}
	}
	list := []int{}
	for h := range hours {
		if hours[h] {
			list = append(list, h)
		}
	}
	var tries []try
	for i := range all {
		tries = append(tries, try{d.local(all[i].First(), whose[i]), all[i].Failed()})
	}
	peak := crowded(tries)
	a := Answer{Value: WhenFailed{moment(first), moment(last), list, &peak}, Source: FromIdentity,
		Short: tally.FormatSpan(first, last, d.year), Evidence: d.runLines(bad, of)}
	a.Text = "From " + tally.FormatTime(first, d.there(of[0]), 0) + " to " + tally.FormatTime(last, d.there(lastOf), 0)
	if first == last {
		a.Text = "On " + tally.FormatTime(first, d.there(of[0]), 0)
	}
	a.Text += ", in the local " + hourWords(list) + ", by the login log. "
	if peak {
		a.Text += "It is worse at certain hours."
		a.Short += ", at certain hours"
	} else {
		a.Text += "It is not tied to certain hours."
	}
	return a, true
}

// local is a time by the clock of a number's place, UTC where nobody knows it.
func (d *draft) local(t deliverylog.Time, m number.MSISDN) time.Time {
	if loc := d.there(m); loc != nil {
		return t.Std().In(loc)
	}
	return t.Std()
}

// identityNoticed answers noticed_at for people that no delivery log has: the
// first code of the failed runs after the last one that was in order.
func (d *draft) identityNoticed() (Answer, bool) {
	start, whose, any := deliverylog.NoTime, number.MSISDN(0), false
	for _, l := range d.logins {
		since := deliverylog.NoTime
		for i := range l.record.runs {
			r := &l.record.runs[i]
			switch {
			case r.Open:
			case !r.Failed():
				since = deliverylog.NoTime
			case !since.Known():
				since = r.First()
			}
			any = any || !r.Open
		}
		if since.Known() && (!start.Known() || since < start) {
			start, whose = since, l.key
		}
	}
	switch {
	case !any:
		return Answer{}, false
	case !start.Known():
		return Answer{Value: NoticedAt{}, Evidence: []string{"the login log has no try without a code after the last one that was in order"}}, true
	}
	return Answer{Value: NoticedAt{moment(start)}, Source: FromIdentity, Short: tally.FormatTime(start, nil, d.year),
		Text:     "On " + tally.FormatTime(start, d.there(whose), 0) + ": the first code asked for of the tries without a code that have gone on since.",
		Evidence: []string{"first code asked for after the last try in which one was typed in"}}, true
}

// numberChanged tells from the numbers that a login's codes went to.
func (d *draft) numberChanged() Answer {
	a := Answer{Value: NumberChanged{}}
	for _, l := range d.logins {
		for _, acc := range l.accounts {
			before, now, since := acc.lastChange()
			if now == nil {
				continue
			}
			text := fmt.Sprintf("the login system has sent codes to %s since %s, and to %s before", shownPhone(now), tally.FormatTime(since, nil, 0), shownPhone(before))
			if d.in.Identity.newest.Std().Sub(since.Std()) > changedWithin {
				a.Evidence = append(a.Evidence, text)
				continue
			}
			return Answer{Value: NumberChanged{ptr(true)}, Source: FromIdentity, Short: "yes, in the login system since " + tally.FormatTime(since, nil, d.year),
				Text: "Yes: " + text + ".", Evidence: d.setUp(l)}
		}
		a.Evidence = append(a.Evidence, d.setUp(l)...)
	}
	return a
}

// lastChange finds the newest change of the number that codes went to; now is nil
// where there was none. Corrections of one number, and masked ones that can be
// the other, are no change.
func (a *account) lastChange() (before, now *phone, since deliverylog.Time) {
	var current *phone
	for i := range a.events {
		e := &a.events[i]
		if !e.send || e.phone < 0 {
			continue
		}
		ph := &a.phones[e.phone]
		if current != nil && !current.same(ph) {
			before, now, since = current, ph, e.at
		}
		if current == nil || current.key == 0 || ph.key != 0 {
			current = ph
		}
	}
	return before, now, since
}

// same says whether two numbers may be one.
func (ph *phone) same(other *phone) bool {
	switch {
	case ph.key != 0 && other.key != 0:
		return ph.key == other.key
	case ph.key != 0:
		return other.canBe(ph.key)
	case other.key != 0:
		return ph.canBe(other.key)
	}
	return strings.HasSuffix(ph.tail, other.tail) || strings.HasSuffix(other.tail, ph.tail)
}

// shownPhone writes a number for a sentence. Of one that is masked no more is told
// than a report that hides personal data may tell.
func shownPhone(ph *phone) string {
	if ph.key != 0 {
		return ph.key.International()
	}
	return "a number that ends in " + ph.tail[max(0, len(ph.tail)-leastMasked):]
}

// setUp says when a phone was set up lately.
func (d *draft) setUp(l logged) (lines []string) {
	for _, e := range l.events {
		if e.event == deliverylog.Enrolled && e.ok && d.in.Identity.newest.Std().Sub(e.at.Std()) <= changedWithin {
			lines = append(lines, "the phone was set up for codes on "+tally.FormatTime(e.at, nil, 0))
		}
	}
	if n := len(lines); n > 1 {
		lines = lines[n-1:]
	}
	return lines
}

// permanentlyDisabled tells from resets and removals that nothing followed.
func (d *draft) permanentlyDisabled() Answer {
	off, on, reset := deliverylog.NoTime, deliverylog.NoTime, false
	for _, l := range d.logins {
		for _, acc := range l.accounts {
			gone, back, by := deliverylog.NoTime, deliverylog.NoTime, false
			for i := range acc.events {
				e := &acc.events[i]
				switch {
				case e.ok && (e.event == deliverylog.FactorReset || e.event == deliverylog.FactorRemoved):
					gone, back, by = e.at, deliverylog.NoTime, e.event == deliverylog.FactorReset
				case gone.Known() && !back.Known() && (e.event == deliverylog.Enrolled && e.ok ||
					e.event == deliverylog.CodeAccepted || e.send && !e.setup):
					back = e.at
				}
			}
			switch {
			case !gone.Known():
			case !back.Known():
				off, reset = max(off, gone), by
			default:
				on = max(on, back)
			}
		}
	}
	switch {
	case off.Known():
		how := "the phone was removed as a second factor"
		if reset {
			how = "all second factors were reset"
		}
		return Answer{Value: PermanentlyDisabled{ptr(true)}, Source: FromIdentity, Short: "yes, since " + tally.FormatTime(off, nil, d.year),
			Text: "Yes, by the login log: " + how + " on " + tally.FormatTime(off, nil, 0) + ", and none has been set up since."}
	case on.Known():
		return Answer{Value: PermanentlyDisabled{ptr(false)}, Source: FromIdentity, Short: "no, in use since " + tally.FormatTime(on, nil, d.year),
			Text: "No: it was removed or reset, and has been in use again since " + tally.FormatTime(on, nil, 0) + "."}
	}
	return Answer{Value: PermanentlyDisabled{}}
}

// storedNumbers says where the login system has another number than was asked
// for, or the same one written wrong.
func (d *draft) storedNumbers() (lines []string) {
	for _, l := range d.logins {
		for _, acc := range l.accounts {
			var newest *login
			for i := range acc.events {
				if e := &acc.events[i]; e.send && e.phone >= 0 {
					newest = e
				}
			}
			if newest == nil {
				continue
			}
			switch ph := &acc.phones[newest.phone]; {
			case ph.key != 0 && ph.key != l.key:
				lines = append(lines, "the login system last sent a code to "+shownPhone(ph)+", on "+tally.FormatTime(newest.at, nil, 0))
			case ph.key != 0 && ph.written != ph.key:
				lines = append(lines, "the login system has it as "+ph.text+", right is "+shownPhone(ph))
			}
		}
		if l.ambiguous {
			lines = append(lines, "the login log has masked numbers that end like it: whose they are cannot be told")
		}
	}
	return lines
}

// runLines are runs as proof, as attemptLines are attempts.
func (d *draft) runLines(list []Run, whose []number.MSISDN) (lines []string) {
	for i := range list {
		if i == maxEvidence-1 && len(list) > maxEvidence {
			return append(lines, tally.FormatCount(int64(len(list)-i))+" more tries")
		}
		r := &list[i]
		var b strings.Builder
		t := r.First().Std()
		b.WriteString(t.Format("2006-01-02 15:04:05 UTC"))
		if loc := d.there(whose[i]); loc != nil {
			b.WriteString(t.In(loc).Format(" (15:04 there)"))
		}
		if len(d.people) > 1 {
			b.WriteString(", " + whose[i].E164())
		}
		b.WriteString(", " + tally.FormatNoun(len(r.Sent), "code asked for", "codes asked for"))
		clock := func(t deliverylog.Time) string { return t.Std().Format("15:04:05") }
		if r.NotSent > 0 {
			b.WriteString(", " + tally.FormatCount(int64(r.NotSent)) + " not handed over")
		}
		if r.Refused != "" {
			b.WriteString(" (" + explained(r.Refused) + ")")
		}
		if r.Called.Known() {
			b.WriteString(", a call asked for at " + clock(r.Called))
		}
		if r.Rejected.Known() {
			b.WriteString(", wrong code at " + clock(r.Rejected))
		}
		switch {
		case r.Accepted.Known():
			b.WriteString(", right code at " + clock(r.Accepted) + ", " + formatWait(r.Waited) + " after the last one was asked for")
		case r.Other.Known():
			b.WriteString(", got in with " + r.OtherBy + " at " + clock(r.Other))
		case !r.Rejected.Known():
			b.WriteString(", none typed in")
		}
		if r.Stopped.Known() {
			b.WriteString(", then locked or limited at " + clock(r.Stopped))
		}
		lines = append(lines, b.String())
	}
	return lines
}

// explained adds what an SMS provider's code means, where it means one thing only.
func explained(refused string) string {
	code, ok := strings.CutPrefix(refused, "code ")
	if !ok {
		return refused
	}
	code, _, _ = strings.Cut(code, ",")
	if provider := reason.Guess(code); provider != "" {
		if c, ok := reason.Lookup(provider, code); ok && c.Title != "" && !strings.Contains(refused, c.Title) {
			return refused + "; " + reason.ProviderTitle(provider) + ": " + c.Title
		}
	}
	return refused
}

// formatWait writes a short time to a tenth of a second, a longer one to the second.
func formatWait(w time.Duration) string {
	if w < time.Minute {
		return fmt.Sprintf("%.1f s", w.Truncate(100*time.Millisecond).Seconds())
	}
	return tally.FormatDuration(w)
}
