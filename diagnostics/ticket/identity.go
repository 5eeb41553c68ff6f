package ticket

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// Identity is what login systems saw: who asked for a code, how often, and
// whether one was typed in. A code that was typed in correctly has arrived,
// whatever the delivery log says; a delivered message that nobody typed in is no
// proof.
type Identity struct {
	accounts       []*account
	byNumber       map[number.MSISDN][]*account // by every complete number of theirs
	oldest, newest deliverylog.Time             // of all events
}

// Limits of a run. One holds sends no more than runGap apart and the code events
// up to runGap after the last of them; another way in counts for longer, because
// it takes time to find a backup code or an administrator. Login systems may hold
// their newest events back (Duo does so on purpose), so that codes asked for
// within logDelay of the log's end say nothing yet.
const (
	runGap   = 10 * time.Minute
	otherGap = time.Hour
	logDelay = 2 * time.Minute
)

// account is one login of one system, or a number of which no login is known.
type account struct {
	provider string
	named    bool    // its events tell a user
	events   []login // by time
	phones   []phone // in order of their appearance
}

// login is an event of a login log in little space, with the number it was about.
type login struct {
	at           deliverylog.Time
	event        string
	why          string // what was said of a code that did not go out or arrive
	phone        int32  // index in the account's phones, -1 where nobody can say
	ok           bool
	send         bool // a code for a second factor was asked for, or sent to set one up
	setup        bool // … the latter
	bySMS, byTel bool // how the code came, where the log says it
}

// phone is a number as a login log gives it.
type phone struct {
	text       string
	key        number.MSISDN // complete and corrected; 0 where digits are masked or the country is missing
	written    number.MSISDN // as it stands, where it is complete
	head, tail string        // the digits that are seen at both ends, where it is not
}

// NewIdentity puts the events of login logs together by person. They need not be
// in order, and may be reused by whoever yields them. region is where national
// numbers are from, ISO 3166 alpha-2 or empty.
func NewIdentity(events iter.Seq[*deliverylog.IdentityEvent], region string) *Identity {
	x := &Identity{byNumber: map[number.MSISDN][]*account{}, oldest: deliverylog.NoTime, newest: deliverylog.NoTime}
	byKey := map[string]*account{}
	phones := map[string]phone{}
	for e := range events {
		if !e.At.Known() {
			continue
		}
		if !x.oldest.Known() || e.At < x.oldest {
			x.oldest = e.At
		}
		x.newest = max(x.newest, e.At)
		var ph phone
		if e.Phone != "" {
			var ok bool
			if ph, ok = phones[e.Phone]; !ok {
				ph = readPhone(e.Phone, region)
				phones[e.Phone] = ph
			}
		}
		// A login is a name in one system; people write it in any case.
		key := e.Provider + "\x00" + strings.ToLower(e.User)
		switch {
		case e.User != "":
		case e.Account != "":
			key = e.Provider + "\x00\x00" + e.Account
		case ph.key != 0:
			key = ph.key.E164()
		default:
			key += "\x00" + ph.text
		}
		a := byKey[key]
		if a == nil {
			a = &account{named: e.User != "", provider: e.Provider}
			byKey[key] = a
			x.accounts = append(x.accounts, a)
		}
		a.events = append(a.events, loginOf(e, a.phone(ph)))
	}
	for _, a := range x.accounts {
		slices.SortStableFunc(a.events, byTime)
		a.takeOver()
		for _, ph := range a.phones {
			if ph.key != 0 && !slices.Contains(x.byNumber[ph.key], a) {
				x.byNumber[ph.key] = append(x.byNumber[ph.key], a)
			}
		}
	}
	return x
}

func loginOf(e *deliverylog.IdentityEvent, phone int) login {
	l := login{at: e.At, event: e.Event, phone: int32(phone), ok: e.Outcome == deliverylog.Success,
		setup: e.Purpose == deliverylog.ForSetup, bySMS: e.Channel == deliverylog.BySMS, byTel: e.Channel == deliverylog.ByCall}
	l.send = e.Event == deliverylog.SMSSent && (e.Purpose == "" || l.setup)
	switch {
	case l.ok || e.Event != deliverylog.SMSSent && e.Event != deliverylog.SMSStatus:
	case e.Code != "" && e.Detail != "":
		l.why = "code " + e.Code + ", " + e.Detail
	case e.Code != "":
		l.why = "code " + e.Code
	default:
		l.why = e.Detail
	}
	return l
}

