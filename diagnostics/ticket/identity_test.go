package ticket

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/testdata"
)

// sampleLogins reads login logs from the samples beside the repository.
func sampleLogins(t *testing.T, names ...string) []deliverylog.IdentityEvent {
	t.Helper()
	var logs []deliverylog.Log
	for _, name := range names {
		logs = append(logs, deliverylog.File(testdata.Shared(t, "samples", name)))
	}
	var list []deliverylog.IdentityEvent
	if _, err := deliverylog.ReadIdentity(context.Background(), logs, deliverylog.Options{}, nil, func(e *deliverylog.IdentityEvent) { list = append(list, *e) }); err != nil {
		t.Fatal(err)
	}
	return list
}

// identityOnly drafts a ticket for numbers from login logs alone.
func identityOnly(events []deliverylog.IdentityEvent, region string, numbers ...string) Ticket {
	in := Inputs{Identity: newIdentity(events, region)}
	for _, n := range numbers {
		in.Numbers = append(in.Numbers, carrier.Check(n, region, nil))
	}
	return Draft(in)
}

func newIdentity(events []deliverylog.IdentityEvent, region string) *Identity {
	return NewIdentity(func(yield func(*deliverylog.IdentityEvent) bool) {
		for i := range events {
			if !yield(&events[i]) {
				return
			}
		}
	}, region)
}

// answer gives value and source of an answer.
func answer(t *testing.T, k Ticket, id string) (value string, a Answer) {
	t.Helper()
	a = k.Answers[slices.Index(IDs[:], id)]
	b, err := json.Marshal(a.Value)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), a
}

type wantAnswers map[string]string // value and source by question id

func checkAnswers(t *testing.T, k Ticket, want wantAnswers) {
	t.Helper()
	for id, w := range want {
		value, a := answer(t, k, id)
		if got := value + " " + string(a.Source); got != w {
			t.Errorf("%s: got %s, want %s\n%s %q", id, got, w, a.Text, a.Evidence)
		}
		if a.Text == "" || a.Short == "" {
			t.Errorf("%s has no text: %+v", id, a)
		}
	}
}

func TestIdentityOfSamples(t *testing.T) {
	okta, auth0 := []string{"okta/system-log.json"}, []string{"auth0/logs-api.json"}
	both := []string{"duo/authentication-v2.json", "duo/telephony-v2.json"}
	cases := []struct {
		name   string
		files  []string
		number string
		want   wantAnswers
	}{
		{"the third code is typed in", okta, "+447700900142", wantAnswers{
			MultipleTimesID:       `{"repeated":false,"failed_attempts":0} identity`,
			EventuallyReceivedID:  `{"eventually":true} identity`,
			EverReceivedID:        `{"ever":true,"last_delivered_at":"2026-03-03T08:06:01.331Z"} identity`,
			WhenFailedID:          `{"first":null,"last":null,"hours":null,"peak_hours":null} unanswered`,
			NoticedAtID:           `{"at":null} unanswered`,
			PermanentlyDisabledID: `{"disabled":null} unanswered`,
		}},
		{"a wrong code, then a reset", okta, "+4407700900187", wantAnswers{
			MultipleTimesID:       `{"repeated":false,"failed_attempts":1} identity`,
			EventuallyReceivedID:  `{"eventually":true} identity`,
			EverReceivedID:        `{"ever":null,"last_delivered_at":null} unanswered`,
			WhenFailedID:          `{"first":"2026-03-03T08:10:00Z","last":"2026-03-03T08:13:30.500Z","hours":[8],"peak_hours":false} identity`,
			NoticedAtID:           `{"at":"2026-03-03T08:10:00Z"} identity`,
			PermanentlyDisabledID: `{"disabled":true} identity`,
		}},
		{"a masked number", okta, "+447700900311", wantAnswers{
			EverReceivedID:       `{"ever":true,"last_delivered_at":"2026-03-03T08:20:52Z"} identity`,
			EventuallyReceivedID: `{"eventually":null} unanswered`,
		}},
		{"set up at the second go", okta, "+61491570156", wantAnswers{
			EverReceivedID:       `{"ever":true,"last_delivered_at":"2026-03-03T22:03:25Z"} identity`,
			EventuallyReceivedID: `{"eventually":true} identity`,
			NumberChangedID:      `{"changed":null} unanswered`,
		}},
		{"refused by the provider, backup code", auth0, "+447700900187", wantAnswers{
			MultipleTimesID:      `{"repeated":false,"failed_attempts":1} identity`,
			EventuallyReceivedID: `{"eventually":null} unanswered`,
			EverReceivedID:       `{"ever":null,"last_delivered_at":null} unanswered`,
			WhenFailedID:         `{"first":"2026-03-04T08:02:01.300Z","last":"2026-03-04T08:02:01.300Z","hours":[8],"peak_hours":false} identity`,
		}},
		{"nothing comes until the limit", auth0, "+447700900311", wantAnswers{
			EventuallyReceivedID: `{"eventually":false} identity`,
			EverReceivedID:       `{"ever":false,"last_delivered_at":null} identity`,
			NoticedAtID:          `{"at":"2026-03-04T08:30:10Z"} identity`,
		}},
		{"removed", auth0, "+61491570156", wantAnswers{PermanentlyDisabledID: `{"disabled":true} identity`}},
		{"two logs", both, "+447700900187", wantAnswers{
			MultipleTimesID:      `{"repeated":false,"failed_attempts":1} identity`,
			EventuallyReceivedID: `{"eventually":true} identity`,
		}},
		{"calls alone", both, "+12025550143", wantAnswers{
			MultipleTimesID: `{"repeated":null,"failed_attempts":null} unanswered`,
			EverReceivedID:  `{"ever":null,"last_delivered_at":null} unanswered`,
		}},
		{"somebody else", okta, "+447700900999", wantAnswers{
			MultipleTimesID: `{"repeated":null,"failed_attempts":null} unanswered`,
			EverReceivedID:  `{"ever":null,"last_delivered_at":null} unanswered`,
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			events := sampleLogins(t, c.files...)
			for range 3 {
				checkAnswers(t, identityOnly(events, "", c.number), c.want)
				rand.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			}
		})
	}
}

