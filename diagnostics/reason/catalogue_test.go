package reason

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cli.otpdoctor/testdata"
)

func TestCataloguesAreWhole(t *testing.T) {
	for _, c := range catalogues() {
		c := open(c.id, readCatalogue(t, c.id)) // apart from load, which hides errors
		if err := c.parse(); err != nil {
			t.Error(err)
		}
		if c.title == c.id || c.rank == 0 || c.source == "" {
			t.Errorf("%s: title, rank or source is missing", c.id)
		}
		if len(c.codes) == 0 {
			t.Errorf("%s has no codes", c.id)
		}
		for _, code := range c.codes {
			if !strings.HasPrefix(code.Source, "https://") || strings.ContainsAny(code.Source, " {}") && code.Range == "" {
				t.Errorf("%s %s: source %q is no address", c.id, code.Code, code.Source)
			}
			if !slices.Contains([]string{Yes, No, Unsure}, code.Retry) {
				t.Errorf("%s %s: retry %q", c.id, code.Code, code.Retry)
			}
			for _, text := range []string{code.Title, code.Meaning, code.Do, code.Not} {
				if text == "" || text != strings.TrimSpace(text) {
					t.Errorf("%s %s: text %q is empty or has spaces around it", c.id, code.Code, text)
				}
			}
			if len(code.Title) > 72 || strings.HasSuffix(code.Title, ".") {
				t.Errorf("%s %s: title %q is a sentence", c.id, code.Code, code.Title)
			}
			for _, text := range []string{code.Meaning, code.Do} {
				if !strings.HasSuffix(text, ".") {
					t.Errorf("%s %s: %q is no sentence", c.id, code.Code, text)
				}
			}
		}
	}
}

func TestReasonsHaveWords(t *testing.T) {
	for r := range Count {
		if g := r.guide(); g.title == "" || g.meaning == "" || g.do == "" || g.not == "" || g.tells == "" {
			t.Errorf("%v: a text is missing", r)
		}
		switch r.Cause() { // those that can follow from a code
		case "", "number_invalid", "not_mobile", "voip", "repeat_failures", "handset_unreachable", "opted_out", "carrier_outage",
			"carrier_spam_blocking", "carrier_delay", "provider_outage", "sender_misconfigured", "provider_block":
		default:
			t.Errorf("%v: there is no cause %q", r, r.Cause())
		}
		if back, ok := Parse(r.String()); !ok || back != r {
			t.Errorf("Parse(%q) = %v, %v", r.String(), back, ok)
		}
	}
}

