package faq

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite golden files")

// fact is one statement that the FAQ has to make, and where it makes it: the
// words are looked for in that place's text as a user reads it.
type fact struct {
	says  string // the fact, in a few words
	file  string // under data/
	id    string // topic, topic/step, practice, question or part
	words string // regular expression, over the text with its white space folded
}

var facts = []fact{
	// What it is for.
	{"the FAQ helps with the commonest troubles in setting up and using two-factor authentication", "set.yaml", "about", `troubles .* most often when they set up or use two-factor`},
	// Best practices.
	{"at least two people with the Admin role, before it is switched on", "set.yaml", "practice/two-administrators", `Admin role to two people or more before two-factor authentication is switched on`},
	{"only the Admin role can switch it off", "set.yaml", "practice/two-administrators", `Nobody without that role can switch it off`},
	{"with two administrators one account can always get in", "set.yaml", "practice/two-administrators", `one account can always get into`},
	{"help page: assign security roles", "set.yaml", "practice/two-administrators", `Assign security roles`},
	{"every user makes backup codes once it is on", "set.yaml", "practice/backup-codes", `Every user makes backup codes as soon as two-factor authentication is on`},
	{"backup codes help without the phone, or without an administrator to switch it off", "set.yaml", "practice/backup-codes", `phone is out of reach, or when no administrator is there`},
	{"a backup code works once", "set.yaml", "practice/backup-codes", `Each code works once`},
	{"backup codes can be made only with access to the account", "set.yaml", "practice/backup-codes", `only be made while one can still log in`},
	{"help page: generate backup codes", "set.yaml", "practice/backup-codes", `Generate backup codes`},
	{"the SMS provider needs E.164, with the country code", "set.yaml", "practice/e164", `E\.164 only: a plus, the country code`},
	{"the number is typed in that form when it is switched on", "set.yaml", "practice/e164", `switches two-factor authentication on types the number in that form`},
	{"a 0 that begins the area or mobile code is left out", "set.yaml", "practice/e164", `area or mobile code begins with a 0, that 0 is left out`},
	{"with the 0 the code cannot be sent", "set.yaml", "practice/e164", `If it stays, the provider cannot send the code`},
	{"example: +4407111222333, 44, GB, +447111222333", "set.yaml", "practice/e164", `\+4407111222333 \| 44 \| GB \| \+447111222333`},
	{"administrators can help their users, see that topic", "set.yaml", "practice/helping-users", `administrator can get a user in .*helping-someone`},
	// No code.
	{"the number is entered right, with its area code", "topics/no-code.yaml", "no-code", `Country code and area code are right`},
	{"step: the number", "topics/no-code.yaml", "no-code/number_stored", `country code`},
	{"it has to be a valid mobile number", "topics/no-code.yaml", "no-code", `valid mobile numbers only`},
	{"step: a mobile number", "topics/no-code.yaml", "no-code/mobile_number", `valid mobile numbers only`},
	{"no VOIP number: these may get no codes", "topics/no-code.yaml", "no-code", `VOIP\).* Codes may fail to reach these`},
	{"step: no VOIP number", "topics/no-code.yaml", "no-code/not_voip", `VOIP`},
	{"the mobile phone is the better choice at set-up", "topics/no-code.yaml", "no-code", `phone in one's pocket is the better choice when two-factor authentication is set up`},
	{"a friend or co-worker calls or texts, to test the network", "topics/no-code.yaml", "no-code", `friend or co-worker calls or texts`},
	{"step: other texts and calls", "topics/no-code.yaml", "no-code/other_texts", `colleague text you now`},
	{"if neither arrives, the network may have trouble", "topics/no-code.yaml", "no-code", `does not arrive either, the mobile network has trouble`},
	{"if they arrive, the network may block ours as spam", "topics/no-code.yaml", "no-code", `take our messages for spam and block them`},
	{"step: blocked as spam", "topics/no-code.yaml", "no-code/carrier_lets_through", `take ours for spam`},
	{"the phone has to accept all messages", "topics/no-code.yaml", "no-code", `phone must be set to accept all messages`},
	{"the network knows the settings", "topics/no-code.yaml", "no-code", `network can say where that setting is`},
	{"a web search for: <your provider> blocking sms", "topics/no-code.yaml", "no-code", `<your provider> blocking sms`},
	{"the search words for any carrier", "carriers.yaml", "general", `blocking sms`},
	{"examples: Sprint and T-Mobile", "topics/no-code.yaml", "no-code", `Sprint and T-Mobile`},
	{"Sprint: how to unblock", "carriers.yaml", "US/Sprint", `My Sprint`},
	{"T-Mobile: how to unblock", "carriers.yaml", "US/T-Mobile", `Message Blocking`},
	// Slow code.
	{"delays come from unreliable service", "topics/slow-code.yaml", "slow-code", `network is not reliable`},
	{"networks queue texts until service is reliable again", "topics/slow-code.yaml", "slow-code", `queue texts and hold them until it is`},
	{"that takes several minutes", "topics/slow-code.yaml", "slow-code", `several minutes late`},
	{"codes are valid for three minutes", "topics/slow-code.yaml", "slow-code", `valid for \*\*three minutes`},
	{"after that the login begins again", "topics/slow-code.yaml", "slow-code", `login has to be begun again`},
	{"with regular delays: backup codes, kept safe", "topics/slow-code.yaml", "slow-code", `has this often makes \*\*backup codes\*\* and keeps them in a safe place`},
	{"backup codes work once, when there is trouble", "topics/slow-code.yaml", "slow-code", `Each works once, .* gives trouble`},
	{"help page: generate backup codes", "topics/slow-code.yaml", "slow-code", `Generate backup codes`},
	{"step: within the validity", "topics/slow-code.yaml", "slow-code/in_time", `later than its validity`},
	{"step: backup codes", "topics/slow-code.yaml", "slow-code/codes_kept", `backup codes`},
	// Carrier down.
	{"make a backup code while logged in", "topics/carrier-down.yaml", "carrier-down", `While you are logged in to CaseWare Cloud, make a \*\*backup code`},
	{"it lets one in without the phone, or without an administrator", "topics/carrier-down.yaml", "carrier-down", `phone is out of reach, or when no administrator is there`},
	{"a backup code works once", "topics/carrier-down.yaml", "carrier-down", `works once`},
	{"made only with access to the account", "topics/carrier-down.yaml", "carrier-down", `only while one can get into the account`},
	{"help page: generate backup codes", "topics/carrier-down.yaml", "carrier-down", `Generate backup codes`},
	// Helping someone.
	{"for users without a code who have no backup code or cannot get at it", "topics/helping-someone.yaml", "helping-someone", `gets no code, and has no backup code or cannot get at it`},
	{"an administrator can switch it off, for a while or for good", "topics/helping-someone.yaml", "helping-someone", `\*\*for a while\*\*.*\*\*for good\*\*`},
	{"help page: disable for a specific user", "topics/helping-someone.yaml", "helping-someone", `Disable two-factor authentication for a specific user`},
	{"logged in, the user can switch it on again", "topics/helping-someone.yaml", "helping-someone", `Once logged in, the user 1\. can switch it on again`},
	{"with a new phone number if need be", "topics/helping-someone.yaml", "helping-someone", `new phone number if need be`},
	{"help page: enable for your own account", "topics/helping-someone.yaml", "helping-someone", `Enable two-factor authentication for your own account`},
	{"the user can make backup codes", "topics/helping-someone.yaml", "helping-someone", `2\. can make backup codes`},
	{"they help without phone or administrator", "topics/helping-someone.yaml", "helping-someone", `phone is out of reach or no administrator is there`},
	{"they work once and need access to be made", "topics/helping-someone.yaml", "helping-someone", `each works once, and they can be made only while one has access`},
	{"help page: generate backup codes", "topics/helping-someone.yaml", "helping-someone", `Generate backup codes`},
	// Administrator locked out.
	{"the question also says that others in the firm have trouble", "topics/administrator-locked-out.yaml", "administrator-locked-out", `others in my firm have trouble too`},
	{"first: a backup code", "topics/administrator-locked-out.yaml", "administrator-locked-out/backup_code", `backup codes`},
	{"then: another administrator who can log in switches it off", "topics/administrator-locked-out.yaml", "administrator-locked-out", `Another administrator\*\* who can still log in switches two-factor authentication off`},
	{"step: another administrator", "topics/administrator-locked-out.yaml", "administrator-locked-out/other_administrator", `other administrator`},
	{"then: the distributor's customer support", "topics/administrator-locked-out.yaml", "administrator-locked-out", `your distributor's customer support`},
	{"it needs the firm's URL", "topics/administrator-locked-out.yaml", "administrator-locked-out", `URL of your firm`},
	{"it needs the administrator's name and e-mail", "topics/administrator-locked-out.yaml", "administrator-locked-out", `name and e-mail address of the administrator`},
	{"it needs the administrator's mobile number and network", "topics/administrator-locked-out.yaml", "administrator-locked-out", `mobile number and network provider`},
	{"it needs the firm's agreement, by a representative, for that administrator", "topics/administrator-locked-out.yaml", "administrator-locked-out", `speaks for the firm that it agrees to have two-factor authentication switched off for this administrator`},
	{"the request asks for all of it", "lockout.yaml", "lockout", `Firm URL.*Administrator.*E-mail.*Mobile number.*Network provider.*Consent of the firm`},
	{"afterwards: help the others, see that topic", "topics/administrator-locked-out.yaml", "administrator-locked-out", `help the others in your firm: .*helping-someone`},
	// Not asked.
	{"for users deactivated and activated again", "topics/not-asked.yaml", "not-asked", `deactivated and activated again`},
	{"administrator or user chose every 30 days, and it happened within them", "topics/not-asked.yaml", "not-asked", `administrator or user chose to be asked \*\*every 30 days\*\*.*fell into one such 30 days`},
	{"the next code is asked for 30 days after the last login with one", "topics/not-asked.yaml", "not-asked", `30 days after the last login with one`},
	{"or an administrator switched it off for the account", "topics/not-asked.yaml", "not-asked", `administrator has \*\*switched two-factor authentication off\*\* for this account`},
	{"the user can switch it on again in the account settings", "topics/not-asked.yaml", "not-asked", `switch it on again in the account settings`},
	// Same people.
	{"it may be their mobile network", "topics/same-people.yaml", "same-people", `may be their mobile network`},
	{"the user asks whether it blocks incoming codes", "topics/same-people.yaml", "same-people", `asks the network whether it \*\*blocks incoming texts with codes`},
	{"see the blocking step of the topic no-code", "topics/same-people.yaml", "same-people", `step 5 of the topic \*No code\*`},
	{"with several users: are all with one network", "topics/same-people.yaml", "same-people", `several users have it, see whether they are \*\*all with the same network`},
	{"step: the same network", "topics/same-people.yaml", "same-people/different_carriers", `all with the same mobile network`},
	// Still asked.
	{"switched on for all staff, then off", "topics/still-asked.yaml", "still-asked", `switched two-factor authentication on for all staff and then off again`},
	{"existing accounts stay set to use it", "topics/still-asked.yaml", "still-asked", `accounts that exist already: they \*\*stay set to use it`},
	{"users can switch it off in their account settings", "topics/still-asked.yaml", "still-asked", `switch it off themselves, \*\*in their account settings`},
	{"help page: disable for a specific user", "topics/still-asked.yaml", "still-asked", `Disable two-factor authentication for a specific user`},
	// Asked too often.
	{"set to every 30 days, and asked within them", "topics/asked-too-often.yaml", "asked-too-often", `every 30 days\. Why am I asked sooner`},
	{"cookies remember the device", "topics/asked-too-often.yaml", "asked-too-often", `cookie\*\* remembers on which device`},
	{"deleted cookies or a new device begin the 30 days anew", "topics/asked-too-often.yaml", "asked-too-often", `cookies are deleted, or another device is used, the 30 days begin anew`},
	{"a code is then asked for again", "topics/asked-too-often.yaml", "asked-too-often", `a code is asked for at once`},
	// Everything tried: technical support and its thirteen questions.
	{"technical support takes over", "topics/everything-tried.yaml", "everything-tried", `Technical support takes over`},
	{"1: how many users", "questions.yaml", "question/affected_users", `How many users are affected`},
	{"1: different networks", "questions.yaml", "question/affected_users", `different network providers`},
	{"2: country", "questions.yaml", "question/country", `Which country`},
	{"3: several times", "questions.yaml", "question/multiple_times", `several times`},
	{"4: number changed lately", "questions.yaml", "question/number_changed", `phone number changed lately`},
	{"5: texts and calls from friends or co-workers", "questions.yaml", "question/receives_other_messages", `texts and calls from friends or co-workers`},
	{"6: one of several codes arrives", "questions.yaml", "question/eventually_received", `several codes, does one of them arrive in the end`},
	{"7: any code since it was switched on", "questions.yaml", "question/ever_received", `any code reached the user since two-factor authentication was switched on`},
	{"8: switched off for good by an administrator", "questions.yaml", "question/permanently_disabled", `administrator switched two-factor authentication off for good`},
	{"9: date and time", "questions.yaml", "question/when_failed", `which date and at which time`},
	{"9: certain hours, such as the start of the working day", "questions.yaml", "question/when_failed", `busy start of the working day`},
	{"10: the whole firm", "questions.yaml", "question/whole_firm", `set up for the whole firm`},
	{"11: mobile number", "questions.yaml", "question/mobile_number", `mobile number`},
	{"12: network provider", "questions.yaml", "question/network_provider", `mobile network provider`},
	{"13: about when the user noticed", "questions.yaml", "question/noticed_at", `about what time did the user notice`},
}

