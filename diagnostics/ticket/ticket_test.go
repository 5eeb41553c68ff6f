package ticket

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/carrier"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/finding"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
	"cli.otpdoctor/diagnostics/reason"
	"cli.otpdoctor/diagnostics/tally"
	"cli.otpdoctor/faq"
)

const caller = "+447700900187"

func at(t testing.TB, s string) deliverylog.Time {
	t.Helper()
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04"} {
		if x, err := time.Parse(layout, s); err == nil {
			return deliverylog.FromTime(x)
		}
	}
	t.Fatalf("%q is no time", s)
	return 0
}

func msisdn(s string) number.MSISDN { return number.ParseMSISDN([]byte(s), "") }

// sms is one message: when, to whom, and after how many seconds it came; below
// zero it failed with code 30007.
func sms(t testing.TB, to, name, when string, latency int) message.Message {
	m := message.Message{To: msisdn(to), Country: number.Classify(msisdn(to)).Country, Carrier: name, CarrierSource: carrier.FromLog,
		Provider: "twilio", Format: "generic-csv", Submitted: at(t, when), Done: deliverylog.NoTime, Verified: deliverylog.NoTime}
	m.ID = fmt.Sprintf("m-%x-%s", int64(m.Submitted)/1000%0xfffff, to[len(to)-2:])
	if latency >= 0 {
		m.Status, m.Reason, m.Done = message.Delivered, reason.Delivered, m.Submitted+deliverylog.Time(latency*1000)
	} else {
		m.Status, m.Reason, m.Code = message.Failed, reason.SpamFiltered, "30007"
	}
	return m
}

// caseMessages are the caller's messages of the drawn case, another user of the
// same carrier, and one elsewhere who is fine.
func caseMessages(t testing.TB) []message.Message {
	return []message.Message{
		sms(t, caller, "O2", "2026-02-20 09:00", 8),
		sms(t, caller, "O2", "2026-03-02 16:48", 9),
		sms(t, caller, "O2", "2026-03-03 07:52", -1), sms(t, caller, "O2", "2026-03-03 07:53", -1), sms(t, caller, "O2", "2026-03-03 07:55", -1),
		sms(t, caller, "O2", "2026-03-03 08:31", -1), sms(t, caller, "O2", "2026-03-03 08:33", -1),
		sms(t, caller, "O2", "2026-03-03 09:47", -1), sms(t, caller, "O2", "2026-03-03 09:50", -1),
		sms(t, "+447700900142", "O2", "2026-03-03 08:40", -1),
		sms(t, "+447700900311", "EE", "2026-03-03 08:41", 6),
		sms(t, "+447700900311", "EE", "2026-03-03 10:06", 6),
	}
}

func table(t testing.TB, list []message.Message, watch ...string) *tally.Table {
	o := tally.Options{}
	for _, s := range watch {
		o.Watch = append(o.Watch, msisdn(s))
	}
	c := tally.NewCounter(o)
	for i := range list {
		c.Add(&list[i])
	}
	return c.Close(at(t, "2026-03-03 10:30"))
}

func filtering(t testing.TB) finding.Finding {
	return finding.Finding{Cause: finding.CarrierSpamBlocking, Severity: finding.High, Confidence: 0.97,
		Scope: finding.Scope{Level: "carrier", Country: "GB", Carrier: "o2"}, AffectedUsers: 2, Messages: 8,
		Window: finding.Window{From: at(t, "2026-03-03 07:40"), To: at(t, "2026-03-03 10:06"), Open: true},
		Users:  []number.MSISDN{msisdn(caller), msisdn("+447700900142")},
		Title:  "O2 (GB) filters our texts", Summary: "4 of 4 attempts without a code.", Reply: "O2 has been stopping our texts."}
}

func inputs(t testing.TB) Inputs {
	r := &finding.Report{Table: table(t, caseMessages(t), caller), Findings: []finding.Finding{filtering(t)}}
	return Inputs{Report: r, Numbers: []carrier.Checked{carrier.Check("+4407700900187", "", nil)}, FirmURL: "northfirm.example"}
}

func values(t testing.TB, k Ticket) map[string]string {
	out := map[string]string{}
	for _, a := range k.Answers {
		b, err := json.Marshal(a.Value)
		if err != nil {
			t.Fatal(err)
		}
		out[a.Question.ID] = string(b)
		if a.Text == "" || a.Short == "" || a.Source == "" {
			t.Errorf("%s: an empty text, short text or source: %+v", a.Question.ID, a)
		}
	}
	return out
}