// TestReferenceCodes compares every row of the reference tables, where they are at hand.
func TestReferenceCodes(t *testing.T) {
	folder := testdata.Shared(t, "reference", "codes")
	tables, _ := filepath.Glob(filepath.Join(folder, "*.tsv"))
	if len(tables) == 0 {
		t.Fatal("no reference tables")
	}
	for _, table := range tables {
		f, err := os.Open(table)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			row := strings.Split(lines.Text(), "\t")
			if len(row) != 6 || row[0] == "provider" {
				continue
			}
			provider, code, want, retry, source := row[0], row[1], row[3], row[4], row[5]
			got, ok := Lookup(provider, code)
			if !ok || got.Reason.String() != want || got.Range != "" {
				t.Errorf("Lookup(%s, %q) = %q, %v, want %s", provider, code, got.Reason, ok, want)
				continue
			}
			if got.Code != code || got.Retry != retry || got.Source != source {
				t.Errorf("%s %q: code %q, retry %q, source %q, want retry %q, source %q",
					provider, code, got.Code, got.Retry, got.Source, retry, source)
			}
			e, err := Explain([]string{provider, code})
			if err != nil || len(e.Codes) == 0 || e.Codes[0].Code != code || e.Codes[0].Reason.String() != want {
				t.Errorf("Explain(%s %q) = %+v, %v", provider, code, e.Codes, err)
			}
			e, err = Explain([]string{code})
			if err != nil || !slices.ContainsFunc(e.Codes, func(c Code) bool { return c.Provider == provider && c.Code == code }) {
				t.Errorf("Explain(%q) does not list that of %s: %+v, %v", code, provider, e.Codes, err)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for _, tt := range []struct {
		provider, code string
		want           string // code as listed, empty for none
		reason         Reason
	}{
		{"twilio", "30007", "30007", SpamFiltered},
		{"Twilio", " 30007 ", "30007", SpamFiltered},
		{"twilio", "UNDELIVERED", "undelivered", Unknown},
		{"twilio", "30999", "", Unknown},
		{"nobody", "30007", "", Unknown},
		{"Nexmo", "6", "6", SpamFiltered},
		{"vonage", "submit:33", "submit:33", UnknownSubscriber},
		{"vonage", "33", "", Unknown},
		{"sns", "phone number is opted out.", "Phone number is opted out", OptedOut},
		{"aws", "Failed to send because phoneNumber provided is empty or null", "Failed to send because phoneNumber provided is empty or null.", NumberInvalid},
		{"infobip", "608", "error:608", ProviderBlocked},
		{"infobip", "87", "status:87", ProviderBlocked},
		{"infobip", "5", "error:5", UnknownSubscriber},
		{"infobip", "EC_ABSENT_SUBSCRIBER", "error:27", HandsetUnreachable},
		{"infobip", "rejected_dnd", "status:10", OptedOut},
		{"azure", "No error.", "No error.", Delivered},
		{"azure", "4006 The Destination/To number is not reachable.", "4006", HandsetUnreachable},
		{"azure", "The Destination/To number isn’t reachable", "Destination/To number isn't reachable", HandsetUnreachable},
		{"azure", "Recipient has opted out of receiving messages from you.", "opted out of receiving messages", OptedOut},
		{"azure", "Some wording that is not in the list.", "", Unknown},
		{"messagebird", "details: system failure; reason: received_network_error; code: 34", "received_network_error", CarrierError},
		{"messagebird", "27", "map:27", HandsetUnreachable}, // its numbers are GSM MAP's
		{"smpp", "0x00000045", "status:0x00000045", ProviderError},
		{"smpp", "0x45", "status:0x00000045", ProviderError},
		{"smpp", "status:0x0000000b", "status:0x0000000B", NumberInvalid},
		{"smpp", "006", "map:6", HandsetUnreachable},
		{"smpp", "map:013", "map:13", UnknownSubscriber},
		{"smpp", "32/2", "map:32/2", NotMobile},
		{"kannel", "delivrd", "DELIVRD", Delivered},
		{"smpp", "twilio-smpp:5", "twilio-smpp:005", UnknownSubscriber},
	} {
		got, ok := Lookup(tt.provider, tt.code)
		if ok != (tt.want != "") || got.Code != tt.want || got.Reason != tt.reason {
			t.Errorf("Lookup(%q, %q) = %q, %v, %v, want %q, %v", tt.provider, tt.code, got.Code, got.Reason, ok, tt.want, tt.reason)
		}
	}
}

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		provider, code, status string
		want                   Reason
	}{
		{"twilio", "30003", "undelivered", HandsetUnreachable},
		{"twilio", "0", "delivered", Delivered},
		{"twilio", "", "failed", Unknown},
		{"twilio", "39999", "failed", Unknown},
		{"vonage", "2", "expired", HandsetUnreachable}, // the code says more than the word
		{"vonage", "0", "expired", Expired},
		{"vonage", "1", "expired", Unknown},
		{"vonage", "77", "expired", Expired}, // the code says nothing, the word does
		{"smpp", "0x0301", "EXPIRED", Expired},
		{"smpp", "0x0401", "UNDELIV", CarrierError},
		{"", "77777", "expired", Expired},
		{"plivo", "000", "failed", Unknown},
		{"twilio", "0", "undelivered", Unknown},
		{"twilio", "30003", "", HandsetUnreachable},
		{"vonage", "0", "delivered", Delivered},
		{"vonage", "0", "", Delivered},
		{"sinch", "0", "Failed", Unknown},
		{"sinch", "0", "", Delivered},
		{"sinch", "406", "Expired", Expired},
		{"infobip", "error:0", "status:12", Account},
		{"infobip", "0", "12", Account}, // a bare status is a status
		{"infobip", "6", "EXPIRED_EXPIRED", HandsetUnreachable},
		{"infobip", "NO_ERROR", "REJECTED_DND", OptedOut},
		{"azure", "No error.", "Delivered", Delivered},
		{"azure", "No error.", "Failed", Unknown},
		{"azure", "5002", "Failed", Unknown},
		{"aws", "Carrier said something new", "FAILURE", Unknown},
		{"aws", "", "TEXT_SPAM", SpamFiltered},
		{"smpp", "000", "EXPIRED", Expired},
		{"smpp", "006", "EXPIRED", HandsetUnreachable},
		{"smpp", "", "ESME_RINVDSTADR", NumberInvalid},
		{"jasmin", "ERROR/CommandStatus.ESME_RINVDSTADR", "", NumberInvalid},
		{"messagebird", "6", "delivery_failed", HandsetUnreachable},
		{"messagebird", "", "expired", Expired},
		{"", "30007", "failed", SpamFiltered},
		{"generic", "10001", "failed", Account}, // Twilio's, although Telnyx has one too
		{"", "4006", "failed", HandsetUnreachable},
		{"", "6", "failed", Unknown}, // filter at Vonage, phone off in GSM
		{"", "", "expired", Expired},
		{"", "", "blocked", Unknown}, // a word of AWS alone
		{"", "spam_filtered", "failed", SpamFiltered},
		{"", "", "", Unknown},
		{"bandwidth", "4755", "message-failed", CarrierError},
		{"bandwidth", "5688", "message-failed", CarrierError},
		{"bandwidth", "5150", "message-failed", ProviderError},
		{"bandwidth", "5299", "message-failed", ProviderError},
		{"bandwidth", "5555", "message-failed", ProviderError},
		{"infobip", "error:1290", "", CarrierError},
		{"infobip", "4159", "", Unknown},
	} {
		if got := Of(tt.provider, tt.code, tt.status); got != tt.want {
			t.Errorf("Of(%q, %q, %q) = %v, want %v", tt.provider, tt.code, tt.status, got, tt.want)
		}
	}
}