func byTime(a, b login) int { return cmp.Compare(a.at, b.at) }

// phone gives a number its place in the account's list.
func (a *account) phone(ph phone) int {
	if ph.text == "" {
		return -1
	}
	for i := range a.phones {
		if a.phones[i].text == ph.text || ph.key != 0 && a.phones[i].key == ph.key && a.phones[i].written == ph.written {
			return i
		}
	}
	a.phones = append(a.phones, ph)
	return len(a.phones) - 1
}

// takeOver gives events without a number that of the event before, and where
// there is none that of the one behind: who types a code in has been sent one.
func (a *account) takeOver() {
	last := int32(-1)
	for i := range a.events {
		if a.events[i].phone < 0 {
			a.events[i].phone = last
		} else {
			last = a.events[i].phone
		}
	}
	next := int32(-1)
	for i := len(a.events) - 1; i >= 0; i-- {
		if a.events[i].phone < 0 {
			a.events[i].phone = next
		} else {
			next = a.events[i].phone
		}
	}
}

// readPhone reads a number as a login log has it: complete, national, or masked.
func readPhone(text, region string) phone {
	ph := phone{text: text}
	seen := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9', r == '+':
			return r
		case strings.ContainsRune(" ()-./\u00a0", r):
			return -1
		}
		return '*'
	}, text)
	if !strings.Contains(seen, "*") {
		if m := number.ParseMSISDN([]byte(text), region); m != 0 && !m.IsOdd() {
			switch {
			case number.Classify(m).Valid:
				ph.key, ph.written = m, m
				return ph
			case strings.HasPrefix(seen, "+"):
				// A zero too many is a slip in the account, not another person.
				ph.key, ph.written = m, m
				if n := number.Check(text, region); n.Valid {
					ph.key = number.ParseMSISDN([]byte(n.E164), "")
				}
				return ph
			}
		}
		ph.tail = strings.TrimLeft(strings.TrimPrefix(seen, "+"), "0")
		return ph
	}
	if i := strings.IndexByte(seen, '*'); seen[0] == '+' {
		ph.head = seen[1:i]
	}
	ph.tail = seen[strings.LastIndexByte(seen, '*')+1:]
	return ph
}

// Digits at the end that a masked number must show, and a national one must have,
// to be compared at all.
const (
	leastMasked   = 2
	leastNational = 6
)

// canBe says whether a number that is not seen whole can be m.
func (ph *phone) canBe(m number.MSISDN) bool {
	least := leastMasked
	if !strings.ContainsFunc(ph.text, func(r rune) bool { return strings.ContainsRune("xX*#•●·…", r) }) {
		least = leastNational
	}
	if ph.key != 0 || m == 0 || m.IsOdd() || len(ph.tail) < least {
		return false
	}
	digits := m.E164()[1:]
	return strings.HasSuffix(digits, ph.tail) && strings.HasPrefix(digits, ph.head) && len(digits) >= len(ph.head)+len(ph.tail)
}

// is says whether the number is m, in full or as far as it is seen.
func (ph *phone) is(m number.MSISDN) bool {
	if ph.key != 0 {
		return ph.key == m || ph.written == m
	}
	return ph.canBe(m)
}

// match finds the accounts of a number. One that is only masked, or lacks its
// country, belongs to it where nobody else's number can be meant: neither another
// account's nor one of others, which are numbers known from elsewhere. ambiguous
// says that there were such accounts, and that they were left out.
func (x *Identity) match(m number.MSISDN, others func(canBe func(number.MSISDN) bool) bool) (found []*account, ambiguous bool) {
	found = slices.Clone(x.byNumber[m])
	var candidates []*account
	for _, a := range x.accounts {
		if slices.Contains(found, a) {
			continue
		}
		if slices.ContainsFunc(a.phones, func(ph phone) bool { return ph.key == 0 && ph.canBe(m) }) {
			candidates = append(candidates, a)
		}
	}
	if len(candidates) == 0 {
		return found, false
	}
	if len(candidates) > 1 {
		return found, true
	}
	for _, ph := range candidates[0].phones {
		if ph.key != 0 || !ph.canBe(m) {
			continue
		}
		for other := range x.byNumber {
			if other != m && ph.canBe(other) {
				return found, true
			}
		}
		if others(ph.canBe) {
			return found, true
		}
	}
	return append(found, candidates[0]), false
}

