package deliverylog

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"
)

// The events of login logs in one normal form. What a login system logs beside
// them is left out and counted.
const (
	ChallengeStarted = "challenge_started" // the second factor was asked for
	SMSSent          = "sms_sent"          // a code was given to the SMS provider; failure: it could not be
	SMSStatus        = "sms_status"        // the SMS provider's later word on it
	VoiceSent        = "voice_sent"        // the code was given to a phone call
	VoiceAnswered    = "voice_answered"    // how the call went
	CodeAccepted     = "code_accepted"     // a code was typed in, and was right
	CodeRejected     = "code_rejected"     // a code was typed in, and was wrong
	RecoveryUsed     = "recovery_used"     // logged in with a backup code
	BypassUsed       = "bypass_used"       // logged in with a code from an administrator
	RateLimited      = "rate_limited"      // the system stopped answering for a while
	LockedOut        = "locked_out"
	EnrollStarted    = "enroll_started"
	Enrolled         = "enrolled"       // the factor was set up
	FactorRemoved    = "factor_removed" // by the user or an administrator
	FactorReset      = "factor_reset"   // all factors of the user, by an administrator

	// OtherSuccess is no event of the normal form: a login that a factor other than
	// a code let in, such as a push. It keeps a code that was not typed in from
	// being taken for one that did not come. Writers leave it out.
	OtherSuccess = "other_success"
)

// identityEvents are the events in the order in which one login has them; events
// of one moment are put in it.
var identityEvents = [...]string{EnrollStarted, ChallengeStarted, SMSSent, VoiceSent, SMSStatus, VoiceAnswered, CodeRejected, CodeAccepted,
	RecoveryUsed, BypassUsed, Enrolled, RateLimited, LockedOut, FactorRemoved, FactorReset, OtherSuccess}

// The outcomes of an event, which are not those of the login: sms_sent with
// Success says that the login system got rid of the message.
const (
	Success = "success"
	Failure = "failure"
)

// What a code was sent for, where it was not to log in.
const (
	ForSetup        = "setup"        // the phone was being set up
	ForApp          = "app"          // a link to set up an app
	ForUnlock       = "unlock"       // to unlock an account
	ForReset        = "reset"        // to reset a password
	ForPasswordless = "passwordless" // in place of a password
)

// The channels of a code.
const (
	BySMS  = "sms"
	ByCall = "call"
)

// IdentityEvent is one event of a login log in normal form.
type IdentityEvent struct {
	User    string // login as the log gives it, e-mail or user name, or empty
	Account string // the login system's own id of the account, or empty
	// Phone is the number as the log gives it, without spaces and brackets where it
	// is a complete international number, as it stands where digits are masked.
	Phone    string
	Event    string // one of the constants from ChallengeStarted to OtherSuccess
	Outcome  string // Success or Failure
	At       Time   // always known
	Provider string // "okta", "auth0", "duo", "entra", "cognito", "keycloak", or "otpdoctor" for what convert wrote
	Purpose  string // one of the For constants; empty: to log in
	Channel  string // BySMS or ByCall where the log says how the code came, else empty
	Code     string // the SMS provider's error code, or empty
	Detail   string // the reason in the log's words, or empty
	File     int    // index of the log
	Line     int64  // 1-based line on which the row begins
}

// login is an event as a row gives it.
type login struct {
	IdentityEvent
	id      string // of the event, unique in the login system's logs, or empty
	session string // of the login, where rows of several logs share it
	request bool   // the user asked for codes, and another log may say that they were sent
}

// identityFormats is the table of formats of login logs.
var identityFormats = compileAll(
	&oktaEvents,
	&auth0Logs,
	&duoAuthentication, &duoTelephony,
	&entraSignIns,
	&cognitoEvents,
	&keycloakEvents,
	&otpdoctorIdentity,
)

// IdentityFormats lists the known formats of login logs.
func IdentityFormats() []Format {
	list := make([]Format, len(identityFormats))
	for i, f := range identityFormats {
		list[i] = *f
	}
	return list
}

