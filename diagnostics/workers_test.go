package diagnostics

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/number"
)

func memoryLog(name, text string) deliverylog.Log {
	return deliverylog.Log{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// TestWorkers: neither the number of workers nor the size of blocks changes what
// is counted and found, and the order of rows does not either.
func TestWorkers(t *testing.T) {
	for _, format := range []string{"generic-csv", "twilio-csv-quoted", "aws-sns"} {
		var b bytes.Buffer
		if err := writeTraffic(&b, format, 4000, 0); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
		// Records of several lines stay together.
		header, records := "", []string{}
		for i, l := range lines {
			switch {
			case i == 0 && format != "aws-sns":
				header = l
			case len(records) > 0 && strings.Count(records[len(records)-1], `"`)%2 == 1:
				records[len(records)-1] += l
			default:
				records = append(records, l)
			}
		}
		records[len(records)-1] += "\n"
		run := func(workers, block int, text ...string) string {
			o := Options{Workers: workers, BlockSize: block, Watch: []number.MSISDN{447700900123}}
			for i, s := range text {
				o.Logs = append(o.Logs, memoryLog(fmt.Sprint("log", i), s))
			}
			report, err := Analyze(context.Background(), o, nil)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			fmt.Fprintf(&out, "%+v\n%+v\n", report.Table.Clock, report.Table.Totals)
			for _, g := range report.Table.Groups {
				fmt.Fprintf(&out, "%+v\n", *g)
			}
			for _, f := range report.Findings {
				fmt.Fprintf(&out, "%+v\n", f)
			}
			return out.String()
		}
		want := run(1, 0, text)
		if len(want) < 1000 {
			t.Fatalf("%s: nothing to compare: %s", format, want)
		}
		for _, workers := range []int{1, 2, 7} {
			for _, block := range []int{64, 5000, 4 << 20} {
				if got := run(workers, block, text); got != want {
					t.Errorf("%s: %d workers and blocks of %d give\n%.2000s\nwant\n%.2000s", format, workers, block, got, want)
				}
			}
		}
		r := rand.New(rand.NewPCG(1, 1))
		r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		if got := run(2, 5000, header+strings.Join(records, "")); got != want {
			t.Errorf("%s: rows in no order give\n%.2000s\nwant\n%.2000s", format, got, want)
		}
		half := len(records) / 2
		if got := run(2, 5000, header+strings.Join(records[:half+500], ""), header+strings.Join(records[half:], "")); got != want {
			t.Errorf("%s: two files with an overlap give\n%.2000s\nwant\n%.2000s", format, got, want)
		}
	}
}