func TestOfAllocatesNothing(t *testing.T) {
	cases := [][3]string{{"twilio", "30007", "undelivered"}, {"infobip", "608", "SIGNALS_BLOCKED"}, {"", "30003", "failed"},
		{"azure", "The Destination/To number isn't reachable.", "Failed"}, {"bandwidth", "4755", "message-failed"},
		{"MessageBird", "27", "delivery_failed"}, {"smpp", "0x45", ""}, {"", "", "expired"}}
	for _, c := range cases {
		if n := testing.AllocsPerRun(100, func() { Of(c[0], c[1], c[2]) }); n != 0 {
			t.Errorf("Of(%q) allocates %v times", c, n)
		}
	}
}

func TestGuess(t *testing.T) {
	for code, want := range map[string]string{"30007": "twilio", "10001": "twilio", "40020": "telnyx", "TEXT_SPAM": "aws",
		"6": "", "": "", "0": "", "0x00000045": "smpp", "UNDELIV": "smpp", "9902": "bandwidth"} {
		if got := Guess(code); got != want {
			t.Errorf("Guess(%q) = %q, want %q", code, got, want)
		}
	}
}

func TestProviders(t *testing.T) {
	if got := Providers(); len(got) != 11 || got[0] != "twilio" {
		t.Errorf("Providers() = %v", got)
	}
	if got := ProviderTitle("aws"); !strings.HasPrefix(got, "Amazon") {
		t.Errorf("ProviderTitle(aws) = %q", got)
	}
	if c := byName("Amazon SNS"); c == nil || c.id != "aws" {
		t.Errorf("Amazon SNS is %v", c)
	}
}

func readCatalogue(t *testing.T, id string) string {
	t.Helper()
	text, err := files.ReadFile("catalogue/" + id + ".csv")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func BenchmarkOf(b *testing.B) {
	for _, c := range [][3]string{{"twilio", "30007", "undelivered"}, {"infobip", "6", "EXPIRED"}, {"", "30003", "failed"},
		{"azure", "The Destination/To number isn't reachable.", "Failed"}} {
		b.Run(c[0]+" "+c[1], func(b *testing.B) {
			for b.Loop() {
				Of(c[0], c[1], c[2])
			}
		})
	}
}

func BenchmarkReadAllCatalogues(b *testing.B) {
	for b.Loop() {
		for _, c := range catalogues() {
			if err := open(c.id, c.rows).parse(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
