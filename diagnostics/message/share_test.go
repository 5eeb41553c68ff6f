package message

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
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

// telling is how messages are told of.
type telling struct {
	whole bool // none is kept in brief
	plain bool // most may be given as plain ones; of the delivered that leaves out what these do not say
}

// told gives all messages, sorted, and what reading came to. It leaves out what
// Share need not give.
func told(t *testing.T, logs []deliverylog.Log, o Options, window int64, workers int, how telling) (list []string, res Result, plain int) {
	t.Helper()
	var mu sync.Mutex
	emit := func(m *Message) error {
		k := *m
		if !slices.Contains(o.Watch, k.To) {
			lag, _ := k.Latency()
			if k.Line = 0; k.Status == Delivered && (o.Late == 0 || lag <= o.Late) {
				k.ID = ""
			}
		}
		if how.plain && k.Status == Delivered {
			k.Sender, k.Provider, k.Format, k.Code, k.File = "", "", "", "", 0
		}
		mu.Lock()
		list = append(list, describe(&k))
		mu.Unlock()
		return nil
	}
	if how.whole {
		workers = 1
	}
	var counted atomic.Int64
	sinks := make([]Sink, workers)
	for i := range sinks {
		sinks[i] = Sink{Message: emit}
		if how.plain && !how.whole {
			sinks[i] = plainSink(emit, &counted)
		}
	}
	reading := newReading(len(logs), o, window, false, sinks...)
	reading.folder.full = how.whole
	res, err := reading.read(context.Background(), logs, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list, res, int(counted.Load())
}

// plainSink makes of each plain message the one that it stands for: it is like the
// delivered one with its profile that was given before.
func plainSink(emit func(*Message) error, counted *atomic.Int64) Sink {
	before := map[int32]Message{}
	return Sink{
		Message: func(m *Message) error {
			if m.Profile > 0 && m.Status == Delivered {
				before[m.Profile] = *m
			}
			return emit(m)
		},
		Plain: func(list []Plain) error {
			counted.Add(int64(len(list)))
			for _, p := range list {
				m, ok := before[p.Profile]
				if !ok {
					return fmt.Errorf("a plain message with profile %d, of which none was given", p.Profile)
				}
				m.ID, m.To, m.Submitted, m.Done, m.Verified, m.Line = "", p.To, p.Submitted, p.Done, deliverylog.NoTime, 0
				if err := emit(&m); err != nil {
					return err
				}
			}
			return nil
		},
	}
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
	plain, messages := 0, 0
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
		if r.IntN(2) == 0 {
			o.Late = 3 * time.Minute
		}
		want, wantRes, _ := told(t, logs, o, window, 1, telling{whole: true})
		wantPlain, _, _ := told(t, logs, o, window, 1, telling{whole: true, plain: true})
		for _, workers := range []int{1, 2, 7} {
			o.BlockSize = []int{64, 500, 4096, 4 << 20}[r.IntN(4)]
			what := fmt.Sprintf("seed %d, window %d, %d logs, %d workers, blocks of %d", seed, window, len(logs), workers, o.BlockSize)
			got, res, _ := told(t, logs, o, window, workers, telling{})
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
			got, _, n := told(t, logs, o, window, workers, telling{plain: true})
			if !slices.Equal(got, wantPlain) {
				t.Errorf("%s: plain messages differ:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(wantPlain, "\n     "))
			}
			plain += n
			messages += len(got)
		}
	}
	if plain*30 < messages {
		t.Errorf("%d of %d messages were plain, want one of thirty at least", plain, messages)
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
			reading := newReading(len(logs), o, window, true, Sink{Message: func(m *Message) error {
				told[i] = append(told[i], describe(m))
				return nil
			}})
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

// TestQueue: what is put in is found until its time is over and no longer, whatever
// the hashes, however the rows are cut into stretches and whatever is put back.
func TestQueue(t *testing.T) {
	for seed := range 6 {
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		window := int64([]int{1, 40, 3000}[seed%3])
		q := queue{window: window, looked: 1, patience: 1 << 30}
		type message struct {
			key uint64
			place
		}
		var in []message // in the order in which they leave
		key := func() uint64 { return uint64(r.IntN(7))<<61 | uint64(r.IntN(int(window)))<<1 | 1<<59 | 1 }
		if seed >= 3 {
			key = func() uint64 { return r.Uint64() | 1 }
		}
		row, past := int64(0), 0
		for row < 20_000 {
			s := newStretch()
			for range 1 + r.IntN(min(stretchRows, 1+r.IntN(2*stretchRows))) {
				s.rows = append(s.rows, brief{key: key()})
			}
			q.reserve(len(s.rows), row)
			at, from := q.append(s)
			for i := from; i < len(at.rows); {
				n := 0
				if r.IntN(2) == 0 { // those of keys that are not here yet, and one at most otherwise
					n = q.enterAll(at.rows[i:i+1], row+1)
				}
				row++
				if b := &at.rows[i]; n == 0 {
					if slices.ContainsFunc(in, func(m message) bool { return m.key == b.key }) != q.known(b.key, row) {
						t.Fatalf("row %d: known is %v", row, q.known(b.key, row))
					}
					q.enter(b.key, row, row)
				} else if slices.ContainsFunc(in, func(m message) bool { return m.key == b.key }) {
					t.Fatalf("row %d: a key that is here is taken for a new one", row)
				}
				in = append(in, message{at.rows[i].key, place{row, 0}})
				i++
				for len(in) > 0 && in[0].row <= row-window {
					m := in[0]
					in = in[1:]
					b := q.brief(m.place)
					again := heldMessage{brief: *b}
					if m.held > 0 {
						q.held.pop()
					} else {
						b.leave()
					}
					if r.IntN(3) > 0 {
						again.bits &^= isFollowed
						q.putBack(again, row)
						past++
						in = append(in, message{m.key, place{row, past}})
					}
				}
				m := message{key: key()}
				if len(in) > 0 && r.IntN(3) > 0 {
					m = in[r.IntN(len(in))]
				}
				var want []place
				for _, o := range in {
					if o.key == m.key && o.row > row-window {
						want = append(want, o.place)
					}
				}
				got := q.find(nil, m.key, 0, row+1, func(*brief) bool { return true })
				slices.SortFunc(got, func(a, b place) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.held, b.held)) })
				if !slices.Equal(got, want) {
					t.Fatalf("seed %d, row %d: key %x is found at %v, want %v", seed, row, m.key, got, want)
				}
			}
			q.leave(nil, row-window)
		}
		if len(q.stretches) > 3+int(window)/(stretchRows/2) {
			t.Errorf("%d stretches of a window of %d rows", len(q.stretches), window)
		}
	}
}

