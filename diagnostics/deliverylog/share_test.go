package deliverylog

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// gathered is all that is read of a log.
type gathered struct {
	rows []string
	sum  Summary
	err  string
}

// show writes a record out; it keeps nothing of it.
func show(r *Record) string {
	return fmt.Sprintf("%d %q %q %q %q %q %q %q %q %q %q %q %q %q %d %d %d %d %d %d %d %t", r.Line, r.ID, r.To, r.From, r.Network, r.MCCMNC, r.Country,
		r.Provider, r.Status, r.Code, r.Scope, r.Format, r.Reason, r.Source, r.Submitted, r.Seen, r.Done, r.At, r.Verified, r.State, r.Rank, r.Begins)
}

// gatherer is a worker that writes rows down.
type gatherer struct {
	all  *[]string // of all workers
	rows []Record
}

func (g *gatherer) Row(r *Record) {
	c, words := *r, *r.Words
	c.Words = &words
	for _, f := range []*[]byte{&c.ID, &c.To, &c.From, &c.Network, &c.MCCMNC, &c.Country, &c.Provider, &c.Status, &c.Code, &c.Scope, &c.Format, &c.Reason, &c.Source} {
		*f = bytes.Clone(*f)
	}
	g.rows = append(g.rows, c)
}

func (g *gatherer) Block() any {
	rows := g.rows
	g.rows = nil
	return rows
}

func (g *gatherer) Turn(block any, line int64) error {
	for _, r := range block.([]Record) {
		r.Line += line
		*g.all = append(*g.all, show(&r))
	}
	return nil
}

func (g *gatherer) Free() error { return nil }
func (g *gatherer) Drop(any)    {}

func gatherWhole(text []byte, o Options) (g gathered) {
	sum, err := Read(context.Background(), textLog(string(text)), o, nil, func(r *Record) error {
		g.rows = append(g.rows, show(r))
		return nil
	})
	return gathered{g.rows, sum, fmt.Sprint(err)}
}

func gatherShared(text []byte, o Options, workers, block int) (g gathered) {
	o.BlockSize = block
	r, err := Open(context.Background(), textLog(string(text)), o)
	if err != nil {
		return gathered{nil, Summary{Name: "log.csv", Newest: NoTime}, fmt.Sprint(err)}
	}
	defer r.Close()
	var ws []Worker
	for range workers {
		ws = append(ws, &gatherer{all: &g.rows})
	}
	told := Progress{}
	err = r.Share(ws, func(p Progress) {
		if p.Bytes < told.Bytes || p.Rows < told.Rows {
			g.rows = append(g.rows, fmt.Sprintf("progress goes back from %+v to %+v", told, p))
		}
		told = p
	})
	return gathered{g.rows, r.Summary(), fmt.Sprint(err)}
}

func sameGathered(t *testing.T, what string, got, want gathered) {
	t.Helper()
	for i := range min(len(got.rows), len(want.rows)) {
		if got.rows[i] != want.rows[i] {
			t.Fatalf("%s: row %d\n got %s\nwant %s", what, i, got.rows[i], want.rows[i])
		}
	}
	if len(got.rows) != len(want.rows) {
		t.Fatalf("%s: %d rows, want %d", what, len(got.rows), len(want.rows))
	}
	if len(got.sum.Rejections) == 0 && len(want.sum.Rejections) == 0 {
		got.sum.Rejections, want.sum.Rejections = nil, nil
	}
	if !reflect.DeepEqual(got.sum, want.sum) || got.err != want.err {
		t.Fatalf("%s:\n got %+v %s\nwant %+v %s", what, got.sum, got.err, want.sum, want.err)
	}
}

