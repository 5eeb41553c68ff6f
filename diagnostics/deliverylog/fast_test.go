package deliverylog

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
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

// withoutLayouts reads each object in full.
func withoutLayouts(read func()) {
	for _, f := range []*Format{&awsSNS, &genericJSONL} {
		f.flat = false
		defer func() { f.flat = true }()
	}
	read()
}

func sameWithoutLayouts(t *testing.T, text []byte, o Options) {
	t.Helper()
	got := gatherWhole(text, o)
	var want gathered
	withoutLayouts(func() { want = gatherWhole(text, o) })
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
		sameWithoutLayouts(t, text, Options{})
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
		`{"to":"+33639980012","status":"a\u0062","when":1}`:           false,
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
	f.Fuzz(func(t *testing.T, text []byte) { sameWithoutLayouts(t, text, Options{}) })
}