func TestIdentityWords(t *testing.T) {
	okta, auth0 := sampleLogins(t, "okta/system-log.json"), sampleLogins(t, "auth0/logs-api.json")
	for _, c := range []struct {
		events     []deliverylog.IdentityEvent
		number, id string
		want       string
	}{
		{okta, "+447700900142", EverReceivedID, "40.6 s from the code asked for to the code typed in"},
		{okta, "+447700900187", EverReceivedID, "a wrong code was typed in on 3 March 2026 08:17 UTC: something arrived"},
		{okta, "+447700900187", MultipleTimesID, "2 codes asked for (Message undelivered), wrong code at 08:17:09"},
		{okta, "+447700900311", EverReceivedID, "does not show the number whole"},
		{auth0, "+447700900187", MultipleTimesID, "1 not handed over (code 21610, Attempt to send to unsubscribed recipient; Twilio: "},
		{auth0, "+447700900187", EverReceivedID, "the user got in with a backup code on 4 March 2026 08:09 UTC"},
		{auth0, "+447700900311", WhenFailedID, "3 codes asked for, none typed in, then locked or limited at 08:36:00"},
	} {
		_, a := answer(t, identityOnly(c.events, "", c.number), c.id)
		if all := strings.Join(a.Evidence, "\n"); !strings.Contains(all, c.want) {
			t.Errorf("%s of %s: %q has not %q", c.id, c.number, all, c.want)
		}
	}
}

// made is a login log of one person with events by minute.
type made struct {
	user, phone string
	list        []deliverylog.IdentityEvent
}

func (m *made) add(t *testing.T, event, when string) *made {
	e := loginEvent(t, event, when)
	e.User, e.Phone = m.user, m.phone
	m.list = append(m.list, e)
	return m
}

