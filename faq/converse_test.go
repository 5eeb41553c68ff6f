package faq

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func failing(cause string, v Verdict) Facts {
	v.Result = Fail
	if v.Source == "" {
		v.Source = "log"
	}
	return Facts{
		Verdicts: map[string]Verdict{cause: v},
		Words: map[string]string{"carrier": "O2", "country_code": "GB", "country": "United Kingdom", "number": "+44 7700 900187",
			"since": "07:40 this morning", "corrected": "+44 7700 900187"},
	}
}

func TestConversations(t *testing.T) {
	filtered := filteredCase()
	filtered.Words["since"] = "07:40 this morning"
	slow := failing("carrier_delay", Verdict{Title: "O2 (GB) delivers too late", Detail: "log, 132 of 1,467 attempts"})
	slow.Verdicts["eventually_received"] = Verdict{Result: Pass, Source: "log", Detail: "yes, 9 minutes late"}
	sameCarrier := failing("carrier_spam_blocking", Verdict{Title: "O2 (GB) filters our texts", Detail: "log, 12 users"})
	sameCarrier.Verdicts["several_users"] = Verdict{Result: Pass, Source: "log", Detail: "12 users"}
	tried := Facts{Verdicts: map[string]Verdict{}}
	for _, id := range []string{"affected_users", "country", "multiple_times", "eventually_received", "ever_received", "when_failed", "mobile_number", "network_provider", "noticed_at"} {
		tried.Verdicts[id] = Verdict{Result: Pass, Source: "log", Detail: "log, 7 of 7 messages"}
	}
	yes, no, unsure := "y", "n", "d"
	for _, c := range []struct {
		name, topic string
		facts       Facts
		answers     []string
	}{
		{"no-code", "no-code", Facts{}, []string{yes, "yes", "Y", yes, "no idea", no, no}},
		{"no-code-log", "no-code", filtered, []string{yes, yes, no}},
		{"no-code-zero", "no-code", failing("leading_zero", Verdict{Detail: "number, +4407700900187", Source: "number"}), []string{unsure}},
		{"no-code-stopped", "no-code", Facts{}, []string{yes, unsure}},
		{"slow-code", "slow-code", Facts{}, []string{yes, "7", yes, no}},
		{"slow-code-log", "slow-code", slow, []string{no, no, yes}},
		{"carrier-down", "carrier-down", Facts{}, []string{no, no, no, yes}},
		{"carrier-down-log", "carrier-down", failing("carrier_outage", Verdict{Title: "O2 (GB) is down", Detail: "log, 41 of 52 attempts"}), []string{no, yes}},
		{"helping-someone", "helping-someone", Facts{}, []string{yes, no, yes, no}},
		{"helping-someone-log", "helping-someone", failing("leading_zero", Verdict{}), []string{yes, no, yes, yes}},
		{"administrator-locked-out", "administrator-locked-out", Facts{}, []string{no, no, "northfirm.example", "Ada North", "ada@northfirm.example", "+44 7700 900187", "Vodafone", "Bo North, today, by telephone"}},
		{"administrator-locked-out-log", "administrator-locked-out", Facts{Verdicts: map[string]Verdict{"firm_url": {Result: Pass, Detail: "northfirm.example", Source: "agent"}, "mobile_number": {Result: Pass, Detail: "+44 7700 900187", Source: "number"}, "network_provider": {Result: Pass, Detail: "O2", Source: "log"}}}, []string{no, no, "Ada North", unsure, unsure}},
		{"not-asked", "not-asked", Facts{}, []string{yes, yes, no}},
		{"not-asked-log", "not-asked", filtered, []string{no}},
		{"same-people", "same-people", Facts{}, []string{no, yes, no}},
		{"same-people-log", "same-people", sameCarrier, nil},
		{"still-asked", "still-asked", Facts{}, []string{yes, no}},
		{"still-asked-log", "still-asked", filtered, []string{no}},
		{"asked-too-often", "asked-too-often", Facts{}, []string{yes, yes, yes}},
		{"asked-too-often-log", "asked-too-often", filtered, []string{yes, no}},
		{"everything-tried", "everything-tried", Facts{}, []string{"two, both with O2", "United Kingdom", yes, no, yes, no, yes, no, "this morning, always at nine", yes, "+44 7700 900187", "O2", "2026-03-03T07:52:00Z"}},
		{"everything-tried-log", "everything-tried", tried, []string{no, yes, no, yes}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := Builtin().Begin(c.topic, c.facts)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			end, err := Conversation{In: strings.NewReader(strings.Join(c.answers, "\n")), Out: &out, Echo: true}.Play(w)
			if err != nil {
				fmt.Fprintf(&out, "error: %v\n", err)
			}
			if _, ok := end.Outcome(); ok != (err == nil) {
				t.Errorf("outcome %v, error %v", ok, err)
			}
			golden(t, filepath.Join("testdata", "conversations", c.name+".txt"), out.String())
		})
	}
}

func TestConversationTurnsBack(t *testing.T) {
	for _, c := range []struct{ name, topic, in string }{
		{"back", "slow-code", "y\n2\nb\n9\nb\nb\nn\n"},
		{"explained", "no-code", "?\ny\n?\nq\ny\n"},
		{"hostile", "administrator-locked-out", "n\nn\n\x1b]0;title\x07\u202e\nAda\x00\n\n" + strings.Repeat("x", 1<<17) + "\n\xff\xfe\nyes\n"},
		{"nothing", "no-code", ""},
	} {
		w := begin(t, c.topic, Facts{})
		var out strings.Builder
		_, err := Conversation{In: strings.NewReader(c.in), Out: &out, Echo: true}.Play(w)
		golden(t, filepath.Join("testdata", "conversations", c.name+".txt"), fmt.Sprintf("%serror: %v\n", strings.ReplaceAll(out.String(), strings.Repeat("x", maxLine), "xxx..."), err))
		if strings.ContainsAny(out.String(), "\x1b\x07\x00\u202e") {
			t.Errorf("%s: a control character of the input came out", c.name)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestConversationIntoAClosedPipe(t *testing.T) {
	_, err := Conversation{In: strings.NewReader("y\ny\n"), Out: brokenPipe{}}.Play(begin(t, "no-code", Facts{}))
	if err == nil || err.Error() != "broken pipe" {
		t.Errorf("error = %v, want broken pipe", err)
	}
}
