package deliverylog

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func identityFixture(t testing.TB, name string) Log {
	t.Helper()
	return File(filepath.Join("..", "..", "testdata", "logs", name))
}

func TestIdentityFixtures(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		file, format      string
		rows              int64
		skipped, rejected int64
		reasons           []string
		zone              *time.Location
	}{
		{file: "identity-okta-factors.jsonl", format: "okta-events", rows: 15, skipped: 5, rejected: 2,
			reasons: []string{`4 published "2026-02-30T09:00:00Z" is not a date`, `15 JSON value is cut off`}},
		{file: "identity-duo-version1.json", format: "duo-authentication", rows: 5, skipped: 1},
		{file: "identity-auth0-factors.json", format: "auth0-logs", rows: 9, skipped: 3},
		{file: "identity-entra-graph.json", format: "entra-signins", rows: 6, skipped: 2},
		{file: "identity-entra-portal.csv", format: "entra-signins", rows: 4, skipped: 1},
		{file: "identity-cognito.json", format: "cognito-events", rows: 5, skipped: 1},
		{file: "identity-keycloak.log", format: "keycloak-events", rows: 6, skipped: 3, zone: berlin},
	}
	for _, c := range cases {
		t.Run(c.file, func(t *testing.T) {
			want := identityWant(t, filepath.Join("..", "..", "testdata", "logs", strings.TrimSuffix(c.file, filepath.Ext(c.file))+".expected.tsv"))
			got, sums := identityCells(t, Options{TZ: c.zone}, identityFixture(t, c.file))
			if !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			s := sums[0]
			var reasons []string
			for _, r := range s.Rejections {
				_, text, _ := strings.Cut(r.Error(), ":")
				reasons = append(reasons, strings.Replace(text, ":", "", 1))
			}
			if s.Format != c.format || s.Rows != c.rows || s.Skipped != c.skipped || s.Rejected != c.rejected || !slices.Equal(reasons, c.reasons) {
				t.Errorf("%s: %d rows, %d skipped, %d rejected %q; want %s: %d, %d, %d %q", s.Format, s.Rows, s.Skipped, s.Rejected, reasons,
					c.format, c.rows, c.skipped, c.rejected, c.reasons)
			}
		})
	}
}

// Details that the columns of the normal form have no room for.
func TestIdentityDetails(t *testing.T) {
	var list []IdentityEvent
	_, err := ReadIdentity(context.Background(), []Log{identityFixture(t, "identity-auth0-factors.json"), identityFixture(t, "identity-okta-factors.jsonl")},
		Options{}, nil, func(e *IdentityEvent) { list = append(list, *e) })
	if err != nil {
		t.Fatal(err)
	}
	find := func(event, purpose string) IdentityEvent {
		for _, e := range list {
			if e.Event == event && e.Purpose == purpose {
				return e
			}
		}
		t.Fatalf("no %s %s", event, purpose)
		return IdentityEvent{}
	}
	if e := find(SMSSent, ForUnlock); e.Provider != "okta" || e.Channel != BySMS || e.Account != "00ukim.oduya" || e.File != 1 || e.Line != 8 {
		t.Errorf("%+v", e)
	}
	if e := find(SMSSent, ForPasswordless); e.Provider != "auth0" || e.Line != 29 {
		t.Errorf("%+v", e)
	}
	n := 0
	for _, e := range list {
		if e.Event == SMSSent && e.Code == "30006" && e.Detail == "Landline" {
			n++
		}
		if e.Event == OtherSuccess {
			n++
		}
	}
	if n != 3 { // the failed send, a push and an app's code
		t.Errorf("%d of 3 events with details", n)
	}
}