func TestDraft(t *testing.T) {
	k := Draft(inputs(t))
	want := map[string][3]string{ // value, short text, source
		AffectedUsersID:       {`{"users":2,"carriers":["GB/o2"],"same_carrier":true}`, "2, all on o2 (GB)", "log"},
		CountryID:             {`{"countries":["GB"]}`, "United Kingdom", "number"},
		MultipleTimesID:       {`{"repeated":true,"failed_attempts":3}`, "yes, 3 attempts without a code", "log"},
		NumberChangedID:       {`{"changed":null}`, "to ask", "unanswered"},
		ReceivesOthersID:      {`{"receives":null}`, "to ask", "unanswered"},
		EventuallyReceivedID:  {`{"eventually":false}`, "no, none of 7 in 3 attempts", "log"},
		EverReceivedID:        {`{"ever":true,"last_delivered_at":"2026-03-02T16:48:09Z"}`, "yes, last 2 March 16:48 UTC", "log"},
		PermanentlyDisabledID: {`{"disabled":null}`, "to ask", "unanswered"},
		WhenFailedID:          {`{"first":"2026-03-03T07:52:00Z","last":"2026-03-03T09:50:00Z","hours":[7,8,9],"peak_hours":false}`, "3 March 07:52 to 09:50 UTC", "log"},
		WholeFirmID:           {`{"whole_firm":null}`, "to ask", "unanswered"},
		MobileNumberID:        {`{"numbers":["+447700900187"]}`, "+44 7700 900187", "number"},
		NetworkProviderID:     {`{"carriers":["O2"],"source":"log"}`, "O2", "log"},
		NoticedAtID:           {`{"at":"2026-03-03T07:52:00Z"}`, "3 March 07:52 UTC", "log"},
	}
	got := values(t, k)
	for i, a := range k.Answers {
		w := want[a.Question.ID]
		if a.Question.ID != IDs[i] || a.Question.Number != i+1 {
			t.Errorf("answer %d is %s, number %d", i+1, a.Question.ID, a.Question.Number)
		}
		if got[a.Question.ID] != w[0] || a.Short != w[1] || string(a.Source) != w[2] {
			t.Errorf("%s: got %s, %q, %s; want %s, %q, %s", a.Question.ID, got[a.Question.ID], a.Short, a.Source, w[0], w[1], w[2])
		}
	}
	if want := "2FA text messages not received: 2 users, o2 (GB)"; k.Subject != want {
		t.Errorf("subject %q, want %q", k.Subject, want)
	}
	if k.Answered() != 9 || k.Reply == "" || !k.CreatedAt.Equal(at(t, "2026-03-03 10:30").Std()) {
		t.Errorf("answered %d, reply %q, created %v", k.Answered(), k.Reply, k.CreatedAt)
	}
	if e := k.Answers[2].Evidence; len(e) != 3 || !strings.Contains(e[0], "2026-03-03 07:52:00 UTC (07:52 there), 3 messages, none delivered, code 30007, message id m-") {
		t.Errorf("evidence %q", e)
	}
}

func TestDraftInAnyOrder(t *testing.T) {
	in := inputs(t)
	want := values(t, Draft(in))
	for seed := range uint64(5) {
		list := caseMessages(t)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		in.Report.Table = table(t, list, caller)
		for id, got := range values(t, Draft(in)) {
			if got != want[id] {
				t.Errorf("seed %d, %s: got %s, want %s", seed, id, got, want[id])
			}
		}
	}
}

func TestDraftForEveryNumberOfTheFindings(t *testing.T) {
	in := inputs(t)
	in.Numbers = nil
	got := values(t, Draft(in))
	for id, want := range map[string]string{
		AffectedUsersID: `{"users":2,"carriers":["GB/o2"],"same_carrier":true}`,
		MultipleTimesID: `{"repeated":true,"failed_attempts":4}`,
		MobileNumberID:  `{"numbers":["+447700900142","+447700900187"]}`,
	} {
		if got[id] != want {
			t.Errorf("%s: got %s, want %s", id, got[id], want)
		}
	}
}