func TestIdentityRuns(t *testing.T) {
	sent, accepted := deliverylog.SMSSent, deliverylog.CodeAccepted
	for _, c := range []struct {
		name   string
		events func(m *made)
		want   wantAnswers
	}{
		{"ten minutes apart are one run, more are two", func(m *made) {
			m.add(t, sent, "2026-03-03 08:00").add(t, sent, "2026-03-03 08:10").add(t, sent, "2026-03-03T08:20:01Z").add(t, sent, "2026-03-03 12:00")
		}, wantAnswers{MultipleTimesID: `{"repeated":true,"failed_attempts":2} identity`, EventuallyReceivedID: `{"eventually":false} identity`}},
		{"a code eleven minutes later is none of this run", func(m *made) {
			m.add(t, sent, "2026-03-03 08:00").add(t, sent, "2026-03-03 08:05").add(t, accepted, "2026-03-03 08:16").add(t, sent, "2026-03-03 12:00")
		}, wantAnswers{EventuallyReceivedID: `{"eventually":false} identity`, MultipleTimesID: `{"repeated":false,"failed_attempts":1} identity`}},
		{"the present run begins after the last code", func(m *made) {
			m.add(t, sent, "2026-03-01 08:00").add(t, sent, "2026-03-02 08:00").add(t, accepted, "2026-03-02 08:01").
				add(t, sent, "2026-03-03 09:00").add(t, sent, "2026-03-04 09:00").add(t, sent, "2026-03-04 09:05")
		}, wantAnswers{NoticedAtID: `{"at":"2026-03-03T09:00:00Z"} identity`, MultipleTimesID: `{"repeated":true,"failed_attempts":3} identity`,
			WhenFailedID: `{"first":"2026-03-01T08:00:00Z","last":"2026-03-04T09:05:00Z","hours":[8,9],"peak_hours":false} identity`}},
		{"a code asked for at the very end is not judged", func(m *made) {
			m.add(t, sent, "2026-03-03 08:00").add(t, accepted, "2026-03-03 08:01").add(t, sent, "2026-03-03 10:00")
		}, wantAnswers{MultipleTimesID: `{"repeated":false,"failed_attempts":0} identity`, NoticedAtID: `{"at":null} unanswered`}},
		{"another factor proves nothing", func(m *made) {
			m.add(t, sent, "2026-03-03 08:00").add(t, sent, "2026-03-03 08:02").add(t, deliverylog.OtherSuccess, "2026-03-03 08:05")
		}, wantAnswers{EventuallyReceivedID: `{"eventually":null} unanswered`, EverReceivedID: `{"ever":null,"last_delivered_at":null} unanswered`}},
		{"the code of a call is not one by text", func(m *made) {
			m.add(t, sent, "2026-03-03 08:00").add(t, sent, "2026-03-03 08:02").add(t, deliverylog.VoiceSent, "2026-03-03 08:04").add(t, accepted, "2026-03-03 08:05")
		}, wantAnswers{EventuallyReceivedID: `{"eventually":null} unanswered`, EverReceivedID: `{"ever":null,"last_delivered_at":null} unanswered`,
			MultipleTimesID: `{"repeated":false,"failed_attempts":0} identity`}},
		{"reset and set up again", func(m *made) {
			m.add(t, deliverylog.FactorReset, "2026-03-03 08:00").add(t, deliverylog.Enrolled, "2026-03-03 09:00")
		}, wantAnswers{PermanentlyDisabledID: `{"disabled":false} identity`}},
		{"messages to reset a password are kept apart", func(m *made) {
			m.add(t, sent, "2026-03-03 08:00").add(t, accepted, "2026-03-03 10:00")
			m.list[0].Purpose = deliverylog.ForReset
		}, wantAnswers{MultipleTimesID: `{"repeated":null,"failed_attempts":null} unanswered`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &made{user: "tom@firm.example", phone: caller}
			c.events(m)
			checkAnswers(t, identityOnly(m.list, "", caller), c.want)
		})
	}
}

