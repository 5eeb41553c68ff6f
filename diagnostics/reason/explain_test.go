package reason

import (
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	for _, tt := range []struct {
		query string
		want  string // provider and code of the first answer
		rest  string // another answer that has to be among them
	}{
		{"30007", "twilio 30007", ""},
		{"twilio 30007", "twilio 30007", ""},
		{"Twilio: 30007", "twilio 30007", ""},
		{"ErrorCode=30007", "twilio 30007", ""},
		{"error 30007", "twilio 30007", ""},
		{"10001", "twilio 10001", "telnyx 10001"},
		{"6", "vonage 6", "smpp map:6"},
		{"infobip 6", "infobip error:6", "infobip status:6"},
		{"vonage 2", "vonage 2", "vonage submit:2"},
		{"smpp 0x00000045", "smpp status:0x00000045", ""},
		{"0x45", "smpp status:0x00000045", ""},
		{"ESME_RTHROTTLED", "smpp status:0x00000058", ""},
		{"err:006", "vonage 6", "smpp map:6"},
		{"smpp err:006", "smpp map:6", ""},
		{"smpp 0x0401", "smpp 0x0401", ""},
		{"aws Phone is currently unreachable", "aws Phone is currently unreachable/unavailable", ""},
		{"phone is currently unreachable", "aws Phone is currently unreachable/unavailable", ""},
		{"Amazon SNS Phone has blocked SMS", "aws Phone has blocked SMS", ""},
		{"phone blocked sms", "aws Phone has blocked SMS", ""},
		{"azure 4006 The Destination/To number isn't reachable.", "azure 4006", ""},
		{"nexmo 6", "vonage 6", ""},
		{"EC_SIGNALS_BLOCKED", "infobip error:608", ""},
		{"delivery_unconfirmed", "telnyx delivery_unconfirmed", ""},
		{"phone is off", "twilio 30003", "smpp map:6"},
		{"Your message was blocked by the carrier as spam", "aws Blocked as spam by phone carrier", ""},
		{"answered STOP", "twilio 21610", "telnyx 40300"},
		{"smpp NACK/0x0000000b/Invalid", "smpp status:0x0000000B", ""},
		{"spam_filtered", "twilio 21618", "twilio 30007"},
		{"infobip roaming", "infobip error:8", ""},
		{"bandwidth 4799", "bandwidth 4799", ""},
		{"4799", "bandwidth 4799", ""},
	} {
		e, err := Explain(strings.Fields(tt.query))
		if err != nil || len(e.Codes) == 0 {
			t.Errorf("Explain(%q) = %+v, %v, want %s", tt.query, e, err, tt.want)
			continue
		}
		if got := e.Codes[0].Provider + " " + e.Codes[0].Code; got != tt.want {
			t.Errorf("Explain(%q) begins with %s, want %s", tt.query, got, tt.want)
		}
		found := tt.rest == ""
		for _, c := range e.Codes {
			found = found || c.Provider+" "+c.Code == tt.rest
		}
		if !found {
			t.Errorf("Explain(%q) lacks %s", tt.query, tt.rest)
		}
		if e.Missing() != "" {
			t.Errorf("Explain(%q).Missing() = %q", tt.query, e.Missing())
		}
	}
}

func TestExplainUnlisted(t *testing.T) {
	for query, want := range map[string]string{
		"30999":         "30999: not in the tables of 11 providers. Nearest in Twilio: 30008.",
		"3007":          "3007: not in the tables of 11 providers. Nearest in Twilio: 30007.",
		"30070":         "30070: not in the tables of 11 providers. Nearest in Twilio: 30007.",
		"99999999":      "99999999: not in the tables of 11 providers.",
		"41000":         "41000: not in the tables of 11 providers. Nearest in Telnyx: 40100.",
		"infobip 30007": "30007: not in the table of Infobip, but in that of Twilio.",
		"plivo 777":     "777: not in the table of Plivo.",
		"telnyx 50020":  "50020: not in the table of Telnyx. Nearest: 40020.",
		"qwxyz":         "qwxyz: not in the tables of 11 providers.",
	} {
		e, err := Explain(strings.Fields(query))
		if err != nil || e.Missing() != want {
			t.Errorf("Explain(%q).Missing() = %q, %v, want %q", query, e.Missing(), err, want)
		}
	}
}

func TestHint(t *testing.T) {
	for query, want := range map[string]string{
		"6":       "name the provider: otpdoctor explain infobip 6",
		"30007":   "",
		"sinch 6": "",
	} {
		e, err := Explain(strings.Fields(query))
		if got := e.Hint(); err != nil || got != want {
			t.Errorf("Explain(%q).Hint() = %q, %v, want %q", query, got, err, want)
		}
	}
}

func TestExplainWithoutCode(t *testing.T) {
	for _, query := range []string{"", "twilio", "amazon sns"} {
		if e, err := Explain(strings.Fields(query)); err == nil {
			t.Errorf("Explain(%q) = %+v, want an error", query, e)
		}
	}
}

func FuzzExplain(f *testing.F) {
	for _, s := range []string{"30007", "aws Phone is off", "0x45", "smpp err:006", "’", "::", "n't.", "infobip error:0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Explain([]string{s})
		if err == nil && len(e.Codes) == 0 && e.Missing() == "" {
			t.Errorf("Explain(%q) says nothing", s)
		}
		if got := Of("smpp", s, s); got >= Count {
			t.Errorf("Of(%q) = %d", s, got)
		}
	})
}