func TestDraftCounts(t *testing.T) {
	in := inputs(t)
	other := func(s string) { in.Numbers = []carrier.Checked{carrier.Check(s, "", nil)} }
	value := func(id string) string { return values(t, Draft(in))[id] }
	check := func(name, got, want string) {
		if got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	other("+447700900311") // fine, on another carrier: no finding covers it
	check("uncovered", value(AffectedUsersID), `{"users":1,"carriers":["GB/EE"],"same_carrier":false}`)
	check("uncovered", value(MultipleTimesID), `{"repeated":false,"failed_attempts":0}`)
	check("uncovered", value(EventuallyReceivedID), `{"eventually":null}`)
	check("uncovered", value(WhenFailedID), `{"first":null,"last":null,"hours":null,"peak_hours":null}`)
	check("uncovered", value(NoticedAtID), `{"at":null}`)
	if n := len(Draft(in).Findings); n != 0 {
		t.Errorf("an uncovered number has %d findings", n)
	}
	in.Report = nil
	other("+4407700900187")
	check("no log", value(AffectedUsersID), `{"users":1,"carriers":["GB/O2"],"same_carrier":false}`)
	check("no log", value(MultipleTimesID), `{"repeated":null,"failed_attempts":null}`)
	check("no log", value(NetworkProviderID), `{"carriers":["O2"],"source":"prefix"}`)
	check("no log", value(EverReceivedID), `{"ever":null,"last_delivered_at":null}`)
	in.Numbers = nil
	check("nothing", value(AffectedUsersID), `{"users":null,"carriers":null,"same_carrier":null}`)
	check("nothing", value(MobileNumberID), `{"numbers":null}`)
}

func TestGivenAnswersWin(t *testing.T) {
	for _, c := range []struct {
		name, id, text string
		value          string
		conflict       bool
		warned         bool
	}{
		{"yes", NumberChangedID, "yes", `{"changed":true}`, false, false},
		{"no with more", PermanentlyDisabledID, "No, never", `{"disabled":false}`, false, false},
		{"unknown", WholeFirmID, "unknown", `{"whole_firm":null}`, false, false},
		{"other text", ReceivesOthersID, "sometimes", `null`, false, true},
		{"no-one is not no", ReceivesOthersID, "no-one tried", `null`, false, true},
		{"against the log", EverReceivedID, "no", `{"ever":false,"last_delivered_at":null}`, true, false},
		{"with the log", EverReceivedID, "yes", `{"ever":true,"last_delivered_at":"2026-03-02T16:48:09Z"}`, false, false},
		{"against the log", MultipleTimesID, "no", `{"repeated":false,"failed_attempts":null}`, true, false},
		{"unknown against the log", EventuallyReceivedID, "unknown", `{"eventually":null}`, true, false},
		{"time", NoticedAtID, "2026-03-03T09:10:00+01:00", `{"at":"2026-03-03T08:10:00Z"}`, false, false},
		{"another day", NoticedAtID, "2026-03-01T08:10:00Z", `{"at":"2026-03-01T08:10:00Z"}`, true, false},
		{"words", NoticedAtID, "this morning", `null`, false, true},
		{"when", WhenFailedID, "2026-03-03T08:10:00Z", `{"first":"2026-03-03T08:10:00Z","last":"2026-03-03T08:10:00Z","hours":[8],"peak_hours":null}`, false, false},
		{"peak", WhenFailedID, "yes, every morning", `{"first":"2026-03-03T07:52:00Z","last":"2026-03-03T09:50:00Z","hours":[7,8,9],"peak_hours":true}`, true, false},
		{"carrier", NetworkProviderID, "Vodafone", `{"carriers":["Vodafone"],"source":"agent"}`, true, false},
		{"same carrier", NetworkProviderID, "O2 UK", `{"carriers":["O2 UK"],"source":"agent"}`, false, false},
		{"count", AffectedUsersID, "12 users", `null`, true, true},
		{"country", CountryID, "France", `null`, true, true},
		{"number", MobileNumberID, "07700 900188", `null`, true, true},
	} {
		in := inputs(t)
		in.Given = map[string]string{c.id: c.text}
		k := Draft(in)
		i := strings.Index(strings.Join(IDs[:], " "), c.id)
		i = strings.Count(strings.Join(IDs[:], " ")[:i], " ")
		a := k.Answers[i]
		b, _ := json.Marshal(a.Value)
		if string(b) != c.value || a.Text != c.text || a.Source != FromAgent || (a.Conflict != "") != c.conflict || (len(k.Warnings) > 0) != c.warned {
			t.Errorf("%s, %s %q: got %s, text %q, source %s, conflict %q, warnings %q; want %s", c.name, c.id, c.text, b, a.Text, a.Source, a.Conflict, k.Warnings, c.value)
		}
	}
}

func TestParseAnswers(t *testing.T) {
	got, err := ParseAnswers(strings.NewReader(`{"number_changed":"no","noticed_at":"2026-03-03T08:10:00Z","when_failed":"every morning around 8:30"}`))
	if err != nil || len(got) != 3 || got["number_changed"] != "no" {
		t.Errorf("got %v, %v", got, err)
	}
	for _, c := range []struct{ text, want string }{
		{`{"numbr_changed":"no"}`, "numbr_changed is no question's id"},
		{`{"number_changed":true}`, "number_changed is no text but true or false without quotes"},
		{`{"affected_users":12}`, "affected_users is no text but a number"},
		{`{"number_changed":"no","number_changed":"yes"}`, "number_changed is given twice"},
		{`{"noticed_at":"3 March 08:10"}`, `noticed_at "3 March 08:10" has no time zone`},
		{`{"noticed_at":"2026-03-03T08:10:00"}`, `noticed_at "2026-03-03T08:10:00" has no time zone`},
		{`{"when_failed":"2026-03-03 08:10"}`, `when_failed "2026-03-03 08:10" has no time zone`},
		{`{"noticed_at":"2026-03-03T25:10:00Z"}`, `noticed_at "2026-03-03T25:10:00Z" is not a time in RFC 3339`},
		{`[]`, `not a JSON object of answers, such as {"number_changed":"no"}`},
		{`{"number_changed":"no"`, "the JSON ends too early"},
		{`{} {}`, "something follows the object of answers"},
	} {
		if _, err := ParseAnswers(strings.NewReader(c.text)); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.text, err, c.want)
		}
	}
}

