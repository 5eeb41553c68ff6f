package tally

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/testdata"
)

// The logs with known causes come with their counts of messages; what is
// counted of them must also be what the plain way of counting says.
func TestSampleLogs(t *testing.T) {
	dir := testdata.Shared(t, "samples", "causes")
	f, err := os.Open(filepath.Join(dir, "truth.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	logs := 0
	for lines.Scan() {
		var truth struct {
			File     string
			Messages int64
		}
		if err := json.Unmarshal(lines.Bytes(), &truth); err != nil {
			t.Fatal(err)
		}
		logs++
		t.Run(truth.File, func(t *testing.T) {
			c := NewCounter(Options{})
			p := &plain{o: c.o}
			log := deliverylog.File(filepath.Join(dir, truth.File))
			result, err := message.Read(context.Background(), []deliverylog.Log{log}, message.Options{}, func(message.Progress) {}, func(m *message.Message) error {
				c.Add(m)
				p.messages = append(p.messages, clone(m))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			tab := c.Close(result.Newest)
			if tab.Totals.Messages != truth.Messages {
				t.Errorf("got %d messages, want %d", tab.Totals.Messages, truth.Messages)
			}
			if n := tab.Totals.Judged() + tab.Totals.InFlight; n != truth.Messages {
				t.Errorf("the four statuses add up to %d, want %d", n, truth.Messages)
			}
			plainly := p.count(result.Newest)
			plainly.Delays = plainly.Delays[:min(len(plainly.Delays), 10)] // look has a part of these two
			var groups [][]int
			for i := 0; i < len(plainly.Users); i += 1 + len(plainly.Users)/200 {
				groups = append(groups, plainly.GroupsOf[i])
			}
			plainly.GroupsOf = groups
			if got, want := dump(t, look(tab)), dump(t, plainly); got != want {
				t.Error(firstDifference(got, want))
			}
		})
	}
	if logs == 0 {
		t.Error("no log in truth.jsonl")
	}
}