// Typed yields every complete number with each time a code sent to it by text was
// typed in correctly, in no order of numbers.
func (x *Identity) Typed() iter.Seq2[number.MSISDN, deliverylog.Time] {
	return func(yield func(number.MSISDN, deliverylog.Time) bool) {
		for m, accounts := range x.byNumber {
			for _, run := range x.record(m, accounts).runs {
				if run.Accepted.Known() && !run.ByCall && !yield(m, run.Accepted) {
					return
				}
			}
		}
	}
}

// single gives the only account of logs that name no number at all, such as
// Cognito's answer for one user.
func (x *Identity) single() (*account, bool) {
	if len(x.accounts) == 1 && len(x.accounts[0].phones) == 0 {
		return x.accounts[0], true
	}
	return nil, false
}

// Run is one try to log in with a code by text: codes asked for, none of them
// more than ten minutes after the one before, and what became of it.
type Run struct {
	Sent     []deliverylog.Time // when codes were asked for, by time
	NotSent  int                // of those, how many could not be handed to the SMS provider
	Accepted deliverylog.Time   // when a code was last typed in correctly, NoTime where none was
	Waited   time.Duration      // from the last code asked for before to that; an upper bound for its delivery
	ByCall   bool               // the code typed in may be that of a call
	Called   deliverylog.Time   // when the code was asked for by a call as well
	Rejected deliverylog.Time   // when a wrong code was last typed in
	Other    deliverylog.Time   // when the user got in otherwise, the first time
	OtherBy  string             // "a backup code", "a code from an administrator" …
	Stopped  deliverylog.Time   // when the system stopped answering, or locked the account
	Refused  string             // what the SMS provider, or the system on its behalf, said of a code that did not go out or arrive
	Open     bool               // too near the log's end to be judged
}

// First and Last are when codes were asked for.
func (r *Run) First() deliverylog.Time { return r.Sent[0] }

// Last is when the last code was asked for.
func (r *Run) Last() deliverylog.Time { return r.Sent[len(r.Sent)-1] }

// Failed says that no code was typed in correctly.
func (r *Run) Failed() bool { return !r.Accepted.Known() && !r.Open }

// record is what the logs have of one number.
type record struct {
	accounts  []*account
	ambiguous bool
	events    []login // of the number, by time
	runs      []Run   // by time
	accepted  deliverylog.Time
	waited    time.Duration    // -1: not known
	rejected  deliverylog.Time // when a wrong code was last typed in
	byCall    deliverylog.Time // when a code that may have come by a call was last typed in
}

// record puts together what accounts say of the number m; m 0 takes all they have.
func (x *Identity) record(m number.MSISDN, accounts []*account) *record {
	r := &record{accounts: accounts, accepted: deliverylog.NoTime, rejected: deliverylog.NoTime, byCall: deliverylog.NoTime, waited: -1}
	// Sends without a user, as Duo's first telephony log has them, are those of the
	// only login that has the number.
	named := 0
	for _, a := range accounts {
		if a.named {
			named++
		}
	}
	var lists [][]login
	var pool []login
	for _, a := range accounts {
		var list []login
		for _, e := range a.events {
			if m == 0 || e.phone >= 0 && a.phones[e.phone].is(m) {
				list = append(list, e)
			}
		}
		if named <= 1 {
			pool = append(pool, list...)
		} else {
			lists = append(lists, list)
		}
		r.events = append(r.events, list...)
	}
	slices.SortStableFunc(pool, byTime)
	slices.SortStableFunc(r.events, byTime)
	for _, list := range append(lists, pool) {
		r.runs = append(r.runs, x.runsOf(list)...)
		r.codes(list)
	}
	slices.SortStableFunc(r.runs, func(a, b Run) int { return cmp.Compare(a.First(), b.First()) })
	return r
}