// ReadIdentity reads login logs, several as one, and gives their events ordered
// by time. Events that several files hold are given once. It fails like [Open];
// broken rows are counted in the summaries, one a log, whose Messages count the
// events given. The event is reused: copy what you keep. progress may be nil.
//
// A format name of o that belongs to a delivery log is not looked at, nor is a map.
func ReadIdentity(ctx context.Context, logs []Log, o Options, progress func(Progress), emit func(*IdentityEvent)) ([]Summary, error) {
	o.logins, o.Map = true, nil
	var list loginList
	summaries := make([]Summary, 0, len(logs))
	for i, log := range logs {
		s, err := list.read(ctx, i, log, o, progress)
		summaries = append(summaries, s)
		if err != nil {
			return summaries, err
		}
	}
	list.join()
	list.unique()
	warnOfHalf(summaries)
	var e IdentityEvent
	for i := range list.events {
		list.fill(&e, &list.events[i])
		if e.Event == OtherSuccess {
			summaries[e.File].Skipped++
		} else {
			summaries[e.File].Messages++
		}
		emit(&e)
	}
	return summaries, nil
}

// IsIdentity looks at the beginning of a log and says whether it is a login log.
func IsIdentity(log Log) bool {
	r, err := Open(context.Background(), log, Options{logins: true})
	if err != nil {
		return false
	}
	r.Close()
	return true
}

// warnOfHalf says which of Duo's two logs is missing.
func warnOfHalf(summaries []Summary) {
	have := func(f *Format) bool {
		return slices.ContainsFunc(summaries, func(s Summary) bool { return s.Format == f.Name })
	}
	for i := range summaries {
		s := &summaries[i]
		switch {
		case s.Format == duoAuthentication.Name && !have(&duoTelephony):
			s.Warnings = append(s.Warnings, warnDuoTelephony)
		case s.Format == duoTelephony.Name && !have(&duoAuthentication):
			s.Warnings = append(s.Warnings, warnDuoUsers)
		}
	}
}

// loginList holds the events of all logs: only at their end is the order known.
type loginList struct {
	events []keptLogin
	texts  []string // what the events point to
	index  map[string]uint32
	seed   maphash.Seed
}

// keptLogin is a login in little space: texts are indexes in loginList.texts, ids
// and sessions their hashes.
type keptLogin struct {
	at                                  Time
	line                                int64
	id, session                         uint64 // 0: none
	user, account, phone                uint32
	provider, purpose, code, detail     uint32
	file                                int32
	event                               uint8 // index in identityEvents
	success, bySMS, byCall, request, v1 bool
}

func (l *loginList) text(s string) uint32 {
	if s == "" {
		return 0
	}
	if i, ok := l.index[s]; ok {
		return i
	}
	if l.index == nil {
		l.index, l.texts = make(map[string]uint32), []string{""}
	}
	i := uint32(len(l.texts))
	s = strings.Clone(s)
	l.index[s], l.texts = i, append(l.texts, s)
	return i
}

func (l *loginList) hash(s string) uint64 {
	if s == "" {
		return 0
	}
	if l.seed == (maphash.Seed{}) {
		l.seed = maphash.MakeSeed()
	}
	return maphash.String(l.seed, s) | 1
}

func (l *loginList) string(i uint32) string {
	if i == 0 {
		return ""
	}
	return l.texts[i]
}

// read reads one log into the list.
func (l *loginList) read(ctx context.Context, file int, log Log, o Options, progress func(Progress)) (Summary, error) {
	r, err := Open(ctx, log, o)
	if err != nil {
		return Summary{Name: shortName(log.Name), Newest: NoTime}, err
	}
	defer r.Close()
	err = r.Each(progress, func(rec *Record) error {
		for i := range r.rows.logins {
			l.add(&r.rows.logins[i], file, rec.Line)
		}
		return nil
	})
	s := r.Summary()
	s.Warnings = slices.Clone(r.plan.format.Warnings)
	if r.ambiguous {
		s.Warnings = append(s.Warnings, warnAmbiguous)
	}
	return s, err
}

func (l *loginList) add(e *login, file int, line int64) {
	l.events = append(l.events, keptLogin{
		at: e.At, line: line, file: int32(file), id: l.hash(e.id), session: l.hash(e.session),
		user: l.text(e.User), account: l.text(e.Account), phone: l.text(e.Phone), provider: l.text(e.Provider),
		purpose: l.text(e.Purpose), code: l.text(e.Code), detail: l.text(e.Detail),
		event: uint8(slices.Index(identityEvents[:], e.Event)), success: e.Outcome == Success,
		bySMS: e.Channel == BySMS, byCall: e.Channel == ByCall, request: e.request,
		v1: e.Provider == duo && e.id == "" && (e.Event == SMSSent || e.Event == VoiceSent) && !e.request,
	})
}