func TestIdentityJoin(t *testing.T) {
	authentication := `{"response":{"authlogs":[
{"txid":"a","isotimestamp":"2026-05-04T08:00:40+00:00","factor":"sms_passcode","reason":"valid_passcode","result":"success","user":{"name":"jo"},"auth_device":{"name":"Phone (07700 900123)"}},
{"txid":"a","isotimestamp":"2026-05-04T08:00:01+00:00","factor":"sms_refresh","reason":null,"result":"denied","user":{"name":"jo"},"auth_device":{"name":null}},
{"txid":"b","isotimestamp":"2026-05-04T08:10:00+00:00","factor":"sms_refresh","reason":null,"result":"denied","user":{"name":"al"},"auth_device":{"name":"07700 900124"}},
{"txid":"c","isotimestamp":"2026-05-04T08:20:00+00:00","factor":"passcode","reason":"invalid_passcode","result":"denied","user":{"name":"al"},"auth_device":{"name":"My tablet"}},
{"txid":"d","isotimestamp":"2026-05-04T08:30:00+00:00","factor":"passcode","reason":"invalid_passcode","result":"denied","user":{"name":"al"},"auth_device":{"name":"07700 900125"}}]}}`
	telephony := `{"response":{"items":[
{"telephony_id":"t1","txid":"a","ts":"2026-05-04T08:00:02+00:00","phone":"+447700900123","type":"sms","context":"authentication"},
{"telephony_id":"t2","txid":"c","ts":"2026-05-04T08:19:02+00:00","phone":"+447700900124","type":"sms","context":"authentication"},
{"telephony_id":"t3","txid":"d","ts":"2026-05-04T08:29:02+00:00","phone":"+447700900124","type":"sms","context":"enrollment"}]}}`
	want := []string{
		"jo\t+447700900123\tsms_sent\tsuccess\t2026-05-04T08:00:02.000Z",
		"jo\t+447700900123\tcode_accepted\tsuccess\t2026-05-04T08:00:40.000Z",
		"al\t07700 900124\tsms_sent\tsuccess\t2026-05-04T08:10:00.000Z", // nothing says that it was sent
		"al\t+447700900124\tsms_sent\tsuccess\t2026-05-04T08:19:02.000Z",
		"al\t+447700900124\tcode_rejected\tfailure\t2026-05-04T08:20:00.000Z",
		"al\t+447700900124\tsms_sent\tsuccess\t2026-05-04T08:29:02.000Z",
		"al\t07700 900125\tcode_rejected\tfailure\t2026-05-04T08:30:00.000Z", // another phone than the text went to
	}
	logs := []Log{identityLog("a.json", []byte(authentication)), identityLog("t.json", []byte(telephony)), identityLog("again.json", []byte(telephony))}
	got, sums := identityCells(t, Options{}, logs...)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if n := sums[0].Messages + sums[1].Messages + sums[2].Messages; n != int64(len(want)) || sums[2].Messages != 0 {
		t.Errorf("%d events counted", n)
	}
	for _, s := range sums {
		if slices.Contains(s.Warnings, warnDuoTelephony) || slices.Contains(s.Warnings, warnDuoUsers) {
			t.Errorf("%s: %q", s.Name, s.Warnings)
		}
	}
	if _, alone := identityCells(t, Options{}, logs[0]); !slices.Contains(alone[0].Warnings, warnDuoTelephony) {
		t.Errorf("%q", alone[0].Warnings)
	}
}

// Log Analytics writes what has members as JSON in a cell, and streams whole rows
// under properties.
func TestIdentityEntraTables(t *testing.T) {
	table := `TimeGenerated [UTC],UserPrincipalName,ResultType,ResultDescription,Status,MfaDetail,AuthenticationDetails
"5/14/2026, 8:00:00.500 AM",vik@firm.example,0,,"{""errorCode"":0,""additionalDetails"":""MFA completed""}","{""authMethod"":""Text message"",""authDetail"":""+44 XXXXXXXX31""}",
"5/14/2026, 9:00:00.000 AM",vik@firm.example,500121,,"{""errorCode"":500121,""additionalDetails"":""MFA denied; user did not respond""}","{""authMethod"":""Text message"",""authDetail"":""+44 XXXXXXXX31""}",
"5/14/2026, 10:00:00.000 AM",vik@firm.example,0,,{},,"[{""authenticationMethod"":""Text message"",""authenticationMethodDetail"":""+44 XXXXXXXX31"",""authenticationStepDateTime"":""2026-05-14T10:00:09.7777Z"",""succeeded"":true}]"
`
	want := []string{
		"vik@firm.example\t+44 XXXXXXXX31\tcode_accepted\tsuccess\t2026-05-14T08:00:00.500Z",
		"vik@firm.example\t+44 XXXXXXXX31\tsms_sent\tsuccess\t2026-05-14T09:00:00.000Z",
		"vik@firm.example\t+44 XXXXXXXX31\tcode_accepted\tsuccess\t2026-05-14T10:00:09.777Z",
	}
	zone := time.FixedZone("", 7200) // for times without one; these are UTC by their column's name
	if got, _ := identityCells(t, Options{TZ: zone}, identityLog("signins.csv", []byte(table))); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	stream := `{"time":"2026-05-14T10:00:00Z","category":"SignInLogs","resultType":"0","properties":{"id":"x","createdDateTime":"2026-05-14T10:00:00Z",` +
		`"userPrincipalName":"vik@firm.example","status":{"errorCode":0},"authenticationDetails":[{"authenticationMethod":"Text message",` +
		`"authenticationMethodDetail":"+44 XXXXXXXX31","authenticationStepDateTime":"2026-05-14T10:00:09.7777Z","succeeded":true}]}}`
	if got, _ := identityCells(t, Options{}, identityLog("signins.json", []byte(stream+"\n"+stream))); !slices.Equal(got, want[2:]) {
		t.Errorf("got %q", got)
	}
}

// Two files that overlap hold the same events; two equal events of one file are two.
func TestIdentityRepeats(t *testing.T) {
	line := "2026-05-04 08:18:09,901 WARN  [org.keycloak.events] (t) type=\"LOGIN_ERROR\", realmName=\"firm\", error=\"x\", credential_type=\"sms\", username=\"tom\"\n"
	one, two := identityLog("1.log", []byte(line)), identityLog("2.log", []byte(line+line))
	for _, logs := range [][]Log{{one, two}, {two, one}, {two}} {
		if got, _ := identityCells(t, Options{}, logs...); len(got) != 2 {
			t.Errorf("%d events, want 2", len(got))
		}
	}
}

