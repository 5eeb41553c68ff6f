package deliverylog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzLine holds the quick way of cutting a line against the full one.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"a,b,c\nd", ",\n", "\n", "a\r\n", "a\rb\n", "a,\"b\"\n", "12345678,2345678,\r\n,", "a,\x01,b,,,,\n", "a\x2d,\x2c\xac\n"} {
		f.Add([]byte(s), uint8(','), uint16(1000))
	}
	f.Fuzz(func(t *testing.T, data []byte, delim uint8, most uint16) {
		if delim == '\n' || delim == '\r' || delim == '"' {
			return
		}
		quick, full := csvFrame{delim: delim, max: int(most), columns: DefaultMaxColumns}, csvFrame{delim: delim, max: int(most), columns: DefaultMaxColumns}
		n := quick.line(data)
		if n == 0 {
			return
		}
		m, err := full.cut(data, false)
		if n != m || err != nil || !slices.EqualFunc(quick.cells, full.cells, bytes.Equal) {
			t.Errorf("%q: quick %d %q, full %d %q %v", data, n, quick.cells, m, full.cells, err)
		}
	})
}

// FuzzDay holds the quick way of reading times against the full one.
func FuzzDay(f *testing.F) {
	for _, s := range []string{"2026-03-10T08:16:06.986Z", "2026-03-10 08:16:06", "2026-03-10 08:16:60 UTC", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60.9999Z",
		"2026-02-29T08:16:06Z", "2026-03-10 24:00:00", "2026-03-10T08:16:06.Z", "2026-03-10T08:16:06pZ", "2026-3-10T08:16:06"} {
		f.Add([]byte(s))
	}
	d := day{}
	f.Fuzz(func(t *testing.T, b []byte) {
		full := clock{}
		for range 2 { // with the date remembered
			if at, ok := d.at(b); ok {
				if want, ok := full.at(b); !ok || at != want {
					t.Errorf("%q: quick %d, full %d %v", b, at, want, ok)
				}
			}
		}
	})
}

func TestDay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d, full, quick := day{}, clock{}, 0
	for range 200_000 {
		s := fmt.Sprintf("%04d-%02d-%02d%c%02d:%02d:%02d%s", r.IntN(3)*2000+r.IntN(30), r.IntN(14), r.IntN(33), "T _"[r.IntN(3)], r.IntN(25), r.IntN(61), r.IntN(62),
			[]string{"", "Z", " UTC", ".5Z", ".123456789", ".", " PM", "+01:00", ",5Z"}[r.IntN(9)])
		at, ok := d.at([]byte(s))
		if !ok {
			continue
		}
		quick++
		if want, ok := full.at([]byte(s)); !ok || at != want {
			t.Fatalf("%q: quick %d, full %d %v", s, at, want, ok)
		}
	}
	if quick < 50_000 {
		t.Errorf("only %d times were read the quick way", quick)
	}
}

// inFull reads every row in full.
func inFull(read func()) {
	for _, f := range formats {
		flat, alike := f.flat, f.alike
		f.flat, f.alike = false, false
		defer func() { f.flat, f.alike = flat, alike }()
	}
	read()
}

// sameInFull holds what is read of a log against the same with every row read in full.
func sameInFull(t *testing.T, text []byte, o Options) {
	t.Helper()
	got := gatherWhole(text, o)
	var want gathered
	inFull(func() { want = gatherWhole(text, o) })
	sameGathered(t, fmt.Sprintf("%.3000q", text), got, want)
}

var jsonPieces = []string{`"`, `\`, `\n`, `\u0041`, "\n", "\t", "\x01", "null", "true", "-", "1e5", `""`, "{", "}", "[1]", " ", ",", `"status":"SUCCESS",`, "é", "\xff", "  ", "0"}

// TestLayouts holds objects read by their layout against those read in full.
func TestLayouts(t *testing.T) {
	generic := `{"id":"m1","to":"+447700900123","carrier":null,"network":"O2","tags":["a","b"],"ok":true,"status":"delivered","error":0,"submitted_at":"2026-03-02T08:00:00Z"}`
	for seed := range 400 {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		text := odd(r, "sns")
		if seed%2 == 0 {
			text = bytes.Repeat([]byte(generic+"\n"), 1+r.IntN(20))
		}
		for range r.IntN(6) { // something else somewhere
			at := r.IntN(len(text))
			text = slices.Concat(text[:at], []byte(jsonPieces[r.IntN(len(jsonPieces))]), text[min(len(text), at+r.IntN(3)):])
		}
		sameInFull(t, text, Options{})
	}
}

func TestLayoutsUsed(t *testing.T) {
	text := []byte(`{"to":"+447700900123","status":"delivered","when":1772409600}` + "\n")
	ls, tr := layouts{}, tree{}
	if err := tr.parse(text); err != nil {
		t.Fatal(err)
	}
	ls.learn(&genericJSONL, &genericJSONL.names, &tr, text[:len(text)-1])
	for other, want := range map[string]bool{
		`{"to":"+33639980012","status":"failed","when":-1.5e3}`:       true,
		`{"to":"","status":"","when":0}`:                              true,
		`{"to":"+33639980012","status":"failed","when":null}`:         false,
		`{"to":"+33639980012","status":"a\u0062","when":1}`:           true,
		`{"to":"+33639980012","status":"a\u006","when":1}`:            false,
		`{"to": "+33639980012","status":"failed","when":1}`:           false,
		`{"to":"+33639980012","status":"failed","when":1,"more":"x"}`: false,
		`{"to":"+33639980012","status":"failed"}`:                     false,
		`{"to":"+33639980012","status":"fai`:                          false,
	} {
		if n := ls.match([]byte(other), 1000); n > 0 != want || want && n != len(other) {
			t.Errorf("%s: length %d, want it to fit: %v", other, n, want)
		}
	}
}

