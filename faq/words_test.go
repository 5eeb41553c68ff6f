package faq

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFill(t *testing.T) {
	s := &Set{Validity: 3 * time.Minute, Words: map[string]string{"support": "the desk"}}
	o2 := map[string]string{"carrier": "O2", "country_code": "GB", "since": "07:40"}
	for _, c := range []struct {
		template string
		words    map[string]string
		want     string
	}{
		{"plain", nil, "plain"},
		{"{carrier} asked", o2, "O2 asked"},
		{"{carrier|the carrier} asked", nil, "The carrier asked"},
		{"ask {carrier|the carrier}", nil, "ask the carrier"},
		{"Done. {support} helps", nil, "Done. The desk helps"},
		{"{carrier} filters", map[string]string{"carrier": "eir"}, "eir filters"},
		{"stopped[[ since {since}]].", o2, "stopped since 07:40."},
		{"stopped[[ since {since}]].", nil, "stopped."},
		{"[[Since {since} your||Your]] network", o2, "Since 07:40 your network"},
		{"[[Since {since} your||Your]] network", nil, "Your network"},
		{"within {validity}", nil, "within three minutes"},
		{"within {validity}", map[string]string{"validity": "90 seconds"}, "within 90 seconds"},
		{"{carrier_full} filters", o2, "O2 (GB) filters"},
		{"{carrier_full} filters", map[string]string{"carrier": "O2 (GB)", "country_code": "GB"}, "O2 (GB) filters"},
		{"{carrier_full} filters", map[string]string{"carrier": "O2"}, "O2 filters"},
		{"{nobody_knows}", nil, "Nobody knows"},
		{"a { b", nil, "a { b"},
		{"a [[ b", nil, "a  b"},
		// What comes from outside is no template, and cannot start a line.
		{"{carrier} x", map[string]string{"carrier": "{support}[[y]]"}, "{support}[[y]] x"},
		{"{carrier} x", map[string]string{"carrier": "O2\r\nBcc: all\x1b[2J\u202e\u2028"}, "O2  Bcc: all␛[2J[U+202E] x"},
	} {
		if got := s.Fill(c.template, c.words); got != c.want {
			t.Errorf("Fill(%q) = %q, want %q", c.template, got, c.want)
		}
	}
}

func TestDurationInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{3 * time.Minute: "three minutes", time.Minute: "one minute", 90 * time.Second: "90 seconds",
		time.Hour: "one hour", 15 * time.Minute: "15 minutes", 1 * time.Second: "one second"} {
		if got := inWords(d); got != want {
			t.Errorf("%v = %q, want %q", d, got, want)
		}
	}
}

func TestWithValidity(t *testing.T) {
	s := Builtin().WithValidity(5 * time.Minute)
	topic, _ := s.Topic("slow-code")
	if !strings.Contains(topic.Body, "five minutes") || strings.Contains(topic.Body, "three minutes") {
		t.Errorf("body = %s", topic.Body)
	}
	w, err := s.Begin("slow-code", Facts{})
	if err != nil {
		t.Fatal(err)
	}
	w = w.Answer("y").Answer("4")
	if got := result(w, "in_time"); got != Pass {
		t.Errorf("four of five minutes = %s, want pass", got)
	}
	if old, _ := Builtin().Topic("slow-code"); !strings.Contains(old.Body, "three minutes") {
		t.Error("the built-in set changed")
	}
}

// The vocabulary of the screens, word for word.
func TestCauseTitles(t *testing.T) {
	o2 := map[string]string{"carrier": "O2", "country_code": "GB"}
	for _, c := range []struct{ cause, bare, named string }{
		{"number_invalid", "number not valid", "number not valid"},
		{"leading_zero", "extra zero", "extra zero"},
		{"not_mobile", "not a mobile number", "not a mobile number"},
		{"voip", "internet-phone number", "internet-phone number"},
		{"opted_out", "opted out", "opted out"},
		{"handset_unreachable", "phone cannot be reached", "phone cannot be reached"},
		{"repeat_failures", "this user alone", "this user alone, others on O2 (GB) are fine"},
		{"carrier_outage", "carrier is down", "O2 (GB) is down"},
		{"carrier_spam_blocking", "carrier filters our texts", "O2 (GB) filters our texts"},
		{"carrier_delay", "carrier delivers too late", "O2 (GB) delivers too late"},
		{"peak_hour_delay", "late at busy hours", "late at busy hours on O2 (GB)"},
		{"provider_outage", "SMS provider is down", "SMS provider is down"},
		{"sender_misconfigured", "sender not set up right", "sender not set up right"},
		{"provider_block", "SMS provider's fraud guard", "SMS provider's fraud guard"},
		{"no_such_cause", "no such cause", "no such cause"},
	} {
		if got := Builtin().CauseTitle(c.cause, nil); got != c.bare {
			t.Errorf("%s = %q, want %q", c.cause, got, c.bare)
		}
		if got := Builtin().CauseTitle(c.cause, o2); got != c.named {
			t.Errorf("%s at O2 = %q, want %q", c.cause, got, c.named)
		}
	}
}