func TestIdentityUnknown(t *testing.T) {
	read := func(o Options, data string) error {
		_, err := ReadIdentity(context.Background(), []Log{identityLog("x.csv", []byte(data))}, o, nil, func(*IdentityEvent) {})
		return err
	}
	delivery := "message_id,to,status,submitted_at,carrier\n1,+447700900123,delivered,2026-03-01T10:00:00Z,O2\n"
	var unknown *UnknownFormatError
	if err := read(Options{}, delivery); !errors.As(err, &unknown) || unknown.Other == "twilio-csv" {
		t.Errorf("%v", err)
	}
	twilio := "Sid,To,Status,SentDate,AccountSid\nSM1,+447700900123,delivered,2026-03-01T10:00:00Z,AC1\n"
	if err := read(Options{}, twilio); !errors.As(err, &unknown) || unknown.Other != "twilio-csv" || !strings.Contains(unknown.Hints()[0], "--logs") {
		t.Errorf("%v", err)
	}
	if err := read(Options{}, "when,who,what\n1,2,3\n"); !errors.As(err, &unknown) || unknown.Map != "" || !strings.Contains(err.Error(), "login") {
		t.Errorf("%v", err)
	}
	var input *InputError
	if err := read(Options{}, "  \n"); !errors.As(err, &input) {
		t.Errorf("%v", err)
	}
	// A name of a delivery log's format is not meant for the login log.
	okta, err := os.ReadFile(filepath.Join("..", "..", "testdata", "logs", "identity-okta-factors.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if err := read(Options{Format: "twilio-csv", Map: map[string]string{"to": "Phone"}}, string(okta)); err != nil {
		t.Error(err)
	}
	var name *UnknownNameError
	if err := read(Options{Format: "okta"}, string(okta)); !errors.As(err, &name) || !strings.Contains(name.Hints()[0], "formats") {
		t.Errorf("%v", err)
	}
	if _, err := Read(context.Background(), identityLog("twilio.csv", []byte(twilio)), Options{Format: "okta-events"}, nil, func(*Record) error { return nil }); err != nil {
		t.Error(err)
	}
	// And the other way round.
	_, err = Read(context.Background(), identityLog("okta.jsonl", okta), Options{}, nil, func(*Record) error { return nil })
	if !errors.As(err, &unknown) || unknown.Other != "okta-events" || !strings.Contains(unknown.Hints()[0], "--identity") {
		t.Errorf("%v", err)
	}
}

func TestIdentityStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ReadIdentity(ctx, []Log{identityFixture(t, "identity-okta-factors.jsonl")}, Options{}, nil, func(*IdentityEvent) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A page in one line that is longer than a record may be is still read.
func TestIdentityLongPage(t *testing.T) {
	row := `{"txid":"a","isotimestamp":"2026-05-04T08:00:40+00:00","factor":"sms_passcode","reason":"valid_passcode","result":"success","user":{"name":"jo"}}`
	const n = 20000
	page := `{"stat":"OK","response":{"authlogs":[` + strings.Repeat(row+",", n-1) + row + `]}}`
	got, sums := identityCells(t, Options{MaxRecord: 1 << 20}, identityLog("duo.json", []byte(page)))
	if len(got) != n || sums[0].Rejected != 0 {
		t.Errorf("%d of %d events, %+v", len(got), n, sums[0].Rejections)
	}
}

func TestTidyPhone(t *testing.T) {
	for _, c := range [][2]string{
		{"+44 7700 900187", "+447700900187"}, {"+1 (202) 555-0143", "+12025550143"}, {"+610491570156", "+610491570156"},
		{"+1 XXX-XXX-0143", "+1 XXX-XXX-0143"}, {"202-555-0143", "202-555-0143"}, {"+44 XXXX XXX311", "+44 XXXX XXX311"},
		{"unknown", ""}, {"My iPhone", ""}, {"", ""}, {"12", ""}, {"** *** **87", "** *** **87"}, {"+33\u00a06 39 98 00 21", "+33639980021"},
	} {
		if got := phoneOf(c[0]); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
	for _, c := range [][2]string{
		{"My iPhone X (202-555-0143)", "202-555-0143"}, {"+1 (202) 555-0143", "+12025550143"}, {"iPhone (work) (+44 7700 900187)", "+447700900187"},
		{"Norben's Phone", ""}, {"", ""}, {"Phone (2)", ""},
	} {
		if got := duoDevicePhone(c[0]); got != c[1] {
			t.Errorf("device %q: %q, want %q", c[0], got, c[1])
		}
	}
}

// Of a workbook's sheets the one with a login log is read.
func TestIdentityWorkbook(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "logs", "identity-entra-portal.csv"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	f := excelize.NewFile()
	f.SetSheetRow("Sheet1", "A1", &[]any{"Notes", "of", "the", "desk"})
	f.NewSheet("Sign-ins")
	for i, row := range table {
		f.SetSheetRow("Sign-ins", fmt.Sprint("A", i+1), &row)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	want, _ := identityCells(t, Options{}, identityLog("log", text))
	got, _ := identityCells(t, Options{}, identityLog("log", b.Bytes()))
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