func TestIdentityNumbers(t *testing.T) {
	one := func(user, phone string) []deliverylog.IdentityEvent {
		return (&made{user: user, phone: phone}).add(t, deliverylog.SMSSent, "2026-03-03 08:00").add(t, deliverylog.CodeAccepted, "2026-03-03 08:01").list
	}
	other := one("al@firm.example", "+447700900142")
	for _, c := range []struct {
		name, region string
		events       []deliverylog.IdentityEvent
		ever         bool
	}{
		{"complete", "", one("tom", caller), true},
		{"with a zero too many", "", one("tom", "+4407700900187"), true},
		{"national, with its region", "GB", one("tom", "07700 900187"), true},
		{"national, of another region", "US", one("tom", "07700 900187"), true}, // no number there: told by its end
		{"national, without one", "", one("tom", "(07700) 900-187"), true},
		{"masked", "", append(one("tom", "+44 XXXX XXX187"), other...), true},
		{"masked but for the end", "", append(one("tom", "** **** **87"), other...), true},
		{"masked, of another country", "", one("tom", "+1 XXX-XXX-0187"), false},
		{"masked, with too little to see", "", one("tom", "+44 XXXX XXXXX7"), false},
		{"two people whose numbers end so", "", append(one("tom", "+44 XXXX XXXX87"), one("ann", "+44 XXXX XXXX87")...), false},
		{"masked, and somebody is known to have such a number", "", append(one("tom", "+44 XXXX XXXX87"), one("ann", "+447700900287")...), false},
		{"no number at all, one user", "", one("tom", ""), true},
		{"no number at all, two users", "", append(one("tom", ""), one("ann", "")...), false},
		{"another number", "", other, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, a := answer(t, identityOnly(c.events, c.region, caller), EverReceivedID)
			if got := a.Source == FromIdentity && *a.Value.(EverReceived).Ever; got != c.ever {
				t.Errorf("got %+v", a)
			}
		})
	}
	// Two people of one ticket, and a mask that fits both.
	k := identityOnly(one("tom", "+44 XXXX XXXX87"), "", caller, "+447700900287")
	if _, a := answer(t, k, EverReceivedID); a.Source != Unanswered {
		t.Errorf("%+v", a)
	}
	if _, a := answer(t, k, MobileNumberID); !strings.Contains(strings.Join(a.Evidence, "\n"), "cannot be told") {
		t.Errorf("%+v", a)
	}
	// The account may have the number written wrong.
	if _, a := answer(t, identityOnly(one("tom", "+4407700900187"), "", caller), MobileNumberID); !strings.Contains(strings.Join(a.Evidence, "\n"), "has it as +4407700900187, right is +44 7700 900187") {
		t.Errorf("%+v", a)
	}
}

func TestIdentityNumberChanged(t *testing.T) {
	m := &made{user: "tom@firm.example", phone: "+447700900142"}
	m.add(t, deliverylog.SMSSent, "2026-03-01 08:00").add(t, deliverylog.CodeAccepted, "2026-03-01 08:01")
	m.phone = ""
	m.add(t, deliverylog.FactorReset, "2026-03-02 08:00")
	m.phone = caller
	m.add(t, deliverylog.SMSSent, "2026-03-02 09:00").add(t, deliverylog.Enrolled, "2026-03-02 09:01").add(t, deliverylog.SMSSent, "2026-03-03 08:00")
	m.add(t, deliverylog.LockedOut, "2026-03-03 09:00")
	want := wantAnswers{NumberChangedID: `{"changed":true} identity`, PermanentlyDisabledID: `{"disabled":false} identity`}
	k := identityOnly(m.list, "", caller)
	checkAnswers(t, k, want)
	if _, a := answer(t, k, NumberChangedID); !strings.Contains(a.Text, "+44 7700 900187 since 2 March 2026 09:00 UTC, and to +44 7700 900142 before") || len(a.Evidence) != 1 {
		t.Errorf("%+v", a)
	}
	// Whoever asks for the old number hears that the codes go elsewhere.
	k = identityOnly(m.list, "", "+447700900142")
	checkAnswers(t, k, want)
	if _, a := answer(t, k, MobileNumberID); !strings.Contains(strings.Join(a.Evidence, "\n"), "last sent a code to +44 7700 900187") {
		t.Errorf("%+v", a)
	}
	if v, _ := answer(t, k, EverReceivedID); v != `{"ever":true,"last_delivered_at":"2026-03-01T08:01:00Z"}` {
		t.Errorf("the old number's own code: %s", v)
	}
	// Long ago is not lately.
	m.add(t, deliverylog.SMSSent, "2026-05-03 08:00")
	checkAnswers(t, identityOnly(m.list, "", caller), wantAnswers{NumberChangedID: `{"changed":null} unanswered`})
}