func TestReplyOfTheCase(t *testing.T) {
	words := map[string]string{"carrier": "O2", "since": "07:40 this morning"}
	want := "O2 has been stopping our texts since 07:40 this morning. Your number and your phone are fine. We have reported it; until it is lifted, please log in with a backup code."
	if got := Builtin().Reply("carrier_spam_blocking", words); got != want {
		t.Errorf("reply = %q\nwant %q", got, want)
	}
	if got := Builtin().Reply("no_such_cause", words); got != "" {
		t.Errorf("reply to an unknown cause = %q", got)
	}
}

// The short names of the ticket screen.
func TestQuestions(t *testing.T) {
	want := []string{"Users affected", "Country", "Several times", "Number changed lately", "Other texts and calls arrive", "One of several codes arrives", "Ever received a code",
		"Switched off for good", "When it failed", "Two-factor for the whole firm", "Mobile number", "Network provider", "First noticed"}
	for i, q := range Builtin().Questions {
		if q.Number != i+1 || q.Short != want[i] {
			t.Errorf("question %d is %d %q, want %q", i+1, q.Number, q.Short, want[i])
		}
	}
}

func TestTopicJSON(t *testing.T) {
	text, err := json.Marshal(Builtin().Topics)
	if err != nil {
		t.Fatal(err)
	}
	var topics []map[string]any
	if err := json.Unmarshal(text, &topics); err != nil {
		t.Fatal(err)
	}
	for _, topic := range topics {
		for _, key := range []string{"id", "question", "body", "steps"} {
			if topic[key] == nil || topic[key] == "" {
				t.Errorf("%v: no %s", topic["id"], key)
			}
		}
		if strings.Contains(topic["body"].(string), "{") {
			t.Errorf("%v: body holds a template: %v", topic["id"], topic["body"])
		}
	}
}

func TestLockout(t *testing.T) {
	full := LockoutFields{FirmURL: "northfirm.example", AdminName: "Ada North", AdminEmail: "ada@northfirm.example", Number: "+44 7700 900187",
		Provider: "Vodafone", Consent: "Bo North, 3 March 2026, by telephone"}
	noConsent := full
	noConsent.Consent = "no"
	for _, c := range []struct {
		name    string
		fields  LockoutFields
		missing int
	}{{"full", full, 0}, {"no-consent", noConsent, 1}, {"empty", LockoutFields{}, 6}, {"bare-yes", LockoutFields{Consent: "yes"}, 6}, {"broken-lines", LockoutFields{AdminName: "Ada\nConsent of the firm: given", Consent: "x"}, 4}} {
		text := Builtin().Lockout(c.fields)
		if got := len(text.Missing); got != c.missing || text.Complete != (c.missing == 0) {
			t.Errorf("%s: %d missing (%v), complete %v; want %d", c.name, got, text.Missing, text.Complete, c.missing)
		}
		if given := c.name == "full" || c.name == "broken-lines"; strings.Contains(text.Subject, "consent given") != given {
			t.Errorf("%s: subject %q", c.name, text.Subject)
		}
		golden(t, filepath.Join("testdata", "lockout", c.name+".txt"), "Subject: "+text.Subject+"\n\n"+lockoutText(text))
	}
}

func TestHowToUnblock(t *testing.T) {
	s := Builtin()
	for _, c := range s.Carriers {
		for _, name := range append([]string{c.Carrier}, c.Names...) {
			got, ok := s.HowToUnblock(name, c.Country)
			if !ok || got.Carrier != c.Carrier {
				t.Errorf("%s (%s) finds %q", name, c.Country, got.Carrier)
			}
		}
	}
	for _, c := range []struct {
		carrier, country string
		own              bool
		search           string
	}{
		{"T-MOBILE usa", "us", true, "T-MOBILE usa blocking sms"},
		{"sprint", "", true, "sprint blocking sms"},
		{"Vodafone", "", false, "Vodafone blocking sms"}, // several countries have one
		{"Vodafone", "DE", true, "Vodafone blocking sms"},
		{"Testnet", "GB", false, "Testnet blocking sms"},
		{"", "", false, "your network blocking sms"},
	} {
		got, ok := s.HowToUnblock(c.carrier, c.country)
		if ok != c.own || got.General == c.own {
			t.Errorf("%q %q: own entry %v, want %v", c.carrier, c.country, ok, c.own)
		}
		if !strings.EqualFold(got.Search, c.search) {
			t.Errorf("%q: search for %q, want %q", c.carrier, got.Search, c.search)
		}
		if len(got.Lift) == 0 {
			t.Errorf("%q: nothing to do", c.carrier)
		}
	}
	countries := map[string]bool{}
	for _, c := range s.Carriers {
		countries[c.Country] = true
	}
	if len(s.Carriers) < 40 || len(countries) < 15 {
		t.Errorf("%d carriers in %d countries, want 40 in 15", len(s.Carriers), len(countries))
	}
}

// lockoutText is a request with its fields below each other.
func lockoutText(t LockoutText) string {
	var b strings.Builder
	b.WriteString(t.First + "\n\n" + t.Intro + "\n\n")
	width := 0
	for _, f := range t.Fields {
		width = max(width, len(f.Label))
	}
	for _, f := range t.Fields {
		b.WriteString(f.Label + ":" + strings.Repeat(" ", width-len(f.Label)+1) + f.Value + "\n")
	}
	b.WriteString("\n" + t.Closing + "\n\n" + t.After + "\n")
	return b.String()
}
