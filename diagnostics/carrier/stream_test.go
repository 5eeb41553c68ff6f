package carrier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	pn "github.com/nyaruka/phonenumbers"
)

// render writes as much as a JSON object of check has.
func render(dst []byte, c *Checked) []byte {
	dst = strconv.AppendQuote(append(dst, `{"input":`...), c.Input)
	for _, s := range []string{c.E164, c.Country, c.National, c.Type.String(), c.Carrier, string(c.CarrierSource), c.CanReceiveSMS, c.Error} {
		dst = append(append(append(dst, `,"key":"`...), s...), '"')
	}
	for _, f := range c.Corrections {
		dst = append(append(append(dst, `,"kind":"`...), f.Kind...), '"')
	}
	for _, s := range c.Advice {
		dst = append(append(append(dst, `,"advice":"`...), s...), '"')
	}
	return append(dst, "}\n"...)
}

// inputs makes n lines of valid E.164 numbers, or of the ways in which people write them.
func inputs(n int, messy bool) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	var b bytes.Buffer
	for range n {
		d := fmt.Sprintf("%06d", r.IntN(1e6))
		gb, us, de, fr, in := "7911"+d, "201555"+d[:4], "151"+d+"78", "612"+d, "9876"+d
		if !messy {
			fmt.Fprintf(&b, "+%s\n", [...]string{"44" + gb, "1" + us, "49" + de, "33" + fr, "91" + in}[r.IntN(5)])
			continue
		}
		switch r.IntN(8) {
		case 0:
			fmt.Fprintf(&b, "+44 (0)%s %s\n", gb[:4], gb[4:])
		case 1:
			fmt.Fprintf(&b, "00 49 %s-%s\n", de[:3], de[3:])
		case 2:
			fmt.Fprintf(&b, "+1 (%s) %s-%s\n", us[:3], us[3:6], us[6:])
		case 3:
			fmt.Fprintf(&b, "0%s\n", gb)
		case 4:
			fmt.Fprintf(&b, "+330%s\n", fr)
		case 5:
			fmt.Fprintf(&b, "\u202a+91 %s\u202c\n", in)
		case 6:
			fmt.Fprintf(&b, "=\"+44%s\"\n", gb)
		case 7:
			fmt.Fprintf(&b, "44%s\n", gb)
		}
	}
	return b.Bytes()
}

func TestCheckStream(t *testing.T) {
	in := "+447700900187\r\n\n07700 900142\n\x00\xff\u202e" + strings.Repeat("9", 3<<20) + "\n" + strings.Repeat(string(inputs(3000, true)), 3) + "+4407700900187"
	var want bytes.Buffer
	var totals Totals
	for _, line := range strings.Split(in, "\n") {
		c := Check(strings.TrimSuffix(line, "\r"), "GB", nil)
		totals.Add(&c)
		want.Write(render(nil, &c))
	}
	for name, r := range map[string]io.Reader{"at once": strings.NewReader(in), "in halves": iotest.HalfReader(strings.NewReader(in))} {
		var got bytes.Buffer
		n, err := CheckStream(context.Background(), r, "GB", nil, &got, render)
		if err != nil || n != totals || !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%s: %+v, %v, same bytes %v; want %+v", name, n, err, bytes.Equal(got.Bytes(), want.Bytes()), totals)
		}
	}
	if totals.Numbers == 0 || totals.Right == 0 || totals.Corrected == 0 || totals.NotValid == 0 || totals.CanReceive == 0 {
		t.Errorf("the test does not test: %+v", totals)
	}
}

func TestCheckStreamAnswersAtOnce(t *testing.T) {
	r, w := io.Pipe()
	out, in := io.Pipe()
	go CheckStream(context.Background(), r, "", nil, in, render)
	for range 3 {
		fmt.Fprintln(w, "+447700900187")
		b := make([]byte, 1<<12)
		if n, err := out.Read(b); err != nil || !strings.HasSuffix(string(b[:n]), "}\n") {
			t.Fatal(n, err)
		}
	}
	w.Close()
}

func TestCheckStreamStops(t *testing.T) {
	broken := errors.New("broken")
	if _, err := CheckStream(context.Background(), iotest.ErrReader(broken), "", nil, io.Discard, render); err != broken {
		t.Errorf("reading: %v", err)
	}
	full := writer(func([]byte) (int, error) { return 0, broken })
	if _, err := CheckStream(context.Background(), bytes.NewReader(inputs(10, false)), "", nil, full, render); err != broken {
		t.Errorf("writing: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	silent, _ := io.Pipe()
	if _, err := CheckStream(ctx, silent, "", nil, io.Discard, render); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestCheckStreamMemory(t *testing.T) {
	lines := inputs(2000, true)
	peak := func(repeat int) uint64 {
		readers := make([]io.Reader, repeat)
		for i := range readers {
			readers[i] = bytes.NewReader(lines)
		}
		var most uint64
		w := writer(func(p []byte) (int, error) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapSys)
			return len(p), nil
		})
		CheckStream(context.Background(), io.MultiReader(readers...), "GB", nil, w, render)
		return most
	}
	few := peak(10)
	if many := peak(60); many > few+16<<20 {
		t.Errorf("the heap grows with the lines: %d KiB, then %d", few>>10, many>>10)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// naive is what a loop over the library does for the same facts.
func naive(line, region string) (e164, country, carrier string) {
	p, err := pn.Parse(line, region)
	if err != nil || !pn.IsValidNumber(p) {
		return "", "", ""
	}
	pn.GetNumberType(p)
	pn.Format(p, pn.NATIONAL)
	carrier, _ = pn.GetCarrierForNumber(p, "en")
	pn.GetTimezonesForNumber(p)
	return pn.Format(p, pn.E164), pn.GetRegionCodeForNumber(p), carrier
}

// BenchmarkStream against BenchmarkNaive, ns/number. Run with -cpu 1,2 for one
// and two cores.
func BenchmarkStream(b *testing.B) {
	benchmarkNumbers(b, func(in []byte) {
		CheckStream(context.Background(), bytes.NewReader(in), "GB", nil, io.Discard, render)
	})
}

func BenchmarkNaive(b *testing.B) {
	benchmarkNumbers(b, func(in []byte) {
		for line := range strings.Lines(string(in)) {
			naive(strings.TrimSuffix(line, "\n"), "GB")
		}
	})
}

func benchmarkNumbers(b *testing.B, run func(in []byte)) {
	for _, name := range []string{"e164", "messy"} {
		b.Run(name, func(b *testing.B) {
			const n = 20000
			in := inputs(n, name == "messy")
			run(in[:len(in)/n*100]) // what is made on first use
			for b.Loop() {
				run(in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/number")
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	for name, in := range map[string]string{"e164": "+447911123456", "leading zero": "+44 (0)7911 123456", "national": "07911 123456"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Check(in, "GB", nil)
			}
		})
	}
}