// place returns the text of a place in the FAQ as a user reads it.
func (s *Set) place(id string) (text string, ok bool) {
	kind, rest, _ := strings.Cut(id, "/")
	switch kind {
	case "about":
		return s.About, true
	case "practice":
		for _, p := range s.Practices {
			if p.ID == rest {
				return p.Title + " " + p.Body, true
			}
		}
		return "", false
	case "question":
		q, ok := s.Question(rest)
		return q.Text + " " + q.Ask, ok
	case "general":
		return s.Unblock.Tell + s.Unblock.Search + strings.Join(append(s.Unblock.Device, s.Unblock.Ask...), " "), true
	case "lockout":
		var labels []string
		for _, f := range s.Lockout(LockoutFields{}).Fields {
			labels = append(labels, f.Label)
		}
		return strings.Join(labels, " "), true
	}
	if c, ok := s.HowToUnblock(rest, kind); ok {
		return strings.Join(append(c.Blocks, c.Lift...), " "), true
	}
	t, ok := s.Topic(kind)
	if !ok || rest == "" {
		return t.Question + " " + t.Body, ok
	}
	st, _, ok := t.Step(rest)
	return st.Title + " " + st.Ask + " " + st.Explain, ok
}

// TestEveryFactHasItsPlace holds the list above against the FAQ, and writes it
// as docs/faq-coverage.md.
func TestEveryFactHasItsPlace(t *testing.T) {
	s := Builtin()
	var doc strings.Builder
	doc.WriteString(`# Where the FAQ says what

Every statement that the FAQ has to make, and its place in ` + "`faq/data`" + `. The test in ` + "`faq/coverage_test.go`" + `
looks for each of them there, and writes this page (` + "`go test ./faq -run Fact -update`" + `).

| fact | file | id |
| --- | --- | --- |
`)
	for _, f := range facts {
		text, ok := s.place(f.id)
		if !ok {
			t.Errorf("%s: no place %q", f.says, f.id)
			continue
		}
		if _, err := embedded.Open("data/" + f.file); err != nil {
			t.Errorf("%s: %v", f.says, err)
		}
		if folded := strings.Join(strings.Fields(text), " "); !regexp.MustCompile(f.words).MatchString(folded) {
			t.Errorf("%s: %s (%s) does not say %q:\n%s", f.says, f.id, f.file, f.words, folded)
		}
		fmt.Fprintf(&doc, "| %s | `%s` | `%s` |\n", strings.ReplaceAll(strings.ReplaceAll(f.says, "<", "&lt;"), ">", "&gt;"), f.file, f.id)
	}
	fmt.Fprintf(&doc, "\n%d facts.\n", len(facts))
	golden(t, filepath.Join("..", "docs", "faq-coverage.md"), doc.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not what it was; go test ./faq -update rewrites it. Got:\n%s", name, got)
	}
}
