package deliverylog

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// FuzzReadIdentity holds what every login log must keep to, whatever is in it: no
// panic, events in order and in known words, every row counted once, and the same
// file beside itself adds nothing.
func FuzzReadIdentity(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "logs", "identity-*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no fixtures: %v", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("timestamp,event_type,outcome.result,actor.alternate_id,target7.type,target7.display_name\n2026-03-03,user.mfa.factor.activate,SUCCESS,a@b.example,Phone,+1 XXX\n"))
	f.Add([]byte(`{"stat":"OK","response":{"items":[{"phone":"+447700900142","type":"sms","context":"x","ts":"1"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		log := identityLog("log", data)
		var events []IdentityEvent
		read := func(logs ...Log) []Summary {
			events = events[:0]
			sums, err := ReadIdentity(context.Background(), logs, Options{MaxRecord: 1 << 10}, nil, func(e *IdentityEvent) { events = append(events, *e) })
			if err != nil {
				if len(events) > 0 {
					t.Errorf("events before %v", err)
				}
				return nil
			}
			return sums
		}
		sums := read(log)
		if sums == nil {
			return
		}
		s := sums[0]
		if len(s.Rejections) > MaxRejections || s.Rejected < int64(len(s.Rejections)) || s.Rows < s.Rejected {
			t.Errorf("%+v", s)
		}
		before := NoTime
		for _, e := range events {
			if !e.At.Known() || e.At < before || !slices.Contains(identityEvents[:], e.Event) || e.Outcome != Success && e.Outcome != Failure || e.Provider == "" || e.Line < 1 {
				t.Errorf("%+v", e)
			}
			before = e.At
		}
		once := slices.Clone(events)
		if sums = read(log, log); sums == nil || len(events) != len(once) {
			t.Fatalf("%d events, %d from the file twice", len(once), len(events))
		}
		for i := range once {
			a, b := once[i], events[i]
			b.File, b.Line, a.Line = 0, 0, 0
			if a != b {
				t.Errorf("%+v\n%+v", a, b)
			}
		}
	})
}
