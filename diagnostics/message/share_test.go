package message

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

// repetitive makes a log in which messages come again and again, some of them
// changed, and ids stand for several recipients.
func repetitive(r *rand.Rand, rows int) string {
	var b strings.Builder
	b.WriteString("message_id,to,from,carrier,country,status,error_code,submitted_at,delivered_at,verified_at,updated_at\n")
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	if r.IntN(8) == 0 {
		start = time.Date(1905, 3, 2, 8, 0, 0, 0, time.UTC)
	}
	ids := 1 + r.IntN(rows)
	var lines []string
	for range rows {
		if len(lines) > 0 && r.IntN(4) == 0 {
			b.WriteString(lines[max(0, len(lines)-1-r.IntN(1+r.IntN(len(lines))))])
			continue
		}
		id := r.IntN(ids)
		submitted := start.Add(time.Duration(id) * 7 * time.Second)
		at := func(likely int) string {
			if r.IntN(100) >= likely {
				return ""
			}
			return submitted.Add(time.Duration(r.IntN(400_000)-1000) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		}
		status := pick("delivered", "delivered", "delivered", "undelivered", "sent", "queued")
		rec := []string{fmt.Sprint("m", id), fmt.Sprint("+4477009001", 10+id*7%80), pick("ACME", "ACME", ""), pick("O2", "EE", ""), pick("GB", ""), status,
			map[string]string{"undelivered": pick("30003", "30007", "")}[status], submitted.Format(time.RFC3339), at(70), at(3), at(10)}
		switch r.IntN(60) {
		case 0:
			rec[0] = ""
		case 1:
			rec[1] = ""
		case 2:
			rec[1] = pick("+33639980012", "ACME", "+447700900100")
		case 3:
			rec[7] = ""
		case 4:
			rec[8] = "2027-01-01"
		}
		lines = append(lines, strings.Join(rec, ",")+"\n")
		b.WriteString(lines[len(lines)-1])
	}
	return b.String()
}

func textLog(name, text string) deliverylog.Log {
	return deliverylog.Log{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// told gives all messages, sorted, and what reading came to. Where all is false,
// it leaves out what Share need not give.
func told(t *testing.T, logs []deliverylog.Log, o Options, window int64, workers int, whole bool) ([]string, Result) {
	t.Helper()
	var mu sync.Mutex
	var list []string
	emit := func(m *Message) error {
		k := *m
		if !slices.Contains(o.Watch, k.To) {
			if k.Line = 0; k.Status == Delivered {
				k.ID = ""
			}
		}
		mu.Lock()
		list = append(list, describe(&k))
		mu.Unlock()
		return nil
	}
	if whole {
		workers = 1
	}
	emits := make([]func(*Message) error, workers)
	for i := range emits {
		emits[i] = emit
	}
	reading := newReading(len(logs), o, window, false, emits...)
	reading.folder.full = whole
	res, err := reading.read(context.Background(), logs, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list, res
}

// describe says all that holds of a message, however it was read.
func describe(m *Message) string {
	d := *m
	d.Profile = 0
	return fmt.Sprintf("%+v", d)
}

// TestShare holds what several workers give, and keep in brief, against one that
// keeps every message whole.
func TestShare(t *testing.T) {
	n := 50
	if testing.Short() {
		n = 10
	}
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 9))
		first := repetitive(r, 1+r.IntN(900))
		logs := []deliverylog.Log{textLog("a.csv", first)}
		if r.IntN(3) == 0 {
			lines := strings.SplitAfter(first, "\n")
			second := lines[0] + strings.Join(lines[1+len(lines)/2:], "") + strings.Join(strings.SplitAfter(repetitive(r, 200), "\n")[1:], "")
			logs = append(logs, textLog("b.csv", second))
		}
		window := []int64{1, 10, 300, Window}[r.IntN(4)]
		o := Options{}
		if r.IntN(2) == 0 {
			o.Watch = []number.MSISDN{447700900110, 447700900131}
		}
		want, wantRes := told(t, logs, o, window, 1, true)
		for _, workers := range []int{1, 2, 7} {
			o.BlockSize = []int{64, 500, 4096, 4 << 20}[r.IntN(4)]
			what := fmt.Sprintf("seed %d, window %d, %d logs, %d workers, blocks of %d", seed, window, len(logs), workers, o.BlockSize)
			got, res := told(t, logs, o, window, workers, false)
			if len(got) != len(want) {
				t.Errorf("%s: %d messages, want %d", what, len(got), len(want))
			}
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Fatalf("%s: message %d\n got %s\nwant %s", what, i, got[i], want[i])
				}
			}
			if g, w := fmt.Sprintf("%+v", res), fmt.Sprintf("%+v", wantRes); g != w {
				t.Errorf("%s:\n got %s\nwant %s", what, g, w)
			}
		}
	}
}