func (l *loginList) fill(e *IdentityEvent, k *keptLogin) {
	*e = IdentityEvent{User: l.string(k.user), Account: l.string(k.account), Phone: l.string(k.phone), Event: identityEvents[k.event], Outcome: Failure,
		At: k.at, Provider: l.string(k.provider), Purpose: l.string(k.purpose), Code: l.string(k.code), Detail: l.string(k.detail),
		File: int(k.file), Line: k.line}
	if k.success {
		e.Outcome = Success
	}
	switch {
	case k.bySMS:
		e.Channel = BySMS
	case k.byCall:
		e.Channel = ByCall
	}
}

// join brings rows of one login together that stand in several logs: Duo's
// telephony log has the numbers, its authentication log the users.
func (l *loginList) join() {
	type session struct {
		user, account uint32
		phone         uint32 // to which something was sent
		sent          bool   // a text was sent
	}
	sessions := make(map[uint64]*session)
	for i := range l.events {
		k := &l.events[i]
		if k.session == 0 {
			continue
		}
		s := sessions[k.session]
		if s == nil {
			s = &session{}
			sessions[k.session] = s
		}
		if k.user != 0 && s.user == 0 {
			s.user, s.account = k.user, k.account
		}
		if k.user == 0 && k.phone != 0 {
			s.phone = k.phone
			s.sent = s.sent || identityEvents[k.event] == SMSSent
		}
	}
	l.events = slices.DeleteFunc(l.events, func(k keptLogin) bool {
		return k.request && k.session != 0 && sessions[k.session].sent
	})
	for i := range l.events {
		k := &l.events[i]
		s := sessions[k.session]
		if k.session == 0 || s == nil {
			continue
		}
		if k.user == 0 {
			k.user, k.account = s.user, s.account
		}
		if s.phone != 0 && samePhone(l.string(k.phone), l.string(s.phone)) {
			k.phone = s.phone
		}
	}
}

// samePhone says whether a number as written, national or missing, can be the
// complete one.
func samePhone(written, complete string) bool {
	if !strings.HasPrefix(complete, "+") {
		return false
	}
	digits := onlyDigits(written)
	return strings.HasSuffix(complete, strings.TrimLeft(digits, "0")) && (digits == "" || len(digits) >= 6)
}

// unique puts the events in order and takes away those that two files, or two
// pages of a download, hold both. Events with an id are the same where the id is;
// those without one where everything is, and then as many stay as one file has.
func (l *loginList) unique() {
	slices.SortStableFunc(l.events, func(a, b keptLogin) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.event, b.event), strings.Compare(l.string(a.user), l.string(b.user)),
			strings.Compare(l.string(a.phone), l.string(b.phone)), compareBool(a.success, b.success),
			cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	kept := l.events[:0]
	ids := map[uint64]bool{}    // of the events with the same time
	nth := map[keptLogin]int{}  // how many of one without id a file has, this far
	most := map[keptLogin]int{} // … and how many are kept
	at := NoTime
	for _, k := range l.events {
		if k.at != at {
			at = k.at
			clear(ids)
			clear(nth)
			clear(most)
		}
		if k.id != 0 {
			if ids[k.id] {
				continue
			}
			ids[k.id] = true
		} else {
			key := k
			key.line = 0
			nth[key]++
			n := nth[key]
			key.file = 0
			if n <= most[key] {
				continue
			}
			most[key] = n
		}
		kept = append(kept, k)
	}
	l.events = slices.DeleteFunc(kept, l.toldByVersion2())
}

// toldByVersion2 tells sends of Duo's first telephony log, which are cut to the
// second and have no ids, that its second version has as well.
func (l *loginList) toldByVersion2() func(keptLogin) bool {
	type send struct {
		second Time
		phone  uint32
		event  uint8
	}
	of := func(k keptLogin) send { return send{k.at / 1000, k.phone, k.event} }
	first, second := false, map[send]int{}
	for _, k := range l.events {
		first = first || k.v1
	}
	for _, k := range l.events {
		if first && !k.v1 && k.session != 0 && l.string(k.provider) == duo {
			second[of(k)]++
		}
	}
	return func(k keptLogin) bool {
		if !k.v1 || second[of(k)] == 0 {
			return false
		}
		second[of(k)]--
		return true
	}
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
