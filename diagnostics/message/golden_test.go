package message

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/deliverylog"
)

var update = flag.Bool("update", false, "rewrite the expected messages in testdata/logs")

// normalForm writes what came of a log, for people to review.
func normalForm(list []Message, in deliverylog.Summary) string {
	at := func(t deliverylog.Time) string {
		if !t.Known() {
			return "-"
		}
		return t.Std().Format("2006-01-02T15:04:05.000Z")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %d rows, %d messages, %d skipped, %d rejected\n", in.Format, in.Rows, in.Messages, in.Skipped, in.Rejected)
	for _, w := range in.Warnings {
		fmt.Fprintf(&b, "# warning: %s\n", w)
	}
	for _, r := range in.Rejections {
		fmt.Fprintf(&b, "# rejected: %d: %s\n", r.Line, r.Reason)
	}
	b.WriteString("line\tmessage_id\tto\tcountry\tcarrier\tcarrier_source\tstatus\treason\tcode\tsubmitted_at\tdelivered_at\tverified_at\tsender\tprovider\n")
	for _, m := range list {
		fmt.Fprintln(&b, strings.Join([]string{fmt.Sprint(m.Line), m.ID, m.To.E164(), m.Country, m.Carrier, string(m.CarrierSource), m.Status.String(), m.Reason.String(),
			m.Code, at(m.Submitted), at(m.Done), at(m.Verified), m.Sender, m.Provider}, "\t"))
	}
	return b.String()
}

// TestLogs reads the made-up logs, one a format, and compares what comes of
// them with the file beside each. Every format must have one.
func TestLogs(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "logs")
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatal(err, len(paths))
	}
	seen := make(map[string]bool)
	for _, path := range paths {
		base := filepath.Base(path)
		if strings.HasPrefix(base, "identity") || strings.HasSuffix(base, ".expected.tsv") {
			continue
		}
		t.Run(base, func(t *testing.T) {
			list, res, err := Collect(context.Background(), []deliverylog.Log{deliverylog.File(path)}, Options{}, 10*time.Minute, nil)
			if err != nil {
				t.Fatal(err)
			}
			in := res.Inputs[0]
			seen[in.Format] = true
			if !strings.HasPrefix(base, in.Format) {
				t.Errorf("read as %s", in.Format)
			}
			got := normalForm(list, in)
			golden := strings.TrimSuffix(path, filepath.Ext(path)) + ".expected.tsv"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
				for i := range max(len(g), len(w)) {
					if i >= len(g) || i >= len(w) || g[i] != w[i] {
						t.Fatalf("line %d: got\n%s\nwant\n%s", i+1, strings.Join(g[min(i, len(g)):], "\n"), strings.Join(w[min(i, len(w)):], "\n"))
					}
				}
			}
		})
	}
	for _, f := range deliverylog.Formats() {
		if !seen[f.Name] && !t.Failed() {
			t.Errorf("testdata/logs has no log of the format %s", f.Name)
		}
	}
}