// TestManyOpen: the index has room for all that one block puts back, many times a
// window of them. Without room reading would not end.
func TestManyOpen(t *testing.T) {
	var text strings.Builder
	text.WriteString(header)
	for _, status := range []string{"sent", "delivered"} {
		for i := range 3000 {
			text.WriteString(line(i, i%1000, status, i%600))
		}
	}
	list, _, _ := told(t, []deliverylog.Log{textLog("a.csv", text.String())}, Options{}, 10, 1, telling{})
	if len(list) != 3000 || slices.ContainsFunc(list, func(m string) bool { return !strings.Contains(m, "Status:delivered") }) {
		t.Errorf("%d messages, want 3000 that are delivered", len(list))
	}
}

// TestIndexAge: the index tells rows apart whose numbers have the same low bits.
func TestIndexAge(t *testing.T) {
	const window = 1000
	q := queue{window: window, looked: 1, patience: defaultPatience}
	const apart = rowMask + 1
	enter := func(row int64, key uint64) {
		s := newStretch()
		s.rows = append(s.rows, brief{key: key})
		q.looked = row
		q.stretches = []span{{row, s}}
		q.reserve(1, row-1)
		if q.known(key, row) || q.enterAll(s.rows, row) != 1 {
			t.Fatalf("row %d is known before it is put in", row)
		}
	}
	for i := range int64(40) { // the same bucket, at the same place in its turns
		enter(5+i*apart, 7)
		if !q.known(7, 6+i*apart) || q.known(7, 6+window+i*apart) || !q.known(7, 5+window+i*apart) {
			t.Fatalf("row %d is not found for a window of rows", 5+i*apart)
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
			reading := newReading(1, Options{}, []int64{50, Window}[seed%2], true, Sink{Message: func(m *Message) error {
				told[i] = append(told[i], describe(m))
				return nil
			}})
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
	q := queue{window: Window, looked: 1, patience: defaultPatience}
	for i := range 5000 {
		b, row := brief{key: 7<<40 | 1, to: number.MSISDN(447700900000 + i)}, int64(i+1)
		q.reserve(1, row-1)
		s := newStretch()
		s.rows = append(s.rows, b)
		q.append(s)
		if found := q.find(nil, b.key, b.to, row, func(*brief) bool { return true }); len(found) > 0 {
			t.Fatalf("%d is found before it is put in", i)
		}
		q.enter(q.hash(&b), row, row)
		if found := q.find(nil, b.key, b.to, row+1, func(*brief) bool { return true }); len(found) != 1 {
			t.Fatalf("%d is found %d times", i, len(found))
		}
	}
	if !q.spread {
		t.Error("each of many recipients of an id is looked at for each row")
	}
}