// FuzzLayouts is TestLayouts for any bytes.
func FuzzLayouts(f *testing.F) {
	for seed := range uint64(4) {
		text := odd(rand.New(rand.NewPCG(seed, 3)), "sns")
		f.Add(text[:min(len(text), 1200)])
	}
	f.Add([]byte(`{"to":"+447700900123","status":"delivered"}` + "\n" + `{"to":"+447700900124","status":"failed"}` + "\n" + `{"to":"+447700900124","status":"a\"b"}`))
	f.Fuzz(func(t *testing.T, text []byte) { sameInFull(t, text, Options{}) })
}

var csvPieces = []string{`"`, `""`, "\n", "\r", "\t", "\x00", " ", ",", ";", `,"`, `",`, "=", `="`, "null", "N/A", "\u00a0", "é", "\xff", "+", "0", "00", "2", "T", "Z", " UTC", ".", ".5",
	"to", "status", "message_id", "delivered", "sent", "odd", "inbound", "2026-03-02T08:00:00Z", "9999-12-31T23:59:60.9Z", "3/2/2026 8:05 AM", "+447700900123", "447700900123", "1234567890123456"}

// TestAlike holds rows known by what they have in common against those read in full.
func TestAlike(t *testing.T) {
	n := 300
	if testing.Short() {
		n = 60
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 11))
		text := odd(r, []string{"generic", "twilio", "sns"}[seed%3])
		for range r.IntN(8) {
			at := r.IntN(len(text))
			piece := csvPieces[r.IntN(len(csvPieces))]
			if r.IntN(3) == 0 {
				piece = jsonPieces[r.IntN(len(jsonPieces))]
			}
			text = slices.Concat(text[:at], []byte(piece), text[min(len(text), at+r.IntN(4)):])
		}
		if r.IntN(3) == 0 { // the same rows with other words between them
			lines := bytes.SplitAfter(text, []byte("\n"))
			for range 200 {
				text = append(text, lines[r.IntN(len(lines))]...)
			}
		}
		o := Options{}
		switch r.IntN(5) {
		case 0:
			o.TZ = time.FixedZone("", 3600)
		case 1:
			o.MaxRecord = 1 << 10
		}
		sameInFull(t, text, o)
	}
}