// Where both logs have the person, a code typed in proves more than a receipt, and
// a receipt without one proves less; beyond the login log's time the receipt stands.
func TestIdentityBesideLog(t *testing.T) {
	draft := func(list []message.Message, events []deliverylog.IdentityEvent) Ticket {
		return Draft(Inputs{Report: &finding.Report{Table: table(t, list, caller)}, Identity: newIdentity(events, ""),
			Numbers: []carrier.Checked{carrier.Check(caller, "", nil)}})
	}
	delivered := []message.Message{sms(t, caller, "O2", "2026-03-03 08:00", 9), sms(t, caller, "O2", "2026-03-03 08:04", 8)}
	refused := []message.Message{sms(t, caller, "O2", "2026-03-03 08:00", -1), sms(t, caller, "O2", "2026-03-03 08:04", -1)}
	// The login log covers the morning: others logged in before and after.
	others := []deliverylog.IdentityEvent{}
	for _, when := range []string{"2026-03-03 07:00", "2026-03-03 09:30"} {
		e := loginEvent(t, deliverylog.CodeAccepted, when)
		e.User, e.Phone = "al@firm.example", "+447700900142"
		others = append(others, e)
	}
	asked := append([]deliverylog.IdentityEvent{loginEvent(t, deliverylog.SMSSent, "2026-03-03 08:00"), loginEvent(t, deliverylog.SMSSent, "2026-03-03 08:04")}, others...)

	checkAnswers(t, draft(delivered, asked), wantAnswers{
		EventuallyReceivedID: `{"eventually":null} unanswered`,
		EverReceivedID:       `{"ever":null,"last_delivered_at":null} unanswered`,
		MultipleTimesID:      `{"repeated":false,"failed_attempts":0} log`,
	})
	checkAnswers(t, draft(append(slices.Clone(delivered), sms(t, caller, "O2", "2026-02-20 08:00", 5)), asked), wantAnswers{
		EventuallyReceivedID: `{"eventually":null} unanswered`,
		EverReceivedID:       `{"ever":true,"last_delivered_at":"2026-03-03T08:04:08Z"} log`,
	})
	typed := append(slices.Clone(asked), loginEvent(t, deliverylog.CodeAccepted, "2026-03-03 08:05"))
	checkAnswers(t, draft(delivered, typed), wantAnswers{
		EventuallyReceivedID: `{"eventually":true} identity`,
		EverReceivedID:       `{"ever":true,"last_delivered_at":"2026-03-03T08:04:08Z"} identity`,
	})
	k := draft(refused, typed)
	checkAnswers(t, k, wantAnswers{
		EventuallyReceivedID: `{"eventually":true} identity`,
		EverReceivedID:       `{"ever":true,"last_delivered_at":"2026-03-03T08:05:00Z"} identity`,
		MultipleTimesID:      `{"repeated":false,"failed_attempts":1} log`,
	})
	if _, a := answer(t, k, EventuallyReceivedID); !strings.Contains(strings.Join(a.Evidence, "\n"), "no receipt") {
		t.Errorf("%+v", a)
	}
	// The same without the sends, as Duo's authentication log and Entra have it.
	checkAnswers(t, draft(refused, []deliverylog.IdentityEvent{loginEvent(t, deliverylog.CodeAccepted, "2026-03-03 08:05")}), wantAnswers{
		EventuallyReceivedID: `{"eventually":true} identity`})
	wrong := append(slices.Clone(asked), loginEvent(t, deliverylog.CodeRejected, "2026-03-03 08:05"))
	checkAnswers(t, draft(delivered, wrong), wantAnswers{
		EventuallyReceivedID: `{"eventually":true} identity`,
		EverReceivedID:       `{"ever":true,"last_delivered_at":"2026-03-03T08:04:08Z"} log`,
	})
	// Without a code in it, Keycloak's log proves nothing.
	silent := slices.Clone(asked)
	for i := range silent {
		silent[i].Provider = "keycloak"
	}
	checkAnswers(t, draft(delivered, silent), wantAnswers{EverReceivedID: `{"ever":true,"last_delivered_at":"2026-03-03T08:04:08Z"} log`})
}

func TestIdentityEmpty(t *testing.T) {
	k := Draft(Inputs{Identity: newIdentity(nil, ""), Numbers: []carrier.Checked{carrier.Check(caller, "", nil), carrier.Check("nonsense", "", nil)}})
	if _, a := answer(t, k, EverReceivedID); a.Source != Unanswered {
		t.Errorf("%+v", a)
	}
	if !k.CreatedAt.IsZero() {
		t.Errorf("created %v", k.CreatedAt)
	}
}
