package message

import (
	"context"
	"encoding/binary"
	"testing"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// BenchmarkFold folds rows that were read already: an op is a row, from Row until
// its message is emitted. One row in two hundred stays open.
//
//	go test ./diagnostics/message -run ^$ -bench Fold -benchtime 5000000x
func BenchmarkFold(b *testing.B) {
	for _, repeats := range []struct {
		name  string
		every uint64 // a row of these says again what an earlier one said; 0: none
	}{{"plain", 0}, {"repeats", 4}} {
		b.Run(repeats.name, func(b *testing.B) {
			reading := newReading(1, Options{}, Window, false, Sink{Message: func(*Message) error { return nil }, Plain: func([]Plain) error { return nil }})
			w := reading.workers[0]
			var format deliverylog.Format
			for _, format = range deliverylog.Formats() {
				if format.Name == "generic" {
					break
				}
			}
			reading.folder.begin(0, &format)
			w.begin(0, &format)
			const block, start = 5000, 1772409600000
			words := [2]deliverylog.Words{{Network: []byte("O2"), Country: []byte("GB"), Status: []byte("delivered")},
				{Network: []byte("O2"), Country: []byte("GB"), Status: []byte("sent")}}
			id := []byte("0123456789abcdef01")
			r := deliverylog.Record{ID: id, To: []byte("+447700900123"), Seen: deliverylog.NoTime, At: deliverylog.NoTime, Verified: deliverylog.NoTime}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range uint64(b.N) {
				n := i
				if repeats.every > 0 && i%repeats.every == 0 {
					n -= min(i, 1000)
				}
				binary.LittleEndian.PutUint64(id, n*0x9e3779b97f4a7c15)
				r.Digits, r.Submitted = 447700900000+n%1000, deliverylog.Time(start+n*60)
				r.Words, r.State, r.Done = &words[0], deliverylog.Delivered, r.Submitted+4000
				if n%200 == 0 {
					r.Words, r.State, r.Done = &words[1], deliverylog.Passing, deliverylog.NoTime
				}
				w.Row(&r)
				if i%block == block-1 {
					if err := w.Turn(w.Block(), 0); err != nil {
						b.Fatal(err)
					}
					if err := w.Free(); err != nil {
						b.Fatal(err)
					}
				}
			}
			if err := reading.flush(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
	}
}