// odd makes a log of a format with all that makes cutting hard.
func odd(r *rand.Rand, shape string) []byte {
	var b strings.Builder
	rows := 1 + r.IntN(300)
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	at := func() string {
		return time.UnixMilli(1772409600000 + r.Int64N(1e9)).UTC().Format(pick(time.RFC3339, "2006-01-02T15:04:05.000Z", "2006-01-02 15:04:05"))
	}
	switch shape {
	case "generic":
		b.WriteString("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n")
		for i := range rows {
			fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,%s,%s%s", pick("m", `"m`, "\"m\"\"")+fmt.Sprint(i)+pick("", "", `"`), pick("+447700900", "447700900", "0")+fmt.Sprint(100+i),
				pick("O2", "EE", `"Three, UK"`, "\"a\nb\"", `O"2`, "\"x\ny\"\"z\"", `""`), pick("GB", "", "gb"), pick("delivered", "DELIVRD", "failed", "sent", "odd", ""), pick("", "0", "30007", `"3"`),
				at(), pick(at(), "", "31/02/2026"), pick("\n", "\n", "\n", "\r\n", "\n\n", "\r", ",,\n", ",x\n"))
			if r.IntN(60) == 0 {
				b.WriteString(pick("message_id,to,carrier,country,status,error_code,submitted_at,delivered_at\n", "to,status,message_id,submitted_at\n", "garbage\n", "\"never closed\n"))
			}
		}
	case "twilio":
		quoted := r.IntN(2) == 0
		line := func(cells ...string) {
			for i, c := range cells {
				if i > 0 {
					b.WriteByte(',')
				}
				if quoted || strings.ContainsAny(c, ",\"\n") {
					c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
				}
				b.WriteString(c)
			}
			b.WriteString("\n")
		}
		line("From", "To", "Body", "Status", "SentDate", "ApiVersion", "NumSegments", "ErrorCode", "AccountSid", "Sid", "Direction", "Price", "PriceUnit")
		for i := range rows {
			line("+12025550100", "+1202555"+fmt.Sprintf("%04d", i), pick("", "x, y", "two\n\nlines", `a "word"`), pick("delivered", "undelivered", "sent", "received", "failed"), at(),
				"2010-04-01", "1", pick("0", "", "30003"), "ACxx", fmt.Sprintf("SM%032x", i), pick("outbound-api", "outbound-api", "inbound"), "-0.0079", "USD")
		}
	default:
		for i := range rows {
			s := fmt.Sprintf(`{"notification":{"messageId":"m-%d","timestamp":"%s"},"delivery":{"destination":"+1202555%04d","phoneCarrier":"%s","mcc":310,"mnc":260,"providerResponse":"%s","dwellTimeMs":12,"dwellTimeMsUntilDeviceAck":%d},"status":"%s"}`,
				i, at(), i, pick("T-Mobile", `A\u0026B`, "A \\\" {B"), pick("Message has been accepted by phone", "Message has been accepted by phone carrier", "Phone is blocked"), r.IntN(90000), pick("SUCCESS", "FAILURE"))
			if r.IntN(40) == 0 {
				s = s[:r.IntN(len(s))]
			}
			if r.IntN(40) == 0 {
				s = strings.ReplaceAll(s, ",", ",\n  ")
			}
			if r.IntN(40) == 0 {
				s = pick("text", "[", "]", `{"a":1}`, "{", "}", " ", "2026-03-01 "+s)
			}
			b.WriteString(s + pick("\n", "\n", "\n", "\r\n", "", ",\n", "\n\n"))
		}
	}
	text := []byte(b.String())
	if r.IntN(4) == 0 {
		text = text[:len(text)-r.IntN(len(text)/2)]
	}
	return text
}

var blockSizes = []int{64, 100, 1000, 4096, 64 << 10, 512 << 10, 4 << 20}

func TestShareOdd(t *testing.T) {
	n := 90
	if testing.Short() {
		n = 20
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		shape := []string{"generic", "twilio", "sns"}[seed%3]
		text := odd(r, shape)
		if seed%4 == 3 {
			shape += ", packed"
			text = packed(t, text)
		}
		o := Options{}
		if r.IntN(3) == 0 {
			o.MaxRecord = 1 << 10
		}
		want := gatherWhole(text, o)
		for _, workers := range []int{1, 2, 7} {
			block := blockSizes[r.IntN(len(blockSizes))]
			sameGathered(t, fmt.Sprintf("seed %d, %s, %d workers, blocks of %d", seed, shape, workers, block), gatherShared(text, o, workers, block), want)
		}
	}
}