func TestIdentity(t *testing.T) {
	in := inputs(t)
	events := []deliverylog.IdentityEvent{
		loginEvent(t, deliverylog.SMSSent, "2026-02-20 09:00"), loginEvent(t, deliverylog.CodeAccepted, "2026-02-20T09:00:40Z"),
		loginEvent(t, deliverylog.SMSSent, "2026-03-02 16:48"), loginEvent(t, deliverylog.SMSSent, "2026-03-03 08:31"),
		loginEvent(t, deliverylog.CodeAccepted, "2026-03-03 08:34"),
	}
	in.Identity = newIdentity(events[:3], "")
	k := Draft(in)
	if a := k.Answers[6]; a.Source != FromIdentity || a.Short != "yes, last 20 February 09:00 UTC" || len(a.Evidence) != 1 {
		t.Errorf("ever received: %+v", a)
	}
	in.Identity = newIdentity(append([]deliverylog.IdentityEvent{loginEvent(t, deliverylog.SMSSent, "2026-02-20 09:00")}, events[2:4]...), "")
	if a := Draft(in).Answers[6]; a.Source != Unanswered || a.Value != (EverReceived{}) || len(a.Evidence) != 1 {
		t.Errorf("delivered but never typed in is no proof: %+v", a)
	}
	in.Identity = newIdentity(events[3:], "")
	if a := Draft(in).Answers[5]; a.Source != FromIdentity || *a.Value.(EventuallyReceived).Eventually != true {
		t.Errorf("eventually received: %+v", a)
	}
}

func loginEvent(t testing.TB, event, when string) deliverylog.IdentityEvent {
	e := deliverylog.IdentityEvent{User: "tom@northfirm.example", Phone: caller, Event: event, Outcome: deliverylog.Success, At: at(t, when), Provider: "okta"}
	if event == deliverylog.CodeRejected {
		e.Outcome = deliverylog.Failure
	}
	return e
}

func TestOwnPeak(t *testing.T) {
	var list []message.Message
	for day := 1; day <= 8; day++ {
		for _, hour := range []int{7, 10, 12, 14, 16, 18, 20, 22} {
			latency := 5
			if hour == 10 {
				latency = 400
			}
			list = append(list, sms(t, caller, "O2", fmt.Sprintf("2026-02-%02d %02d:10", day, hour), latency))
		}
	}
	in := inputs(t)
	in.Report = &finding.Report{Table: table(t, list, caller)}
	if v := Draft(in).Answers[8].Value.(WhenFailed); !*v.PeakHours {
		t.Error("eight mornings of ten o'clock failures are not seen")
	}
	for i := range list { // the same number of failures, spread over the hours
		list[i] = sms(t, caller, "O2", list[i].Submitted.Std().Format("2006-01-02 15:04"), []int{400, 5, 5, 5, 5, 5, 5}[i%7])
	}
	in.Report = &finding.Report{Table: table(t, list, caller)}
	if v := Draft(in).Answers[8].Value.(WhenFailed); *v.PeakHours {
		t.Error("failures at all hours are taken for peak hours")
	}
}

func TestLockoutSaysWhatIsMissing(t *testing.T) {
	r := Lockout(nil, faq.LockoutFields{FirmURL: "northfirm.example", AdminName: "Jo Smith"}, time.Unix(0, 0))
	if r.Complete || len(r.Missing) != 4 || !strings.Contains(r.Subject, "missing") {
		t.Errorf("%+v", r)
	}
}