// TestAlikeUsed: nearly all rows of a log from one program are read by what they have in common.
func TestAlikeUsed(t *testing.T) {
	for _, shape := range []string{"generic", "twilio", "sns"} {
		var text []byte
		switch shape {
		case "generic":
			text = []byte("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n")
			for i := range 1000 {
				text = fmt.Appendf(text, "id-%d,+4477009%05d,\"Three, \"\"3\"\"\",GB,%s,,2026-03-02T08:%02d:%02d.123Z,%s\n", i, i, []string{"delivered", "sent"}[i%2], i/60, i%60,
					[]string{"2026-03-02T09:00:00Z", ""}[i%2])
			}
		case "twilio":
			text = []byte("From;To;Body;Status;SentDate;ErrorCode;Sid;Direction\r\n")
			for i := range 1000 {
				text = fmt.Appendf(text, "\"+12025550100\";\"+1202555%04d\";\"code: %d\n\n\"\"x\"\"\";\"delivered\";\"2026-03-02 08:%02d:00 UTC\";0;SM%032x;outbound-api\r\n", i, i*i, i%60, i)
			}
		default:
			for i := range 1000 {
				text = fmt.Appendf(text, `{"notification":{"messageId":"m-%d","timestamp":"2026-03-02 08:00:00.%03d"},"delivery":{"destination":"+1202555%04d","phoneCarrier":"A\"B","mcc":310,"mnc":260,"providerResponse":"Message has been accepted by phone","priceInUSD":0.00%d,"dwellTimeMsUntilDeviceAck":%d},"status":"SUCCESS"}`+"\n", i, i, i, i, i*7)
			}
		}
		r, err := Open(t.Context(), textLog(string(text)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		if err := r.Each(nil, func(*Record) error { rows++; return nil }); err != nil || rows != 1000 {
			t.Fatal(shape, rows, err)
		}
		if got := r.rows.alike.hits; got < 950 {
			t.Errorf("%s: %d of %d rows were read by what they have in common", shape, got, rows)
		}
		if sum := r.Summary(); sum.Rejected > 0 {
			t.Errorf("%s: %+v", shape, sum)
		}
		r.Close()
	}
}

// TestAlikeRests: a log whose rows have nothing in common is not compared for ever.
func TestAlikeRests(t *testing.T) {
	text := []byte("message_id,to,carrier,status,submitted_at\n")
	for i := range 3 * alikeTrial {
		text = fmt.Appendf(text, "id-%d,+4477009%05d,carrier %d,delivered,2026-03-02T08:00:00Z\n", i, i, i)
	}
	r, err := Open(t.Context(), textLog(string(text)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Each(nil, func(*Record) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if a := r.rows.alike; a.rest == 0 || a.steps != 0 {
		t.Errorf("still trying, with %d steps", a.steps)
	}
	sameInFull(t, text, Options{})
}

// FuzzAlike is TestAlike for any bytes, with each row twice.
func FuzzAlike(f *testing.F) {
	for seed := range uint64(6) {
		text := odd(rand.New(rand.NewPCG(seed, 11)), []string{"generic", "twilio", "sns"}[seed%3])
		f.Add(text[:min(len(text), 1000)])
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		head, rest, _ := bytes.Cut(text, []byte("\n"))
		sameInFull(t, slices.Concat(head, []byte("\n"), rest, []byte("\n"), rest), Options{})
	})
}

// FuzzPrefix holds the quick ways of reading a time and a number at the start of
// a text against those that are given them alone.
func FuzzPrefix(f *testing.F) {
	for _, s := range []string{"2026-03-10T08:16:06.986Z,", "2026-03-10 08:16:06,x", "2026-03-10 08:16:60 UTC", "9999-12-31T23:59:60.9999Z", "+447700900123,", "123456789012345,", "1234567890123456", "0123", "+", "12345678,", "2026-03-10T0\xbb:16:06Z,"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		padded := append(bytes.Clone(b), bytes.Repeat([]byte{','}, alikeReach)...)
		d, full := day{}, clock{}
		d.at([]byte("2026-03-10T08:16:06Z")) // a day that it knows
		for range 2 {
			if at, n := d.prefix(padded); n >= 0 {
				if want, ok := full.at(padded[:n]); !ok || at != want {
					t.Errorf("%q: quick %d, full %d %v", padded[:n], at, want, ok)
				}
			}
		}
		if n, v := plainDigits(padded); n > 0 {
			want, err := strconv.ParseUint(strings.TrimPrefix(string(padded[:n]), "+"), 10, 64)
			if err != nil || v != want || isDigit(padded[n]) || n > 16 {
				t.Errorf("%q: %d, want %d %v", padded[:n], v, want, err)
			}
		}
	})
}

// TestAlikeOnlyWhatIsRead: a row is no pattern for others where what stands in
// one of its places says more than that something stands there.
func TestAlikeOnlyWhatIsRead(t *testing.T) {
	for name, first := range map[string]string{
		"other channel":    "m1,whatsapp:+447700900123,delivered,2026-03-02T08:00:00Z,2026-03-02T08:00:02Z",
		"no delivery time": "m1,+447700900123,success,2026-03-02T08:00:00Z,null",
		"no recipient":     "m1,N/A,delivered,2026-03-02T08:00:00Z,2026-03-02T08:00:02Z",
		"no id":            "null,+447700900123,delivered,2026-03-02T08:00:00Z,2026-03-02T08:00:02Z",
		"spaces":           "m1,+447700900123,success,2026-03-02T08:00:00Z,  ",
		"in a formula":     `m1,"=""+447700900123""",delivered,2026-03-02T08:00:00Z,2026-03-02T08:00:02Z`,
	} {
		t.Run(name, func(t *testing.T) {
			text := "message_id,to,status,submitted_at,delivered_at\n" + first + "\n"
			for i := range 3 {
				for _, status := range []string{"success", "delivered"} {
					text += fmt.Sprintf("m%d,+4477009001%02d,%s,2026-03-02T08:00:00Z,2026-03-02T08:00:02Z\n", i, i, status)
				}
			}
			sameInFull(t, []byte(text+first+"\n"), Options{})
		})
	}
}

// TestAlikeQuotes: a column that is quoted only where it must be does not keep
// rows from being read by what they have in common.
func TestAlikeQuotes(t *testing.T) {
	text := []byte("From,To,Body,Status,SentDate,ErrorCode,Sid,Direction\n")
	for i := range 1000 {
		body := fmt.Sprint("code ", i)
		if i%3 == 0 {
			body = fmt.Sprintf("\"code, \"\"%d\"\"\n\n@examplo.example\"", i)
		}
		text = fmt.Appendf(text, "+12025550100,+1202555%04d,%s,delivered,2026-03-02 08:%02d:00 UTC,0,SM%032x,outbound-api\n", i, body, i%60, i)
	}
	r, err := Open(t.Context(), textLog(string(text)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Each(nil, func(*Record) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if a := r.rows.alike; a.hits < 950 {
		t.Errorf("%d of 1000 rows were read by what they have in common", a.hits)
	}
	sameInFull(t, text, Options{})
}