func packed(t *testing.T, text []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestShareFixtures(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "logs", "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no logs", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, ".tsv") || strings.HasPrefix(filepath.Base(path), "identity") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := gatherWhole(text, Options{})
		for _, workers := range []int{1, 2, 7} {
			for _, block := range blockSizes {
				sameGathered(t, fmt.Sprintf("%s, %d workers, blocks of %d", filepath.Base(path), workers, block), gatherShared(text, Options{}, workers, block), want)
			}
		}
	}
}

func FuzzShare(f *testing.F) {
	for seed := range uint64(6) {
		text := odd(rand.New(rand.NewPCG(seed, 7)), []string{"generic", "twilio", "sns"}[seed%3])
		f.Add(text[:min(len(text), 900)], uint16(64)) // long ones are slow to make smaller
	}
	f.Fuzz(func(t *testing.T, text []byte, block uint16) {
		want := gatherWhole(text, Options{})
		sameGathered(t, "shared", gatherShared(text, Options{}, 2, max(1, int(block))), want)
	})
}

// TestShareStops: an error of a worker ends reading, and so does the context.
func TestShareStops(t *testing.T) {
	text := bytes.Repeat([]byte("x,+447700900100,delivered\n"), 1000)
	text = append([]byte("message_id,to,status\n"), text...)
	for _, workers := range []int{1, 3} {
		r, err := Open(context.Background(), textLog(string(text)), Options{BlockSize: 256})
		if err != nil {
			t.Fatal(err)
		}
		turns := 0
		ws := slices.Repeat([]Worker{nil}, workers)
		for i := range ws {
			ws[i] = &refuser{turns: &turns}
		}
		if err := r.Share(ws, nil); err != errRefused {
			t.Errorf("%d workers: error %v, want that of the worker", workers, err)
		}
		if turns != 5 {
			t.Errorf("%d workers: %d turns, want 5: none after the error", workers, turns)
		}
		r.Close()

		ctx, cancel := context.WithCancel(context.Background())
		r, err = Open(ctx, textLog(string(text)), Options{BlockSize: 256})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		var rows []string
		ws = slices.Repeat([]Worker{nil}, workers)
		for i := range ws {
			ws[i] = &gatherer{all: &rows}
		}
		if err := r.Share(ws, nil); err != context.Canceled {
			t.Errorf("%d workers: error %v, want context.Canceled", workers, err)
		}
		r.Close()
	}
}

// slow is a worker that takes its time to count what it has read.
type slow struct {
	counting
	turns, most int // since Free
}

func (w *slow) Turn(any, int64) error {
	time.Sleep(100 * time.Microsecond)
	w.turns++
	w.most = max(w.most, w.turns)
	return nil
}

func (w *slow) Free() error {
	w.turns = 0
	return nil
}

// Where counting takes longer than reading, whoever counts gives out in between what is
// over: memory would grow with the log.
func TestShareFrees(t *testing.T) {
	text := traffic("generic", 5000)
	for _, workers := range []int{1, 2, 7} {
		r, err := Open(t.Context(), textLog(string(text)), Options{BlockSize: 1 << 10})
		if err != nil {
			t.Fatal(err)
		}
		ws := make([]Worker, workers)
		for i := range ws {
			ws[i] = new(slow)
		}
		if err := r.Share(ws, nil); err != nil {
			t.Fatal(err)
		}
		r.Close()
		for i, w := range ws {
			if w := w.(*slow); w.most > workers+3 || w.turns > 0 {
				t.Errorf("%d workers: the one numbered %d had up to %d turns before it gave anything out, and %d after the last time", workers, i, w.most, w.turns)
			}
		}
	}
}

// panicky is a worker with a fault.
type panicky struct{ counting }

func (panicky) Turn(any, int64) error { panic("what is wrong") }

// A fault of a worker comes to the caller as it is, where that can be.
func TestSharePanics(t *testing.T) {
	r, err := Open(t.Context(), textLog(string(traffic("generic", 500))), Options{BlockSize: 1 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer func() {
		if p := recover(); p != "what is wrong" {
			t.Errorf("the caller recovers %v", p)
		}
	}()
	r.Share([]Worker{&panicky{}}, nil)
}

var errRefused = fmt.Errorf("refused")

type refuser struct {
	gatherer
	turns *int
}

func (w *refuser) Turn(any, int64) error {
	if *w.turns++; *w.turns == 5 {
		return errRefused
	}
	return nil
}