// codes notes the last codes typed in.
func (r *record) codes(list []login) {
	asked, called := deliverylog.NoTime, deliverylog.NoTime
	for i := range list {
		e := &list[i]
		switch {
		case e.send:
			asked = e.at
		case e.event == deliverylog.VoiceSent && e.ok:
			called = e.at
		case e.event == deliverylog.CodeRejected:
			r.rejected = max(r.rejected, e.at)
		case e.event == deliverylog.CodeAccepted || confirmed(e, asked, called):
			if byCall(e, asked, called) {
				r.byCall = max(r.byCall, e.at)
			} else if e.at >= r.accepted {
				r.accepted, r.waited = e.at, -1
				if asked.Known() && e.at-asked <= deliverylog.Time(runGap.Milliseconds()) {
					r.waited = (e.at.Std()).Sub(asked.Std())
				}
			}
		}
	}
}

// confirmed says that a phone was set up by typing in the code that was sent to it.
func confirmed(e *login, asked, called deliverylog.Time) bool {
	return e.event == deliverylog.Enrolled && e.ok && asked.Known() && asked > called &&
		e.at-asked <= deliverylog.Time(runGap.Milliseconds())
}

// byCall says whether a code that was typed in may have come by a call. What the
// log says of it wins; where it says nothing, the last thing asked for does.
func byCall(e *login, asked, called deliverylog.Time) bool {
	return e.byTel || !e.bySMS && called.Known() && called > asked
}

// otherWays are successes that are no code by text.
var otherWays = map[string]string{
	deliverylog.RecoveryUsed:  "a backup code",
	deliverylog.BypassUsed:    "a code from an administrator",
	deliverylog.VoiceAnswered: "a phone call",
	deliverylog.OtherSuccess:  "another factor",
}

// runsOf cuts the events of one person into runs.
func (x *Identity) runsOf(list []login) (runs []Run) {
	gap := deliverylog.Time(runGap.Milliseconds())
	for i := range list {
		e := &list[i]
		if !e.send {
			continue
		}
		if n := len(runs); n == 0 || e.at-runs[n-1].Last() > gap {
			runs = append(runs, Run{Accepted: deliverylog.NoTime, Called: deliverylog.NoTime, Rejected: deliverylog.NoTime,
				Other: deliverylog.NoTime, Stopped: deliverylog.NoTime})
		}
		r := &runs[len(runs)-1]
		r.Sent = append(r.Sent, e.at)
		if !e.ok {
			r.NotSent++
			r.Refused = cmp.Or(e.why, r.Refused)
		}
	}
	for i := range runs {
		next := deliverylog.NoTime
		if i+1 < len(runs) {
			next = runs[i+1].First()
		}
		x.outcome(&runs[i], list, next)
	}
	return runs
}

// outcome finds out how a run ended. next is when the next one begins.
func (x *Identity) outcome(r *Run, list []login, next deliverylog.Time) {
	gap := deliverylog.Time(runGap.Milliseconds())
	asked, called := deliverylog.NoTime, deliverylog.NoTime
	end := r.Last() + deliverylog.Time(otherGap.Milliseconds())
	begin, _ := slices.BinarySearchFunc(list, r.First(), func(e login, at deliverylog.Time) int { return cmp.Compare(e.at, at) })
	for i := begin; i < len(list) && list[i].at <= end && !(next.Known() && list[i].at >= next); i++ {
		e := &list[i]
		near := e.at <= r.Last()+gap
		way, other := otherWays[e.event]
		switch {
		case e.send:
			asked = e.at
		case e.event == deliverylog.VoiceSent && e.ok:
			called, r.Called = e.at, e.at
		case near && (e.event == deliverylog.CodeAccepted || confirmed(e, asked, called)):
			r.Accepted, r.ByCall, r.Waited = e.at, byCall(e, asked, called), e.at.Std().Sub(asked.Std())
		case near && e.event == deliverylog.CodeRejected:
			r.Rejected = e.at
		case near && e.event == deliverylog.SMSStatus && !e.ok:
			r.Refused = cmp.Or(e.why, r.Refused)
		case (e.event == deliverylog.RateLimited || e.event == deliverylog.LockedOut) && near:
			r.Stopped = e.at
		case other && e.ok && !r.Other.Known():
			r.Other, r.OtherBy = e.at, way
		}
	}
	r.Open = !r.Accepted.Known() && !r.Rejected.Known() && !r.Other.Known() && !r.Stopped.Known() &&
		x.newest-r.First() < deliverylog.Time(logDelay.Milliseconds())
}