// TestWhole: what Read gives is the same, in the same order and with every id and
// line, whether messages are held in brief or not.
func TestWhole(t *testing.T) {
	short := 0 // logs of which messages were held in brief
	for seed := range 40 {
		r := rand.New(rand.NewPCG(uint64(seed), 21))
		logs := []deliverylog.Log{textLog("a.csv", repetitive(r, 1+r.IntN(900)))}
		if seed%3 == 0 {
			logs = append(logs, textLog("b.csv", repetitive(r, 300)))
		}
		window := []int64{1, 10, 300, Window}[r.IntN(4)]
		o := Options{}
		o.BlockSize = []int{64, 500, 4 << 20}[r.IntN(3)]
		var told [2][]string
		for i := range told {
			reading := newReading(len(logs), o, window, true, func(m *Message) error {
				told[i] = append(told[i], describe(m))
				return nil
			})
			reading.folder.full = i == 1
			if _, err := reading.read(context.Background(), logs, o, nil); err != nil {
				t.Fatal(err)
			}
			if i == 0 && len(reading.folder.entries) < len(told[0]) {
				short++
			}
		}
		if !slices.Equal(told[0], told[1]) {
			for i := range min(len(told[0]), len(told[1])) {
				if told[0][i] != told[1][i] {
					t.Fatalf("seed %d, window %d: message %d\n got %s\nwant %s", seed, window, i, told[0][i], told[1][i])
				}
			}
			t.Fatalf("seed %d: %d messages, want %d", seed, len(told[0]), len(told[1]))
		}
	}
	if short < 30 {
		t.Errorf("in only %d logs messages were held in brief", short)
	}
}

// TestQueue: what is put in is found until it is taken out, whatever the hashes.
func TestQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	q := queue{patience: 1 << 30}
	var in []uint64 // keys, in order
	for range 100_000 {
		switch {
		case r.IntN(5) < 3 || len(in) == 0:
			key := (uint64(r.IntN(7))<<61 | uint64(r.IntN(3000))) | 1<<59
			q.push(brief{key: key, to: number.MSISDN(len(in))})
			in = append(in, key)
		case r.IntN(3) == 0:
			q.move(*q.first())
			in = append(in[1:], in[0])
		default:
			q.pop()
			in = in[1:]
		}
		if len(in) == 0 {
			continue
		}
		i := r.IntN(len(in))
		at := q.find(nil, in[i], 0, func(*brief) bool { return true })
		slices.Sort(at)
		if !slices.Contains(at, q.head+uint64(i)) {
			t.Fatalf("key %x at %d of %d: found at %d", in[i], i, len(in), at)
		}
		for _, pos := range at {
			if in[pos-q.head] != in[i] {
				t.Fatalf("another key found")
			}
		}
	}
}

// TestFifo: texts come out as they went in, over many pages and longer than one.
func TestFifo(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var q fifo
	var in []string
	for i := range 60_000 {
		if r.IntN(2) == 0 || len(in) < 6000 && i < 30_000 {
			n := r.IntN(60)
			if r.IntN(2000) == 0 {
				n = r.IntN(2 * fifoPage)
			}
			s := strings.Repeat(fmt.Sprint(i), n/4)
			q.push([]byte(s))
			in = append(in, s)
		} else if len(in) > 0 {
			if got := string(q.pop()); got != in[0] {
				t.Fatalf("text %d: got %.30q of %d bytes, want %.30q of %d", i, got, len(got), in[0], len(in[0]))
			}
			in = in[1:]
		}
	}
	if len(q.pages) < 2 {
		t.Errorf("%d pages: too few to tell", len(q.pages))
	}
}

// TestSpread: an id that many recipients share gives the same messages however
// they are found, and does not make each row look at all of them.
func TestSpread(t *testing.T) {
	for seed := range 30 {
		r := rand.New(rand.NewPCG(uint64(seed), 31))
		lines := strings.SplitAfter(repetitive(r, 600), "\n")
		for i := range lines {
			if id, rest, ok := strings.Cut(lines[i], ","); ok && i > 0 && r.IntN(2) == 0 && id != "" {
				lines[i] = "all," + rest
			}
		}
		logs := []deliverylog.Log{textLog("a.csv", strings.Join(lines, ""))}
		var told [2][]string
		for i, patience := range []int{2, 1 << 30} {
			reading := newReading(1, Options{}, []int64{50, Window}[seed%2], true, func(m *Message) error {
				told[i] = append(told[i], describe(m))
				return nil
			})
			reading.folder.queue.patience = patience
			if _, err := reading.read(context.Background(), logs, Options{}, nil); err != nil {
				t.Fatal(err)
			}
			if spread := reading.folder.queue.spread; spread != (i == 0) {
				t.Fatalf("seed %d: spread is %v", seed, spread)
			}
		}
		if !slices.Equal(told[0], told[1]) {
			t.Errorf("seed %d: %d messages differ from %d", seed, len(told[0]), len(told[1]))
		}
	}
	b := brief{key: 7<<40 | 1}
	q := queue{patience: defaultPatience}
	for i := range 5000 {
		b.to = number.MSISDN(447700900000 + i)
		if found := q.find(nil, b.key, b.to, func(*brief) bool { return true }); len(found) > 0 {
			t.Fatalf("%d is found before it is put in", i)
		}
		q.push(b)
		if found := q.find(nil, b.key, b.to, func(*brief) bool { return true }); len(found) != 1 {
			t.Fatalf("%d is found %d times", i, len(found))
		}
	}
	if !q.spread {
		t.Error("each of many recipients of an id is looked at for each row")
	}
}
